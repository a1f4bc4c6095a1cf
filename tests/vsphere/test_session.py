from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import vim, vmodl

from peers.access import LOOPBACK, listener, login
from peers.pki import issued
from securemode.errors import (
    AuthenticationRejected,
    CannotLook,
    Refused,
    TimedOut,
    UnexpectedAnswer,
    Unsupported,
)
from securemode.vsphere import session as sessions
from securemode.vsphere.access import VSphereAccess
from securemode.vsphere.connection import OLDEST, newest_common
from securemode.vsphere.faults import of_connection, of_fault
from securemode.vsphere.session import VSphereSession

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from peers.vcsim import Simulated
    from securemode.environment.models import Environment

WRONG = login("reader@vsphere.local", "not this one")


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("8.0.3.0", "vim.version.v8_0_3_0"),
        ("8.0.2.9", "vim.version.v8_0_2_0"),
        ("6.5", "vim.version.version11"),
        ("99.0.0.0", newest_common("98.0")),
        ("4.9", "vim.version.version6"),
        ("1.0", OLDEST),
        ("LATEST", OLDEST),
    ],
)
def test_the_newest_version_that_both_speak(stated: str, version: str) -> None:
    assert newest_common(stated) == version


def test_a_session_speaks_the_version_of_the_server(session: VSphereSession) -> None:
    assert session._stub.version == "vim.version.v8_0_3_0"
    assert session.content.about.apiType == "VirtualCenter"


def refusal(simulated: Simulated, **given: Any) -> CannotLook:
    with pytest.raises(CannotLook) as caught:
        VSphereSession.open(simulated.environment(**given))
    return caught.value


def test_a_wrong_password_is_told_as_such(simulated: Simulated) -> None:
    told = refusal(simulated, account=WRONG)
    assert isinstance(told, AuthenticationRejected)
    assert "does not accept the account (InvalidLogin)" in told.message
    assert "credentials.vsphere" in told.remedy
    assert "not this one" not in str(told)


def test_a_certificate_of_somebody_else_is_not_trusted(
    simulated: Simulated, tmp_path: Path
) -> None:
    path = tmp_path / "other.pem"
    path.write_bytes(issued("CA of somebody else", is_authority=True).pem)
    told = refusal(simulated, ca_file=path)
    assert isinstance(told, UnexpectedAnswer)
    assert "is not vouched for" in told.message
    assert "vsphere.ca_file" in told.remedy


def test_a_certificate_for_another_name_is_not_trusted(simulated: Simulated) -> None:
    told = refusal(simulated, address="localhost")
    assert isinstance(told, UnexpectedAnswer)
    assert "is not vouched for" in told.message


def test_nobody_there(simulated: Simulated) -> None:
    with listener(0) as sock:
        port = sock.getsockname()[1]
    assert isinstance(refusal(simulated, port=port), Refused)


def _hang_up(sock: socket.socket) -> None:
    sock.accept()[0].close()


def test_something_else_there(simulated: Simulated) -> None:
    with listener(0) as sock:
        accepted = threading.Thread(target=_hang_up, args=(sock,))
        accepted.start()
        told = refusal(simulated, port=sock.getsockname()[1])
        accepted.join()
    assert isinstance(told, UnexpectedAnswer | Refused)


def test_an_environment_without_account(simulated: Simulated) -> None:
    environment = simulated.environment()
    bare = environment.model_copy(update={"vsphere": None})
    with pytest.raises(Unsupported, match="names no vCenter"):
        VSphereSession.open(bare)


def test_an_ended_session_is_opened_anew_and_once(session: VSphereSession) -> None:
    session.content.sessionManager.Logout()
    barrier = threading.Barrier(6)

    def read(_: int) -> int:
        barrier.wait(30)
        return len(session.properties(vim.VirtualMachine, ["name"]))

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(read, range(6))) == [4] * 6
    assert session._logins == 2


def test_an_ended_session_of_a_password_that_was_changed(simulated: Simulated) -> None:
    session = VSphereSession.open(simulated.environment())
    session.content.sessionManager.Logout()
    session._login = WRONG
    with pytest.raises(AuthenticationRejected):
        session.properties(vim.HostSystem, ["name"])
    session.close()


def test_properties_that_are_not_sent_are_absent(session: VSphereSession) -> None:
    found = session.properties(vim.VirtualMachine, ["name", "snapshot", "resourceConfig"])
    assert {tuple(values) for values in found.values()} == {("name",)}


def test_properties_of_given_objects(session: VSphereSession) -> None:
    every = session.properties(vim.HostSystem, ["name"])
    [first, *_] = sorted(every)
    given = [session.managed(vim.HostSystem, first)]
    assert session.properties(vim.HostSystem, ["name"], objects=given) == {first: every[first]}
    assert session.properties(vim.HostSystem, ["name"], objects=[]) == {}


