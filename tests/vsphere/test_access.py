from __future__ import annotations

from typing import TYPE_CHECKING, Any

from securemode.observations.vsphere import MachineIdentity
from securemode.vsphere import inventory
from securemode.vsphere.access import VSphereAccess
from setups.surroundings import environment

if TYPE_CHECKING:
    import pytest


class Session:
    def close(self) -> None:
        """End it."""


def test_machines_are_read_once_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def identities(session: object) -> tuple[MachineIdentity, ...]:
        asked.append(session)
        return (MachineIdentity(moid=f"vm-{len(asked)}", name="mgmt"),)

    session: Any = Session()
    access = VSphereAccess(environment())
    monkeypatch.setattr(access, "session", lambda: session)
    monkeypatch.setattr(inventory, "identities", identities)
    assert access.machines() == access.machines()
    assert asked == [session]
    access.close()
    assert access.machines()[0].moid == "vm-2"
