"""What goes wrong while an OVA is on its way, against govmomi's vCenter."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import vim

from peers.vcsim import Simulated, vcsim
from securemode.errors import CannotLook, Refused, SetupFailed, TimedOut, UnexpectedAnswer
from securemode.vsphere import ovf_import
from securemode.vsphere.descriptor import networks_in
from securemode.vsphere.lease import Lease
from securemode.vsphere.ova import DamagedOva, read_ova
from securemode.vsphere.ovf_import import OvfImport
from securemode.vsphere.placing import place_for
from securemode.vsphere.remedies import remedy_of
from securemode.vsphere.tasks import carried_out, failed
from securemode.vsphere.upload import Receiver, send
from setups.ovas import DISK, NAME, archive, descriptor, manifest, ova
from setups.vcenter import Told, deploying, machines, placement, reaching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.vsphere.session import VSphereSession


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with vcsim(tmp_path_factory.mktemp("vcsim")) as simulated:
        yield simulated


class Importing:
    """One import into that vCenter."""

    def __init__(self, vcenter: Simulated, session: VSphereSession, path: Path) -> None:
        self.session = session
        self.vcenter = vcenter
        self.ova = read_ova(path)
        self.path = path
        self.told = Told()
        self.pauses: list[float] = []

    def run(self, name: str) -> tuple[str, ...]:
        networks = networks_in(self.ova.descriptor)
        place = place_for(self.session, name, placement(self.path), networks, 1)
        receiver = Receiver("127.0.0.1", self.vcenter.port, self.vcenter.ca_file)
        return OvfImport(
            self.session, receiver, self.ova, name, place, "thin", self.told, self.pauses.append
        ).run()


@pytest.fixture
def importing(vcenter: Simulated, tmp_path: Path) -> Iterator[Importing]:
    path = ova(tmp_path / "node.ova")
    with reaching(deploying(vcenter, placement(path))) as access:
        yield Importing(vcenter, access.session(), path)


class Flaky:
    """Sends as ever, but for the first times."""

    def __init__(self, times: int, error: Exception) -> None:
        self.times = times
        self.error = error

    def __call__(self, *given: Any, **more: Any) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise self.error
        return send(*given, **more)


def test_every_byte_arrives_and_is_counted(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries: list[Any] = []
    reads = Lease.manifest

    def noting(lease: Lease) -> list[Any]:
        entries.extend(found := reads(lease))
        return found

    monkeypatch.setattr(Lease, "manifest", noting)
    assert importing.run("counted") == ()
    assert [entry.size for entry in entries] == [len(DISK)]


@pytest.mark.parametrize("error", [Refused("sending: hung up."), TimedOut("sending: silence.")])
def test_a_lost_connection_is_tried_again_under_a_new_lease(
    importing: Importing, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(ovf_import, "send", Flaky(2, error))
    name = f"again-{type(error).__name__}"
    importing.run(name)
    assert importing.told.lines == [f"{name}: {error} Once more, from the beginning."] * 2
    assert list(machines(importing.session)).count(name) == 1


def test_a_connection_that_stays_lost_leaves_nothing_behind(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ovf_import, "send", Flaky(3, Refused("sending: hung up.")))
    with pytest.raises(Refused, match="hung up"):
        importing.run("lost")
    assert "lost" not in machines(importing.session)


def test_a_vcenter_that_only_hears_the_second_word_is_cleared_as_well(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ovf_import, "send", Flaky(3, Refused("sending: hung up.")))
    monkeypatch.setattr(Lease, "abort", lambda _: False)
    with pytest.raises(Refused, match="hung up"):
        importing.run("silent")
    assert "silent" not in machines(importing.session)


def test_what_cannot_be_cleared_is_said_and_nothing_more_is_tried(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ovf_import, "send", Flaky(3, Refused("sending: hung up.")))
    monkeypatch.setattr(OvfImport, "_is_cleared", lambda *_: False)
    said = "What there is of stuck may be left in vCenter: the next run removes it"
    with pytest.raises(UnexpectedAnswer, match=said):
        importing.run("stuck")
    assert importing.told.lines == []


@pytest.mark.parametrize(
    "entry",
    [
        {"size": 7, "sha1": "", "checksum": None, "checksumType": None},
        {"size": len(DISK), "sha1": "0" * 40, "checksum": None, "checksumType": None},
        {"size": len(DISK), "sha1": "", "checksum": "0" * 64, "checksumType": "sha256"},
    ],
)
def test_what_arrived_as_something_else_is_not_taken(
    importing: Importing, monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any]
) -> None:
    reads = Lease.manifest

    def altered(lease: Lease) -> list[Any]:
        return [SimpleNamespace(key=each.key, **entry) for each in reads(lease)]

    monkeypatch.setattr(Lease, "manifest", altered)
    with pytest.raises(SetupFailed, match="vCenter received something else"):
        importing.run("altered")
    assert "altered" not in machines(importing.session)


def test_what_vcenter_does_not_count_is_said(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lease, "manifest", lambda _: [])
    (unsure,) = importing.run("uncounted")
    assert "vCenter does not say what it received as node-disk1.vmdk" in unsure


def test_the_reason_of_vcenter_goes_before_that_of_the_connection(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = vim.fault.NoDiskSpace(msg="There is not enough space", datastore="LocalDS_0")

    def gave_up(_: Lease) -> None:
        raise failed("importing full", full)

    monkeypatch.setattr(ovf_import, "send", Flaky(1, Refused("sending: hung up.")))
    monkeypatch.setattr(Lease, "refuse_broken", gave_up)
    with pytest.raises(CannotLook, match=r"NoDiskSpace \(There is not enough space\)") as stopped:
        importing.run("full")
    assert "free space on the datastore" in remedy_of(stopped.value)
    assert "full" not in machines(importing.session)


def test_a_disk_that_the_descriptor_names_has_to_be_there(
    vcenter: Simulated, importing: Importing, tmp_path: Path
) -> None:
    files = {NAME[0]: descriptor("other.vmdk"), NAME[2]: DISK}
    path = archive(
        tmp_path / "lacking.ova",
        {NAME[0]: files[NAME[0]], NAME[1]: manifest(files), NAME[2]: DISK},
    )
    lacking = Importing(vcenter, importing.session, path)
    with pytest.raises(DamagedOva, match=r"lacks other\.vmdk, which its descriptor names"):
        lacking.run("lacking")


def test_a_datastore_without_room_is_told_before_anything_is_sent(importing: Importing) -> None:
    with pytest.raises(SetupFailed, match="The datastore LocalDS_0 is full") as stopped:
        place_for(importing.session, "mgmt", placement(importing.path), ("VM Network",), 10**17)
    assert stopped.value.remedy == "free space there, or state another datastore."


def disconnected(session: VSphereSession, state: str) -> Any:
    """The session, with hosts of another state."""

    def properties(kind: type, paths: Any, **more: Any) -> Any:
        found = session.properties(kind, paths, **more)
        for seen in found.values() if kind is vim.HostSystem else ():
            if state == "maintenance":
                seen["runtime.inMaintenanceMode"] = True
            else:
                seen["runtime.connectionState"] = state
        return found

    return SimpleNamespace(properties=properties, managed=session.managed)


@pytest.mark.parametrize("state", ["notResponding", "disconnected", "maintenance"])
def test_a_host_that_takes_nothing_is_told(importing: Importing, state: str) -> None:
    session = disconnected(importing.session, state)
    with pytest.raises(SetupFailed, match=f"The host DC0_C0_H0 .*{state}"):
        place_for(session, "mgmt", placement(importing.path), ("VM Network",), 1)


class Server:
    """Answers what a task is, again and again."""

    def __init__(self, *infos: Any) -> None:
        self.infos = list(infos)

    def ask(self, _: str, work: Any) -> Any:
        return work()

    def properties(self, *_: Any, **__: Any) -> Any:
        return {"task-1": {"info": self.infos.pop(0) if len(self.infos) > 1 else self.infos[0]}}


def info(state: str, **more: Any) -> Any:
    return vim.TaskInfo(key="task-1", state=state, **more)


def test_a_task_is_waited_for() -> None:
    server: Any = Server(info("queued"), info("running"), info("success", result="done"))
    pauses: list[float] = []
    assert carried_out(server, "doing it", lambda: "task", pause=pauses.append) == "done"
    assert pauses == [0.02, 0.04]


def test_a_task_that_fails_says_why() -> None:
    server: Any = Server(info("error", error=vim.fault.NoDiskSpace(msg="full")))
    with pytest.raises(CannotLook, match=r"doing it: vCenter answers NoDiskSpace \(full\)") as why:
        carried_out(server, "doing it", lambda: "task")
    assert why.value.remedy.startswith("free space on the datastore")


def test_a_task_that_does_not_end_is_told() -> None:
    server: Any = Server(info("running"))
    with pytest.raises(TimedOut, match=r"the task task-1 still runs after 0.01 s"):
        carried_out(server, "doing it", lambda: "task", timeout_s=0.01)
