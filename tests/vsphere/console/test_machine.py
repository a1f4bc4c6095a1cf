"""The console through vCenter's own calls, its pictures from a TLS server that is really there."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pyVmomi import vim

from infinity.pki import self_signed, server_context
from infinity.server import Reply, serving
from securemode.environment.models import VSphere
from securemode.errors import CannotLook, UnexpectedAnswer
from securemode.vsphere.console.keys import Key
from securemode.vsphere.console.machine import MachineConsole
from securemode.vsphere.console.picture import Camera
from securemode.vsphere.faults import told
from setups.surroundings import environment
from vsphere.console.drawing import Screen, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infinity.server import Asked

COOKIE = 'vmware_soap_session="abc"'


class Task:
    def __init__(self, result: Any = None, error: Any = None) -> None:
        state = vim.TaskInfo.State.error if error else vim.TaskInfo.State.success
        self.info = SimpleNamespace(state=state, result=result, error=error, key="task-1")


class Session:
    """What `VSphereSession` does, with the properties of a small inventory."""

    def __init__(self, inventory: dict[Any, dict[str, Any]]) -> None:
        self.inventory = inventory
        self.service = SimpleNamespace(_stub=SimpleNamespace(cookie=f"{COOKIE}; Path=/; HttpOnly"))
        self.deleted: list[str] = []
        self.logins = 0
        self.content = SimpleNamespace(
            fileManager=SimpleNamespace(DeleteDatastoreFile_Task=self.delete)
        )

    def delete(self, path: str, datacenter: Any) -> Task:
        assert isinstance(datacenter, vim.Datacenter)
        self.deleted.append(path)
        return Task()

    def ask(self, doing: str, work: Callable[[], Any]) -> Any:
        with told(doing):
            try:
                return work()
            except vim.fault.NotAuthenticated:
                self.logins += 1
                return work()

    def properties(
        self, kind: type, paths: list[str], *, objects: list[Any]
    ) -> dict[str, dict[str, Any]]:
        if kind is vim.Task:
            return {"task-1": {"info": objects[0].info}}
        found = {}
        for one in objects:
            known = self.inventory[one]
            found[str(one)] = {path: known[path] for path in paths if path in known}
        return found


class Machine:
    """One virtual machine, as far as its console needs it."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.specs: list[Any] = []
        self.has_tools = True
        self.is_on = True
        self.screenshot: Any = "[store 1] conf 1/conf 1-1.png"

    def CreateScreenshot_Task(self) -> Task:  # noqa: N802 - the names of the API
        return Task(self.screenshot)

    def PutUsbScanCodes(self, spec: Any) -> int:  # noqa: N802
        self.specs += spec.keyEvents
        return 1

    def ReconfigVM_Task(self, spec: Any) -> Task:  # noqa: N802
        self.specs.append(spec)
        return Task()

    def ShutdownGuest(self) -> None:  # noqa: N802
        self.calls.append("shut down")
        if not self.has_tools:
            raise vim.fault.ToolsUnavailable
        self.is_on = False

    def PowerOffVM_Task(self) -> Task:  # noqa: N802
        self.calls.append("off")
        self.is_on = False
        return Task()

    def PowerOnVM_Task(self, host: Any) -> Task:  # noqa: N802
        assert host is None
        self.calls.append("on")
        self.is_on = True
        return Task()


class Inventory(dict[Any, dict[str, Any]]):
    """The machine, its datastore, and the folders above."""

    def __init__(self, machine: Machine) -> None:
        root, folder = vim.Folder("group-d1"), vim.Folder("group-d2")
        datacenter, stores = vim.Datacenter("datacenter-3"), vim.Folder("group-s4")
        store = vim.Datastore("datastore-5")
        super().__init__(
            {
                machine: {"datastore": [store]},
                store: {"name": "store 1", "parent": stores},
                stores: {"name": "datastore", "parent": datacenter},
                datacenter: {"name": "Site %2f A", "parent": folder},
                folder: {"name": "Europe", "parent": root},
                root: {"name": "Datacenters"},
            }
        )
        self.machine = machine

    def __getitem__(self, key: Any) -> dict[str, Any]:
        found = super().__getitem__(key)
        if key is self.machine:
            on = vim.VirtualMachinePowerState.poweredOn
            off = vim.VirtualMachinePowerState.poweredOff
            found["runtime.powerState"] = on if self.machine.is_on else off
        return found


@contextmanager
def camera_at(
    tmp_path: Path, machine: Machine, answer: Callable[[Asked], Reply]
) -> Iterator[tuple[Camera, Session, list[Asked]]]:
    certificate = self_signed(tmp_path / "vcenter.pem", "vcenter.example", "127.0.0.1")
    with serving(answer, server_context(certificate)) as server:
        port = urlsplit(server.url).port
        vcenter = VSphere(address="127.0.0.1", port=port or 0, ca_file=certificate)
        session = Session(Inventory(machine))
        camera = Camera(
            session,  # type: ignore[arg-type]
            environment().with_deployment(vsphere=vcenter),
            machine,
            "conf 1",
            lambda _: None,
        )
        yield camera, session, server.requests
        camera.close()


