from __future__ import annotations

import pytest

from securemode_lab.vcenter.consoles import machine_run


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A firmware that tests itself in no time."""
    monkeypatch.setattr(machine_run, "TEST_S", 0.05)
    monkeypatch.setattr(machine_run, "NETWORK_S", 0.05)
