from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment.models import Login, VSphere
from securemode.environment.secret import Secret
from securemode.errors import SetupFailed, UnreadableRecord
from securemode.pictures import Pictures
from securemode.setups.configure_bios import ConfigureBios
from securemode.setups.kept_pages import KeptPages, Pages
from securemode.vsphere.console.watching import ConsolePatience
from setups.surroundings import DEPLOYMENT, environment
from vsphere.console.drawing import Screen
from vsphere.console.firmware import DISK0, Firmware

if TYPE_CHECKING:
    from pathlib import Path

HASTE = ConsolePatience(change_s=0.05, rest_s=0, poll_s=0, start_s=0.5, answer_s=0.1)
PASSWORD = Secret("Bios-Pass9")
NAMES = ("mgmt", "conf1", "conf2")


class Machine(Firmware):
    """A machine with a power button, whose system runs at first."""

    def __init__(self) -> None:
        super().__init__(running=True)
        self.enters_setup = False
        self.restarts = 0

    def force_setup(self, *, wanted: bool) -> None:
        self.enters_setup = wanted

    def restart(self) -> None:
        self.restarts += 1
        self.running = not self.enters_setup
        self.asks = self.enters_setup and bool(self.password)
        self.enters_setup = False
        self.page, self.line, self.dialog = 0, 0, ""