def console(camera: Camera) -> MachineConsole:
    return MachineConsole(camera.session, camera, key_pause_s=0, shutdown_s=0.05)


def test_the_picture_is_fetched_with_the_sessions_cookie_and_removed(tmp_path: Path) -> None:
    screen = Screen()
    screen.put(2, 0, "mgmt login:")
    body = picture(screen, width=9)
    with camera_at(tmp_path, Machine(), lambda _: Reply(200, body)) as (camera, session, asked):
        look = console(camera).look()
        console(camera).look()
        assert look.text.lines[2] == "mgmt login:"
        assert look.picture == body
        url = urlsplit(asked[0].path)
        assert url.path == "/folder/conf%201/conf%201-1.png"
        assert parse_qs(url.query) == {"dcPath": ["Europe/Site / A"], "dsName": ["store 1"]}
        assert asked[0].headers["Cookie"] == COOKIE
        assert len(asked) == 2
    assert session.deleted == ["[store 1] conf 1/conf 1-1.png"] * 2


def test_an_ended_session_is_begun_again(tmp_path: Path) -> None:
    replies = [Reply(401), Reply(200, picture(Screen()))]
    with camera_at(tmp_path, Machine(), lambda _: replies.pop(0)) as (camera, session, _):
        console(camera).look()
        assert session.logins == 1


@pytest.mark.parametrize(
    ("reply", "told_as"),
    [
        (Reply(404), "404"),
        (Reply(200, b"<html>no picture</html>"), "cannot be decoded"),
        (Reply(200, picture(Screen())[:400]), "cannot be decoded"),
    ],
)
def test_what_is_no_picture_is_no_look(tmp_path: Path, reply: Reply, told_as: str) -> None:
    with (
        camera_at(tmp_path, Machine(), lambda _: reply) as (camera, _, _),
        pytest.raises(UnexpectedAnswer, match=told_as),
    ):
        console(camera).look()


@pytest.mark.parametrize("named", [None, "", "/vmfs/volumes/x.png"])
def test_a_picture_without_a_place_is_no_look(tmp_path: Path, named: Any) -> None:
    machine = Machine()
    machine.screenshot = named
    with (
        camera_at(tmp_path, machine, lambda _: Reply(200)) as (camera, _, _),
        pytest.raises(CannotLook, match="names no file"),
    ):
        console(camera).look()


def test_who_may_not_remove_pictures_can_look_all_the_same(tmp_path: Path) -> None:
    with camera_at(tmp_path, Machine(), lambda _: Reply(200, picture(Screen()))) as (
        camera,
        session,
        _,
    ):
        fault = vim.fault.NoPermission(privilegeId="Datastore.FileManagement")
        session.content.fileManager.DeleteDatastoreFile_Task = lambda *_: Task(error=fault)
        console(camera).look()


def test_other_boot_options_are_kept(tmp_path: Path) -> None:
    machine = Machine()
    with camera_at(tmp_path, machine, lambda _: Reply(200)) as (camera, session, _):
        options = vim.vm.BootOptions(bootDelay=5000, enterBIOSSetup=False)
        session.inventory[machine]["config.bootOptions"] = options
        console(camera).force_setup(wanted=True)
    (spec,) = machine.specs
    assert spec.bootOptions.enterBIOSSetup is True
    assert spec.bootOptions.bootDelay == 5000


@pytest.mark.parametrize(
    ("is_on", "has_tools", "calls"),
    [
        (True, True, ["shut down", "on"]),
        (True, False, ["shut down", "off", "on"]),
        (False, True, ["on"]),
    ],
)
def test_a_guest_is_asked_before_its_power_is_cut(
    tmp_path: Path,
    is_on: bool,  # noqa: FBT001
    has_tools: bool,  # noqa: FBT001
    calls: list[str],
) -> None:
    machine = Machine()
    machine.is_on, machine.has_tools = is_on, has_tools
    with camera_at(tmp_path, machine, lambda _: Reply(200)) as (camera, _, _):
        console(camera).restart()
    assert machine.calls == calls


def test_keys_and_text_are_typed(tmp_path: Path) -> None:
    machine = Machine()
    with camera_at(tmp_path, machine, lambda _: Reply(200)) as (camera, _, _):
        console(camera).press(Key.DOWN)
        console(camera).type("a\n")
    assert [event.usbHidCode >> 16 for event in machine.specs] == [0x51, 0x04, 0x28]
