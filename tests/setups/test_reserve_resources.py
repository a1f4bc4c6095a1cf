from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import vim

from peers.vcsim import Simulated, vcsim
from securemode.environment.site import Site
from securemode.errors import SetupFailed
from securemode.setups.reserve_resources import ReserveResources
from securemode.targets import Deployment, Node, Role
from setups.vcenter import Killed, Told, deploying, dying_at, machines, reaching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.environment.models import Environment
    from securemode.setups.setup import Change

NAMES = {"mgmt": "DC0_H0_VM0", "conf1": "DC0_C0_RP0_VM0"}
NODES = Deployment(
    management=Node(name="mgmt", role=Role.MANAGEMENT, ipv4="192.0.2.10"),
    conferencing=(Node(name="conf1", role=Role.CONFERENCING, ipv4="192.0.2.21"),),
)
PATHS = (
    "config.cpuAllocation",
    "config.memoryAllocation",
    "config.memoryReservationLockedToMax",
    "config.hardware",
    "config.bootOptions",
)


@pytest.fixture
def vcenter(tmp_path: Path) -> Iterator[Simulated]:
    with vcsim(tmp_path) as simulated:
        yield simulated


def site(of: Environment, **stated: Any) -> Environment:
    return of.model_copy(update={"site": Site(**stated)})


def run(of: Environment) -> tuple[list[Change], Told]:
    told = Told()
    with reaching(of) as access:
        return ReserveResources(of, NODES, access).run(told), told


def test_everything_that_the_guide_wants_is_reserved(vcenter: Simulated) -> None:
    of = site(deploying(vcenter, None, virtual_machines=NAMES), disk_iops=500)
    changes, told = run(of)
    assert {change.requirement for change in changes} == {
        *("VMRES-01", "VMRES-02", "VMRES-04", "VMRES-05", "VMRES-08", "BIOS-01"),
    }
    assert {change.where for change in changes} == {"mgmt", "conf1"}
    assert told.lines[-1] == "reserve_resources: done and verified"
    with reaching(of) as access:
        found = machines(access.session(), *PATHS)["DC0_H0_VM0"]
    cpu, memory = found["config.cpuAllocation"], found["config.memoryAllocation"]
    assert cpu.reservation == cpu.limit > 0
    assert memory.reservation == memory.limit == found["config.hardware"].memoryMB
    assert found["config.memoryReservationLockedToMax"]
    assert {cpu.shares.level, memory.shares.level} == {"normal"}
    (disk,) = (
        each
        for each in found["config.hardware"].device
        if isinstance(each, vim.vm.device.VirtualDisk)
    )
    assert disk.storageIOAllocation.limit == 500
    assert disk.storageIOAllocation.shares.level == "normal"
    (first,) = found["config.bootOptions"].bootOrder
    assert first.deviceKey == disk.key


def test_machines_of_others_are_left_alone(vcenter: Simulated) -> None:
    of = site(deploying(vcenter, None, virtual_machines=NAMES), disk_iops=500)
    run(of)
    with reaching(of) as access:
        other = machines(access.session(), *PATHS)["DC0_H0_VM1"]
    assert other["config.cpuAllocation"].reservation == 0


def test_a_second_run_writes_nothing(vcenter: Simulated) -> None:
    of = site(deploying(vcenter, None, virtual_machines=NAMES), disk_iops=500)
    run(of)
    changes, told = run(of)
    assert changes == []
    assert told.lines == ["reserve_resources: nothing to change"]


def test_whatever_moment_a_run_is_killed_at_the_next_one_completes(vcenter: Simulated) -> None:
    of = site(deploying(vcenter, None, virtual_machines=NAMES), disk_iops=500)
    iops, finished = 500, False
    while not finished:
        iops += 1
        of = site(of, disk_iops=iops)
        with reaching(of) as access, dying_at(access, iops - 499):
            try:
                ReserveResources(of, NODES, access).run(Told())
                finished = True
            except Killed:
                pass
        run(of)
        assert run(of)[0] == []
    assert iops > 510


def test_what_the_site_does_not_state_is_not_made_up(vcenter: Simulated) -> None:
    of = site(deploying(vcenter, None, virtual_machines=NAMES))
    changes, told = run(of)
    assert "VMRES-08" not in {change.requirement for change in changes}
    assert any("site.disk_iops is not stated" in line for line in told.lines)


