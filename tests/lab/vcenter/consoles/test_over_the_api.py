"""The console of a node as an API client has it: scan codes in, pictures in the datastore out."""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from lab.control.running import RunningLab, up
from lab.vcenter.consoles.machine import event
from lab.vcenter.consoles.png_reader import text

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_S = 30.0
CURSOR = "?"
"""What a letter under the cursor is read as; here it is a blank."""
UTILITY = "PhoenixBIOS Setup Utility"


@dataclass
class Client:
    """Somebody at the virtual machine of conf1, by the API alone."""

    lab: RunningLab
    service: Any
    context: ssl.SSLContext
    machine: Any

    def press(self, *keys: str) -> None:
        events = [self._event(key) for key in keys]
        spec = vim.vm.UsbScanCodeSpec(keyEvents=events)
        assert self.machine.PutUsbScanCodes(spec) == len(events)

    def sees(self) -> str:
        task = self.machine.CreateScreenshot_Task()
        WaitForTask(task)
        return text(self._fetched(task.info.result))

    def wait(self, expected: str) -> str:
        until = time.monotonic() + LIMIT_S
        while expected not in (seen := self.sees()):
            assert time.monotonic() < until, f"no {expected!r} on the screen:\n{seen}"
        return seen

    def start_with_setup(self) -> None:
        options = vim.vm.BootOptions(enterBIOSSetup=True)
        WaitForTask(self.machine.ReconfigVM_Task(vim.vm.ConfigSpec(bootOptions=options)))
        WaitForTask(self.machine.ResetVM_Task())

    def _event(self, key: str) -> Any:
        usage, held = event(key)
        modifiers = vim.vm.UsbScanCodeSpec.ModifierType(leftShift=bool(held))
        code = usage << 16 | 7
        return vim.vm.UsbScanCodeSpec.KeyEvent(usbHidCode=code, modifiers=modifiers)

    def _fetched(self, path: str) -> bytes:
        store, _, name = path.removeprefix("[").partition("] ")
        vsphere = self.lab.document["vsphere"]
        connection = http.client.HTTPSConnection(
            vsphere["address"], vsphere["port"], context=self.context, timeout=LIMIT_S
        )
        query = f"dcPath={quote(vsphere['datacenter'])}&dsName={quote(store)}"
        cookie = self.service._stub.cookie.partition(";")[0]
        connection.request("GET", f"/folder/{quote(name)}?{query}", headers={"Cookie": cookie})
        answer = connection.getresponse()
        assert answer.status == 200
        content = answer.read()
        connection.close()
        return content


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    lab = up("--nodes", "1", "--profile", "loopback")
    try:
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def client(lab: RunningLab) -> Iterator[Client]:
    vsphere = lab.document["vsphere"]
    context = ssl.create_default_context(cafile=vsphere["ca_file"])
    context.check_hostname = False
    service = SmartConnect(
        host=vsphere["address"],
        port=vsphere["port"],
        user=vsphere["username"],
        pwd=vsphere["password"],
        sslContext=context,
    )
    lab.done("save", name="before")
    path = f"{vsphere['datacenter']}/vm/{vsphere['folder']}/conf1"
    machine = service.content.searchIndex.FindByInventoryPath(path)
    try:
        yield Client(lab, service, context, machine)
    finally:
        lab.done("restore", name="before")
        Disconnect(service)
        service._stub.DropConnections()


def test_a_running_node_asks_for_a_login(client: Client) -> None:
    client.wait("login:")
    client.press(*"admin", "Enter")
    client.wait("Password:")
    client.press(*"wrong", "Enter")
    assert "wrong" not in client.wait("Login incorrect")


def test_a_secured_firmware_asks_for_the_password(client: Client) -> None:
    client.start_with_setup()
    assert UTILITY not in client.wait("Enter Password")
    assert not client.machine.config.bootOptions.enterBIOSSetup
    assert not client.lab.done("state")["nodes"][1]["on"]
    client.press(*client.lab.document["vsphere"]["bios_supervisor_password"], "Enter")
    assert "System Date" in client.wait(UTILITY)
    client.press("F10", "Enter")
    client.wait("login:")
    assert client.lab.done("state")["nodes"][1]["on"]


@pytest.mark.parametrize(
    ("fault", "node"), [("bios-no-password", "conf1"), ("bios-nvram-deleted", "mgmt")]
)
def test_a_firmware_without_a_password_lets_everybody_in(
    client: Client, fault: str, node: str
) -> None:
    names = {entry["name"]: entry for entry in client.lab.done("faults")["faults"]}
    assert names[fault]["turns"] == ["BIOS-03"]
    client.machine = next(vm for vm in client.machine.parent.childEntity if vm.name == node)
    client.lab.fault(fault)
    client.start_with_setup()
    client.wait(UTILITY)
    client.lab.done("fault", name=fault, on=False)
    client.start_with_setup()
    client.wait("Enter Password")


def test_keys_are_lost_now_and_then(client: Client) -> None:
    client.wait("login:")
    assert client.lab.done("vsphere", keys_fail_every=3)["keys_fail_every"] == 3
    lost: list[str] = []
    for letter in "administrator":
        while True:
            try:
                client.press(letter)
            except vmodl.fault.SystemError as failed:
                lost.append(failed.msg)
            else:
                break
    client.lab.done("vsphere", keys_fail_every=0)
    first, *others = client.wait("login: administrator").splitlines()
    assert first.rstrip(CURSOR) == "login: administrator"
    assert not any(others)
    assert len(lost) > 3
    assert set(lost) == {"Invalid fault"}


def test_a_restored_lab_has_its_node_back(client: Client) -> None:
    client.start_with_setup()
    client.wait("Enter Password")
    client.lab.done("restore", name="before")
    client.wait("login:")