def test_pages_are_put_together(session: VSphereSession, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = session.properties(vim.VirtualMachine, ["name", "runtime.powerState"])
    monkeypatch.setattr(sessions, "OBJECTS_A_PAGE", 1)
    assert session.properties(vim.VirtualMachine, ["name", "runtime.powerState"]) == whole
    assert len(whole) == 4


def test_several_kinds_in_one_pass(session: VSphereSession) -> None:
    found = session.properties_of({vim.HostSystem: ["name"], vim.Datastore: ["summary.name"]})
    assert len(found[vim.HostSystem]) == 4
    assert [*found[vim.Datastore].values()] == [{"summary.name": "LocalDS_0"}]


def test_a_path_that_does_not_exist_is_an_error_and_no_absence(
    session: VSphereSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> Any:
        raise vmodl.query.InvalidProperty(name="config.nothing")  # as vCenter does; vcsim does not

    monkeypatch.setattr(session, "_pass", refused)
    with pytest.raises(UnexpectedAnswer, match="InvalidProperty"):
        session.properties(vim.HostSystem, ["config.nothing"])


def test_a_property_that_may_not_be_read_is_no_absence(
    session: VSphereSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = vim.fault.NoPermission(privilegeId="System.Read")
    missing = vmodl.query.PropertyCollector.MissingProperty(path="config", fault=denied)
    content = vmodl.query.PropertyCollector.ObjectContent(
        obj=session.managed(vim.HostSystem, "host-1"), missingSet=[missing]
    )
    monkeypatch.setattr(session, "_pass", lambda *_: iter([content]))
    with pytest.raises(AuthenticationRejected, match=r"\(config\): .*privilege System.Read"):
        session.properties(vim.HostSystem, ["config"])


def test_an_answer_that_fits_no_type(
    session: VSphereSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise TypeError

    monkeypatch.setattr(session, "_pass", broken)
    with pytest.raises(UnexpectedAnswer, match="fits no type of the API"):
        session.properties(vim.HostSystem, ["name"])


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionResetError(), Refused),
        (TimeoutError(), TimedOut),
        (OSError(113, "No route to host"), CannotLook),
        (ValueError(), UnexpectedAnswer),
    ],
)
def test_broken_connections(error: Exception, kind: type[CannotLook]) -> None:
    told = of_connection("reading", error)
    assert isinstance(told, kind)
    assert told.message.startswith("reading: ")


def test_faults_keep_their_words() -> None:
    told = of_fault("reading", vim.fault.TaskInProgress(msg="Another\n task."))
    assert told.message == "reading: vCenter answers TaskInProgress (Another task.)."


def test_esxcli(session: VSphereSession) -> None:
    [host, *_] = sorted(session.properties(vim.HostSystem, ["name"]))
    [firewall] = session.esxcli(host, "network.firewall.get")
    assert firewall == {"DefaultAction": "DROP", "Enabled": "false", "Loaded": "true"}
    assert session.esxcli(host, "iscsi.software.get") == [{"value": "false"}]
    assert len(session.esxcli(host, "system.settings.advanced.list")) == 2
    [one] = session.esxcli(host, "system.settings.advanced.list", option="/Net/GuestIPHack")
    assert one["IntValue"] == "1"


def test_a_command_that_esxcli_does_not_have_is_an_error(session: VSphereSession) -> None:
    [host, *_] = sorted(session.properties(vim.HostSystem, ["name"]))
    with pytest.raises(UnexpectedAnswer, match=r"system\.nothing\.get is refused: The object"):
        session.esxcli(host, "system.nothing.get")
    with pytest.raises(UnexpectedAnswer, match="Unable to find option"):
        session.esxcli(host, "system.settings.advanced.list", option="/No/Such")
    with pytest.raises(UnexpectedAnswer, match="RetrieveManagedMethodExecuter is refused"):
        session.esxcli("host-of-nobody", "network.firewall.get")


def test_esxcli_after_the_session_has_ended(session: VSphereSession) -> None:
    [host, *_] = sorted(session.properties(vim.HostSystem, ["name"]))
    session.content.sessionManager.Logout()
    assert session.esxcli(host, "network.firewall.get")


def test_access_opens_one_session_and_shares_it(simulated: Simulated) -> None:
    access = VSphereAccess(simulated.environment())
    with ThreadPoolExecutor(4) as pool:
        opened = set(pool.map(lambda _: id(access.session()), range(8)))
    assert len(opened) == 1
    access.close()
    access.close()


def test_access_tries_a_rejected_password_once(
    simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    opening = VSphereSession.open

    def counted(environment: Environment) -> VSphereSession:
        tried.append(environment)
        return opening(environment)

    monkeypatch.setattr(VSphereSession, "open", counted)
    access = VSphereAccess(simulated.environment(account=WRONG))
    for _ in range(3):
        with pytest.raises(AuthenticationRejected):
            access.session()
    assert len(tried) == 1


def test_closing_survives_a_vcenter_that_is_gone(simulated: Simulated) -> None:
    session = VSphereSession.open(simulated.environment())
    session._stub.DropConnections()
    session._stub.port = 1
    session.close()
    assert session._stub.host.startswith(LOOPBACK)