def test_a_node_without_a_machine_is_left_for_the_next_run(vcenter: Simulated) -> None:
    of = deploying(vcenter, None, virtual_machines={"mgmt": "DC0_H0_VM0"})
    changes, told = run(of)
    assert {change.where for change in changes} == {"mgmt"}
    assert "reserve_resources: conf1 has no virtual machine yet" in told.lines


def test_a_machine_that_was_renamed_is_not_guessed(vcenter: Simulated) -> None:
    names = NAMES | {"mgmt": "DC0_H0_VM9"}
    of = deploying(vcenter, None, virtual_machines=names)
    nodes = Deployment(management=Node(name="DC0_H0_VM1", role=Role.MANAGEMENT, ipv4="192.0.2.10"))
    renamed = of.with_deployment(
        vsphere=of.vsphere.model_copy(update={"virtual_machines": {"DC0_H0_VM1": "mgmt"}})
        if of.vsphere
        else None
    )
    with reaching(renamed) as access, pytest.raises(SetupFailed) as stopped:
        ReserveResources(renamed, nodes, access).run(Told())
    assert "vCenter has no virtual machine 'mgmt', but DC0_H0_VM1" in stopped.value.message
    assert "it was renamed, or is another" in stopped.value.message


def test_two_machines_that_could_be_meant_are_both_named(vcenter: Simulated) -> None:
    of = deploying(vcenter, None)
    nodes = Deployment(
        management=Node(
            name="DC0_H0_VM0", role=Role.MANAGEMENT, ipv4="192.0.2.10", fqdn="DC0_H0_VM1"
        )
    )
    with reaching(of) as access, pytest.raises(SetupFailed) as stopped:
        ReserveResources(of, nodes, access).run(Told())
    assert "DC0_H0_VM0" in stopped.value.message
    assert "DC0_H0_VM1" in stopped.value.message
    assert "vsphere.virtual_machines.DC0_H0_VM0" in stopped.value.remedy


class Refusing:
    """Lets a session through, but for the reconfiguration of one machine."""

    def __init__(self, access: Any, which: int, fault: Exception) -> None:
        self._session: Any = access.session()
        self._ask = self._session.ask
        self._left = which
        self._fault = fault
        self._session.ask = self

    def __call__(self, doing: str, work: Any) -> Any:
        if doing.startswith("reserving resources"):
            self._left -= 1
            if self._left < 0:
                return self._ask(doing, self._refuse)
        return self._ask(doing, work)

    def _refuse(self) -> None:
        raise self._fault


@pytest.mark.parametrize(
    ("fault", "said", "remedy"),
    [
        (
            vim.fault.NoPermission(privilegeId="VirtualMachine.Config.Resource"),
            "the account lacks the privilege VirtualMachine.Config.Resource.",
            "give the account of credentials.vsphere that privilege.",
        ),
        (
            vim.fault.InsufficientCpuResourcesFault(msg="not enough CPU"),
            "InsufficientCpuResourcesFault (not enough CPU).",
            "free CPU and memory that other machines reserve",
        ),
        (
            vim.fault.TaskInProgress(msg="another task"),
            "TaskInProgress (another task).",
            "wait until whatever else works on it has ended",
        ),
    ],
)
def test_where_it_is_refused_it_says_what_is_done_and_what_is_not(
    vcenter: Simulated, fault: Exception, said: str, remedy: str
) -> None:
    of = site(deploying(vcenter, None, virtual_machines=NAMES), disk_iops=500)
    with reaching(of) as access:
        Refusing(access, 1, fault)
        with pytest.raises(SetupFailed) as stopped:
            ReserveResources(of, NODES, access).run(Told())
    assert said in stopped.value.message
    assert stopped.value.message.endswith(
        "Done: mgmt: resources reserved. Not done: conf1: resources reserved."
    )
    assert remedy in stopped.value.remedy


def test_a_session_that_has_ended_is_begun_once_more(vcenter: Simulated) -> None:
    of = site(deploying(vcenter, None, virtual_machines=NAMES), disk_iops=500)
    with reaching(of) as access:
        access.session().content.sessionManager.Logout()
        assert ReserveResources(of, NODES, access).run(Told())
