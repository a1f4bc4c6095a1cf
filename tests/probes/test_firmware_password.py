from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from securemode.errors import TimedOut, UnexpectedAnswer
from securemode.judges.firmware import firmware_asks_for_password
from securemode.observations.vsphere import MachineIdentity
from securemode.pictures import Pictures
from securemode.probes import firmware_password
from securemode.probes.firmware_password import FirmwarePassword
from securemode.probes.probe import Access
from securemode.verdicts import Verdict
from securemode.vsphere.console.watching import ConsolePatience
from setups.surroundings import DEPLOYMENT, environment
from setups.test_configure_bios import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HASTE = ConsolePatience(change_s=0.05, rest_s=0, poll_s=0, start_s=0.2)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()

    @contextmanager
    def console(*_: object) -> Iterator[Machine]:
        yield made

    identity = MachineIdentity(moid="vm-7", name="mgmt")
    monkeypatch.setattr(firmware_password, "machine_of", lambda *_: identity)
    monkeypatch.setattr(firmware_password, "console_of", console)
    monkeypatch.setattr(firmware_password, "patience_with", lambda _: HASTE)
    monkeypatch.setattr(
        firmware_password, "answering", lambda *_: ("192.0.2.10",) if made.running else ()
    )
    return made


def access(path: Path) -> Access:
    return Access(
        environment=environment(),
        deployment=DEPLOYMENT,
        timeout_s=1,
        cancelled=threading.Event(),
        pictures=Pictures(path),
    )


def look(path: Path) -> Any:
    return FirmwarePassword(target=DEPLOYMENT.management, address="192.0.2.5").look(access(path))


@pytest.mark.parametrize(
    ("password", "verdict", "saw"),
    [
        ("secret", Verdict.PASS, "a question for the password"),
        ("", Verdict.FAIL, "its pages, unasked"),
    ],
)
def test_what_the_console_shows_decides(
    machine: Machine, tmp_path: Path, password: str, verdict: Verdict, saw: str
) -> None:
    machine.password = password
    seen = look(tmp_path)
    assert seen.asks_for_password is bool(password)
    said = firmware_asks_for_password(seen)
    assert said.verdict is verdict
    assert saw in said.saw
    assert "mgmt-firmware.png" in said.saw
    assert machine.keys == []
    assert machine.running
    assert not machine.enters_setup
    assert machine.restarts == 2


def test_what_is_neither_is_not_decided_and_the_node_is_started_again(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machine, "force_setup", lambda *_, **__: None)
    with pytest.raises(TimedOut, match=r"timed-out\.png"):
        look(tmp_path)
    assert machine.restarts == 2
    assert machine.running


def test_a_machine_that_cannot_be_started_again_is_named(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Machine.restart

    def restart(self: Machine) -> None:
        if self.restarts:
            raise UnexpectedAnswer("vCenter answers NotSupported.")
        plain(self)

    monkeypatch.setattr(Machine, "restart", restart)
    with pytest.raises(UnexpectedAnswer, match="is left in its firmware's set-up") as left:
        look(tmp_path)
    assert "Force BIOS setup" in left.value.remedy


def test_the_plan_names_vcenter_and_the_node() -> None:
    probe = FirmwarePassword(target=DEPLOYMENT.management, address="192.0.2.5", port=8443)
    assert {(one.address, one.port) for one in probe.connections()} == {
        ("192.0.2.5", "8443"),
        ("192.0.2.10", "443"),
    }
    assert (probe.intrusive, probe.restarts) == ("console", True)
