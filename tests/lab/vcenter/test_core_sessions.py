"""Who gets into the lab's vCenter, what they may do, and how that ends."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pyVim.connect import SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from lab.vcenter.serving import ADMINISTRATOR, READER, machine, read, view
from securemode_lab.document import Login

if TYPE_CHECKING:
    from lab.vcenter.serving import Served


def test_it_says_what_it_is(instance: Any) -> None:
    about = instance.content.about
    assert (about.apiType, about.version, about.apiVersion) == (
        "VirtualCenter",
        "8.0.3",
        "8.0.3.0",
    )
    assert instance._stub.version == "vim.version.v8_0_3_0"
    assert instance.content.ovfManager is None
    assert instance.CurrentTime().tzinfo is not None


@pytest.mark.parametrize(
    "login", [Login(ADMINISTRATOR.username, "wrong"), Login("nobody@vsphere.local", "wrong")]
)
def test_a_wrong_password_is_refused(served: Served, login: Login) -> None:
    manager = served.stranger().RetrieveContent().sessionManager
    with pytest.raises(vim.fault.InvalidLogin, match="incorrect user name or password"):
        manager.Login(login.username, login.password, None)
    assert manager.currentSession is None


def test_a_certificate_that_nobody_vouches_for_is_noticed(served: Served) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        SmartConnect(
            host="localhost",
            port=served.port,
            user=ADMINISTRATOR.username,
            pwd=ADMINISTRATOR.password,
            sslContext=ssl.create_default_context(),
        )


def test_the_session_is_the_callers_own(served: Served) -> None:
    administrator, reader = served.connect(), served.connect(READER)
    ours = administrator.content.sessionManager.currentSession
    theirs = reader.content.sessionManager.currentSession
    assert (ours.userName, theirs.userName) == (ADMINISTRATOR.username, READER.username)
    manager = administrator.content.sessionManager
    assert manager.SessionIsActive(theirs.key, READER.username)
    assert {session.key for session in manager.sessionList} == {ours.key, theirs.key}


def test_a_reader_reads_and_writes_nothing(served: Served) -> None:
    reader = served.connect(READER)
    node = machine(reader, "node0")
    assert node.runtime.powerState == "poweredOn"
    with pytest.raises(vim.fault.NoPermission) as refused:
        node.PowerOffVM_Task()
    assert refused.value.privilegeId == "VirtualMachine.Interact.PowerOff"
    assert refused.value.object == node
    for refuse in (
        lambda: node.ReconfigVM_Task(vim.vm.ConfigSpec(annotation="x")),
        lambda: node.CreateSnapshot_Task(name="s", memory=False, quiesce=False),
        lambda: node.PutUsbScanCodes(vim.vm.UsbScanCodeSpec(keyEvents=[])),
        node.CreateScreenshot_Task,
        lambda: node.Rename_Task("other"),
        node.Destroy_Task,
    ):
        with pytest.raises((vim.fault.NoPermission, TypeError)):
            refuse()
    assert [entry.name for entry in served.vcenter.machines] == [
        "node0",
        "node1",
        "node2",
        "jump-host",
    ]
    assert node.runtime.powerState == "poweredOn"


def test_without_a_login_there_is_the_service_instance_alone(served: Served) -> None:
    instance = served.connect()
    node = machine(instance, "node0")
    instance.content.sessionManager.Logout()
    assert instance.RetrieveContent().about.apiType == "VirtualCenter"
    assert instance.content.sessionManager.currentSession is None
    for asking in (
        lambda: node.name,
        instance.CurrentTime,
        lambda: read(instance, vim.VirtualMachine, "name"),
    ):
        with pytest.raises(vim.fault.NotAuthenticated):
            asking()


def test_a_session_expires_and_a_new_one_begins(served: Served) -> None:
    instance = served.connect()
    node = machine(instance, "node0")
    assert served.run(served.vcenter.expire_sessions) == 1
    with pytest.raises(vim.fault.NotAuthenticated) as refused:
        assert node.name
    assert refused.value.privilegeId == "System.View"
    manager = instance.content.sessionManager
    manager.Login(ADMINISTRATOR.username, ADMINISTRATOR.password, None)
    assert node.name == "node0"


def test_an_idle_session_expires_by_itself(served: Served) -> None:
    instance = served.connect()

    def idle() -> None:
        for session in served.vcenter.sessions.all():
            session.active = datetime.now(UTC) - timedelta(minutes=31)

    served.run(idle)
    with pytest.raises(vim.fault.NotAuthenticated):
        instance.CurrentTime()


def test_what_belongs_to_a_session_goes_with_it(served: Served) -> None:
    instance = served.connect()
    content = instance.content
    before = len(list(served.vcenter.inventory))
    view(instance, vim.HostSystem)
    assert len(list(served.vcenter.inventory)) == before + 1
    content.sessionManager.Logout()
    assert len(list(served.vcenter.inventory)) == before


def test_every_call_is_written_down(served: Served) -> None:
    reader = served.connect(READER)
    read(reader, vim.VirtualMachine, "name")
    with pytest.raises(vim.fault.NoPermission):
        machine(reader, "node0").PowerOffVM_Task()
    entries = served.vcenter.log.entries()
    assert {entry["user"] for entry in entries} == {"", READER.username}
    wrote = [(e["method"], e["fault"]) for e in entries if e["wrote"]]
    assert wrote == [("PowerOffVM_Task", "NoPermission")]


def test_what_the_lab_lacks_is_said(instance: Any) -> None:
    node = machine(instance, "node0")
    with pytest.raises(vmodl.fault.NotSupported, match="SuspendVM_Task"):
        WaitForTask(node.SuspendVM_Task())
    gone = vim.VirtualMachine("vm-999", instance._stub)
    with pytest.raises(vmodl.fault.ManagedObjectNotFound, match="vm-999"):
        assert gone.name
