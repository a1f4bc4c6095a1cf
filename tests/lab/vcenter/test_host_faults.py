from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import vim

from lab.vcenter import control_rules, row_rules
from lab.vcenter.lab_inventory import NODES, lab_vcenter
from securemode_lab.faults import FAULTS, VSphereMistake
from securemode_lab.faults.switchboard import Switchboard, UnknownFault
from securemode_lab.vcenter import places

if TYPE_CHECKING:
    from securemode_lab.vcenter.objects import Managed
    from securemode_lab.vcenter.vcenter import VCenter

IN_FIRMWARE = {"BIOS-03"}
"""Rows that only a console shows: their mistakes are tried where there is one."""
MISTAKES = [
    fault
    for fault in FAULTS
    if isinstance(fault, VSphereMistake) and not IN_FIRMWARE & set(fault.turns)
]
BY_NAME = {fault.name: fault for fault in MISTAKES}
OF_PEOPLE = {"ESXI-80-000236", "ESXI-80-000237"}
"""Controls that no API shows."""


@pytest.fixture(scope="module")
def one_vcenter() -> VCenter:
    return lab_vcenter()


@pytest.fixture
def vcenter(one_vcenter: VCenter) -> Any:
    before = one_vcenter.saved()
    yield one_vcenter
    one_vcenter.restore(before)


def _deployment(vcenter: VCenter) -> Any:
    return SimpleNamespace(vcenter=vcenter, members=[])


def _open(vcenter: VCenter) -> set[str]:
    """Controls that a host or the virtual machine of a node does not keep."""
    inventory = vcenter.inventory
    hosts: list[Managed] = inventory.of(vim.HostSystem)
    found = [control_rules.open_on_host(host, inventory) for host in hosts]
    found += [control_rules.open_on_machine(vcenter.machine(name)) for name in NODES]
    return set[str]().union(*found)


def _everything(vcenter: VCenter) -> str:
    """Every object as it is, in a form that can be compared."""
    return "\n".join(
        f"{managed.moid} {name} {value!r}"
        for managed in vcenter.inventory
        for name, value in {**managed.properties, **managed.kept}.items()
        if not callable(value)
    )


def test_the_lab_as_it_comes_is_in_order(vcenter: VCenter) -> None:
    assert _open(vcenter) == set()
    assert row_rules.broken(vcenter) == set()
    stands_by = [vcenter.machine(places.standby(name)) for name in NODES]
    assert not any(control_rules.open_on_machine(machine) for machine in stands_by)


def test_every_control_that_an_api_shows_has_a_mistake() -> None:
    controls = {control for fault in MISTAKES for control in fault.controls}
    assert controls == control_rules.CONTROLS
    assert len(controls | OF_PEOPLE) == 76 + 25


def test_every_row_has_a_mistake() -> None:
    rows = {*row_rules.MACHINE, *row_rules.HOST, "VMRES-09", "DEPLOY-01", "DEPLOY-02"}
    rows |= {"CONT-01", "CONT-03", "HOST-01"}
    assert rows <= {row for fault in MISTAKES for row in fault.turns}


def test_mistakes_of_one_control_are_called_by_it() -> None:
    for fault in MISTAKES:
        if fault.name.startswith("stig-"):
            (control,) = fault.controls
            assert fault.turns == ("HOST-01",)
            assert fault.name.startswith(f"stig-{control.lower()}")


@pytest.mark.parametrize("fault", MISTAKES, ids=lambda fault: fault.name)
def test_a_mistake_breaks_what_it_names_and_nothing_else(
    vcenter: VCenter, fault: VSphereMistake
) -> None:
    before = _everything(vcenter)
    fault.change(vcenter, _deployment(vcenter))
    assert _everything(vcenter) != before
    assert _open(vcenter) == set(fault.controls)
    rows = row_rules.broken(vcenter) | ({"HOST-01"} if fault.controls else set())
    assert rows == set(fault.turns)


@pytest.mark.parametrize("fault", MISTAKES, ids=lambda fault: fault.name)
def test_a_mistake_goes_without_a_trace(vcenter: VCenter, fault: VSphereMistake) -> None:
    before = _everything(vcenter)
    switchboard, deployment = Switchboard(), _deployment(vcenter)
    asyncio.run(switchboard.switch_on(deployment, fault.name))
    assert list(switchboard.on) == [fault.name]
    assert _everything(vcenter) != before
    asyncio.run(switchboard.switch_off(deployment, fault.name))
    assert not switchboard.on
    assert _everything(vcenter) == before


def test_every_control_can_be_broken_at_the_same_time(vcenter: VCenter) -> None:
    for fault in MISTAKES:
        if fault.name.startswith("stig-"):
            fault.change(vcenter, _deployment(vcenter))
    assert _open(vcenter) == control_rules.CONTROLS
    assert row_rules.broken(vcenter) == set()


def test_what_came_later_outlives_what_came_first(vcenter: VCenter) -> None:
    switchboard, deployment = Switchboard(), _deployment(vcenter)
    before = _everything(vcenter)
    first, second, third = "stig-esxi-80-000005", "stig-esxi-80-000008", "vmres-cpu-unlimited"
    for name in (first, second, third):
        asyncio.run(switchboard.switch_on(deployment, name))
    asyncio.run(switchboard.switch_off(deployment, first))
    assert list(switchboard.on) == [second, third]
    assert _open(vcenter) == set(BY_NAME[second].controls)
    assert row_rules.broken(vcenter) == {"VMRES-02"}
    asyncio.run(switchboard.switch_off(deployment, second))
    assert _open(vcenter) == set()
    assert row_rules.broken(vcenter) == {"VMRES-02"}
    asyncio.run(switchboard.switch_off(deployment, third))
    assert _everything(vcenter) == before


def test_a_mistake_that_is_on_is_not_made_twice(vcenter: VCenter) -> None:
    switchboard, deployment = Switchboard(), _deployment(vcenter)
    for _ in range(2):
        asyncio.run(switchboard.switch_on(deployment, "vmres-cpu-half-reserved"))
    reserved = vcenter.machine("conf1").config.cpuAllocation.reservation
    assert reserved == 4 * row_rules.CORE_MHZ // 2


def test_what_is_not_there_cannot_be_wrong(vcenter: VCenter) -> None:
    switchboard = Switchboard()
    vcenter.inventory.remove(vcenter.machine("conf2").moid)
    before = _everything(vcenter)
    with pytest.raises(UnknownFault, match="bios-network-first is made on what is not there"):
        asyncio.run(switchboard.switch_on(_deployment(vcenter), "bios-network-first"))
    assert not switchboard.on
    assert _everything(vcenter) == before


def test_a_machine_that_runs_by_mistake_has_a_guest_that_runs(vcenter: VCenter) -> None:
    switchboard, deployment = Switchboard(), _deployment(vcenter)
    machine = vcenter.machine(places.standby("conf1"))
    asyncio.run(switchboard.switch_on(deployment, "contingency-running"))
    assert machine.guest.is_on
    asyncio.run(switchboard.switch_off(deployment, "contingency-running"))
    assert not machine.guest.is_on