class Session:
    """A vCenter with these machines, as far as they are listed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def session(self) -> Session:
        return self

    def properties(self, *_: object, **__: object) -> dict[str, dict[str, Any]]:
        return {
            f"vm-{number}": {"name": name, "config.instanceUuid": f"uuid-{name}"}
            for number, name in enumerate(self.names)
        }


class Site:
    """A deployment whose machines are Firmware, and the set-up that works on it."""

    def __init__(self, path: Path, names: tuple[str, ...] = NAMES) -> None:
        self.path = path
        self.machines = {name: Machine() for name in names}
        self.said: list[str] = []

    def setup(self, *, password: Secret | None = PASSWORD, resume: bool = False) -> ConfigureBios:
        login = Login(username="operator", password=Secret("canary-vcenter"))
        surroundings = environment(bios_supervisor_password=password, vsphere=login)
        return ConfigureBios(
            surroundings.with_deployment(vsphere=VSphere(address="vcenter.example")),
            DEPLOYMENT,
            Session(tuple(self.machines)),  # type: ignore[arg-type]
            kept=KeptPages(self.path / "bios.json"),
            keep_picture=Pictures(self.path / "pictures").keep,
            resume=resume,
            open_console=lambda machine: nullcontext(self.machines[machine.name]),
            patience=HASTE,
        )

    def run(self, **how: Any) -> list[str]:
        return [str(change) for change in self.setup(**how).run(self.said.append)]

    @property
    def pictures(self) -> list[str]:
        names = sorted(path.name for path in (self.path / "pictures").iterdir())
        return [name.partition("-")[2] for name in names]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_every_machine_is_configured_and_starts(site: Site) -> None:
    changes = site.run()
    assert len(changes) == 9
    assert changes[2] == "mgmt: supervisor password: not looked at → set (BIOS-03)"
    for machine in site.machines.values():
        assert machine.devices[0] == "Hard Drive"
        assert machine.disks[0] == DISK0
        assert machine.password == PASSWORD.reveal()
        assert machine.running
        assert not machine.enters_setup
        assert machine.restarts == machine.saved == 1
    assert site.pictures[:3] == [
        "mgmt-bios-boot.png",
        "mgmt-bios-security.png",
        "mgmt-bios-exit.png",
    ]
    assert "configure_bios: conf2: the BIOS setup" not in site.said
    assert PASSWORD.reveal() not in "\n".join(site.said)


def test_a_second_run_touches_nothing(site: Site) -> None:
    site.run()
    assert site.run() == []
    assert [machine.restarts for machine in site.machines.values()] == [1, 1, 1]


def test_a_lost_record_costs_a_restart_and_changes_nothing(site: Site) -> None:
    site.run()
    (site.path / "bios.json").unlink()
    before = [len(machine.keys) for machine in site.machines.values()]
    assert len(site.run()) == 9
    for machine, count in zip(site.machines.values(), before, strict=True):
        assert "+" not in machine.keys[count:]
        assert machine.password == PASSWORD.reveal()


def test_a_new_machine_of_a_node_is_configured_again(site: Site) -> None:
    site.run()
    kept = KeptPages(site.path / "bios.json")
    assert kept.of("uuid-conf1").ended
    assert not kept.of("another").ended


def test_nodes_that_are_deployed_later_are_named(tmp_path: Path) -> None:
    early = Site(tmp_path, ("mgmt",))
    assert len(early.run()) == 3
    assert "configure_bios: conf1 has no virtual machine yet." in early.said
    late = Site(tmp_path)
    late.machines["mgmt"] = early.machines["mgmt"]
    assert {change.partition(":")[0] for change in late.run()} == {"conf1", "conf2"}


def test_it_stops_with_the_picture_and_goes_on_after_the_operator(site: Site) -> None:
    machine = site.machines["conf1"]
    machine.smear = "Supervisor Password Is:"
    with pytest.raises(SetupFailed) as stopped:
        site.run()
    message = stopped.value.message
    assert "conf1 is left in the middle of its BIOS setup" in message
    assert "conf1-bios-stopped.png" in message
    assert "Done: the BIOS setup of mgmt" in message
    assert "Not done: the BIOS setup of conf1; the BIOS setup of conf2" in message
    assert "--resume" in stopped.value.remedy
    assert machine.restarts == 1
    assert not machine.running
    machine.password, machine.smear = PASSWORD.reveal(), ""  # the operator does the page
    site.run(resume=True)
    assert machine.restarts == 1
    assert machine.saved == 1
    assert KeptPages(site.path / "bios.json").of("uuid-conf1").by_hand == ("Security",)
    assert "configure_bios: conf1: Security page done by hand, as you say" in site.said
    assert all(one.running for one in site.machines.values())


def test_without_resume_it_begins_anew(site: Site) -> None:
    machine = site.machines["mgmt"]
    machine.smear = "Hard Drive"
    with pytest.raises(SetupFailed, match="not certain"):
        site.run()
    machine.smear = ""
    site.run()
    assert machine.restarts == 2
    assert KeptPages(site.path / "bios.json").of("uuid-mgmt").by_hand == ()


@pytest.mark.parametrize("killed_after", range(1, 5))
def test_killed_anywhere_the_next_run_completes(
    tmp_path: Path, killed_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, ("mgmt",))
    presses = 0
    plain = Machine.press

    def press(self: Machine, key: Any) -> None:
        nonlocal presses
        presses += 1
        if presses == killed_after * 3:
            raise KeyboardInterrupt
        plain(self, key)

    monkeypatch.setattr(Machine, "press", press)
    with pytest.raises(KeyboardInterrupt):
        site.run()
    site.run()
    for machine in site.machines.values():
        assert machine.running
        assert machine.password == PASSWORD.reveal()
        assert machine.devices[0] == "Hard Drive"


class Kernel(Machine):
    """A machine whose system says what it does, and never comes to a login prompt."""

    def screen(self) -> Screen:
        if not self.running:
            return super().screen()
        screen = Screen()
        screen.put(0, 0, "[    0.812044] sd 0:0:0:0: [sda] Attached SCSI disk")
        return screen


def test_a_system_that_shows_no_login_prompt_has_started_once_it_is_quiet(site: Site) -> None:
    site.machines["conf1"] = Kernel()
    setup = site.setup()
    setup.run(site.said.append)
    assert "conf1 has started and shows no login prompt." in setup.notes


def test_without_a_password_nothing_is_touched(site: Site) -> None:
    with pytest.raises(SetupFailed, match="supervisor password") as stopped:
        site.run(password=None)
    assert "Nothing was changed" in stopped.value.message
    assert site.machines["mgmt"].restarts == 0


def test_another_supervisor_password_is_not_guessed(site: Site) -> None:
    site.machines["mgmt"].password = "somebody else's"
    with pytest.raises(SetupFailed, match="does not accept the password") as stopped:
        site.run()
    assert "bios_supervisor_password" in stopped.value.remedy
    assert site.machines["mgmt"].keys.count("\n") == 1


def test_a_spoilt_record_is_not_read_as_none(site: Site) -> None:
    (site.path / "bios.json").write_text('{"uuid-mgmt": {"done": 7}}')
    with pytest.raises(UnreadableRecord, match=r"bios\.json"):
        KeptPages(site.path / "bios.json").of("uuid-mgmt")
    with pytest.raises(SetupFailed, match=r"bios\.json"):
        site.run()


def test_pages_add_up() -> None:
    pages = Pages().with_done("Boot")
    assert pages.resumed() == pages
    stopped = Pages(done=("Boot",), stopped_at="Security").resumed()
    assert (stopped.done, stopped.by_hand, stopped.stopped_at) == (
        ("Boot", "Security"),
        ("Security",),
        "",
    )
