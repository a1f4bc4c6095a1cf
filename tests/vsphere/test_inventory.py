"""The inventory of a vCenter that others wrote, and what judges say of it."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter
from pyVim.task import WaitForTask
from pyVmomi import vim

from peers.vcsim import vcsim
from peers.vcsim_saved import NAMESPACE, save
from securemode.environment.site import Site
from securemode.judges.datastores import limits_fit_the_datastore
from securemode.judges.hosts import HOST_RULES, host_satisfies
from securemode.judges.machine_rules import FIXED_RULES, rule_named
from securemode.judges.virtual_machines import machine_satisfies
from securemode.observations.vsphere import InventorySeen, Tagging
from securemode.verdicts import Verdict
from securemode.vsphere.inventory import identities, read
from securemode.vsphere.session import VSphereSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from peers.vcsim import Simulated
    from securemode.environment.models import Environment

MACHINE, HOST, STORE = "DC0_H0_VM0", "DC0_H0", "LocalDS_0"
DISK_LIMIT, VLAN = "every disk has an IOPS limit", "every network adapter uses an allowed VLAN"
MACHINE_RULES = [*FIXED_RULES, DISK_LIMIT, VLAN]
VLAN_ID = 110


def opened(simulated: Simulated) -> VSphereSession:
    return VSphereSession.open(simulated.environment())


def verdict(statement: str, seen: InventorySeen, environment: Environment) -> Verdict:
    if statement in HOST_RULES:
        return host_satisfies(seen, host=HOST, rule=HOST_RULES[statement]).verdict
    assert environment.vsphere is not None
    rule = rule_named(statement, environment.site)
    node = environment.management()
    return machine_satisfies(seen, node=node, vcenter=environment.vsphere, rule=rule).verdict


def test_what_vcsim_has_is_seen(session: VSphereSession) -> None:
    seen = read(session)
    assert (len(seen.machines), len(seen.hosts), len(seen.datastores)) == (4, 4, 1)
    machine = next(one for one in seen.machines if one.name == MACHINE)
    assert (machine.cpu_count, machine.memory_mb, machine.power) == (1, 32, "poweredOn")
    assert [disk.place for disk in machine.disks] == ["SCSI (0:0)"]
    host = seen.host(machine.host)
    assert host is not None
    assert host.name == HOST
    assert (host.core_mhz, host.summary_mhz) == (3591.345, 2294)
    assert [device for device, _ in host.link_mbit or ()] == ["vmnic0", "vmnic1"]
    assert machine.moid in seen.datastores[0].machines
    assert {one.moid for one in identities(session)} == {one.moid for one in seen.machines}


def test_an_inventory_survives_the_evidence(session: VSphereSession) -> None:
    seen = read(session)
    adapter = TypeAdapter(InventorySeen)
    assert adapter.validate_python(adapter.dump_python(seen, mode="json")) == seen


AS_SHIPPED = {
    "all CPU is reserved": Verdict.FAIL,
    "the CPU limit equals the reservation": Verdict.FAIL,
    "CPU shares are normal": Verdict.PASS,
    "all memory is reserved and locked": Verdict.FAIL,
    "the memory limit equals the reservation": Verdict.FAIL,
    "memory shares are normal": Verdict.PASS,
    "shares of every disk are normal": Verdict.PASS,
    "the hard disk comes first in the boot order": Verdict.NOT_APPLICABLE,
    "SCSI (0:0) comes before every other hard disk": Verdict.NOT_APPLICABLE,
    "BIOS setup is not forced at the next start": Verdict.PASS,
    DISK_LIMIT: Verdict.FAIL,
    VLAN: Verdict.INCONCLUSIVE,
    "has two or more physical network interfaces with link": Verdict.PASS,
    "is managed over interfaces that no virtual machine uses": Verdict.FAIL,
    "has its virtual machines on interfaces apart from its own": Verdict.INCONCLUSIVE,
}
"""Of machines on a distributed switch that vcsim's hosts know nothing of."""


@pytest.mark.parametrize("statement", AS_SHIPPED)
def test_verdicts_on_vcsim_as_it_is(
    statement: str, simulated: Simulated, session: VSphereSession
) -> None:
    environment = simulated.environment(nodes={"mgmt": MACHINE})
    assert verdict(statement, read(session), environment) is AS_SHIPPED[statement]


def _text(element: ET.Element, path: str, value: str) -> None:
    for found in element.iterfind("/".join(NAMESPACE + step for step in path.split("/"))):
        found.text = value


def _apart(kind: str, content: ET.Element) -> None:
    """Machines on a switch and a VLAN of their own, management on another."""
    if kind != "HostSystem":
        return
    for network in content.iter(f"{NAMESPACE}network"):
        for group in network.findall(f"{NAMESPACE}portgroup"):
            if group.findtext(f"{NAMESPACE}spec/{NAMESPACE}name") == "VM Network":
                _text(group, "spec/vswitchName", "vSwitch1")
                _text(group, "spec/vlanId", str(VLAN_ID))
                _text(group, "computedPolicy/nicTeaming/nicOrder/activeNic", "vmnic1")
        first = network.find(f"{NAMESPACE}vswitch")
        if first is not None:
            second = copy.deepcopy(first)
            _text(second, "name", "vSwitch1")
            _text(second, "pnic", "key-vim.host.PhysicalNic-vmnic1")
            _text(second, "spec/bridge/nicDevice", "vmnic1")
            network.insert([*network].index(first) + 1, second)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    saved = tmp_path_factory.mktemp("saved")
    with vcsim(tmp_path_factory.mktemp("fresh")) as fresh:
        session = opened(fresh)
        _secure(session)
        save(session, saved, _apart)
        session.close()
    with vcsim(tmp_path_factory.mktemp("loaded"), "-load", str(saved)) as running:
        yield running


def _secure(session: VSphereSession) -> None:
    """What vcsim lets be written: resources, boot order, and the network of the adapters."""
    seen = read(session)
    for machine in seen.machines:
        managed = session.managed(vim.VirtualMachine, machine.moid)
        host = seen.host(machine.host)
        assert host is not None
        all_cpu = int(machine.cpu_count * (host.core_mhz or 0))
        devices = managed.config.hardware.device
        disk = next(each for each in devices if isinstance(each, vim.vm.device.VirtualDisk))
        disk.storageIOAllocation = vim.StorageResourceManager.IOAllocationInfo(
            limit=500, shares=vim.SharesInfo(level="normal", shares=1000)
        )
        cards = [each for each in devices if isinstance(each, vim.vm.device.VirtualEthernetCard)]
        for card in cards:
            card.backing = vim.vm.device.VirtualEthernetCard.NetworkBackingInfo(
                deviceName="VM Network"
            )
        spec = vim.vm.ConfigSpec(
            cpuAllocation=_all(all_cpu),
            memoryAllocation=_all(machine.memory_mb),
            memoryReservationLockedToMax=True,
            bootOptions=vim.vm.BootOptions(
                bootOrder=[vim.vm.BootOptions.BootableDiskDevice(deviceKey=disk.key)]
            ),
            deviceChange=[
                vim.vm.device.VirtualDeviceSpec(operation="edit", device=each)
                for each in (disk, *cards)
            ],
        )
        WaitForTask(managed.ReconfigVM_Task(spec))


def _all(amount: int) -> Any:
    return vim.ResourceAllocationInfo(
        reservation=amount, limit=amount, shares=vim.SharesInfo(level="normal", shares=1000)
    )


@pytest.mark.parametrize("statement", [*MACHINE_RULES, *HOST_RULES])
def test_a_secured_layout_passes_every_rule(statement: str, apart: Simulated) -> None:
    session = opened(apart)
    environment = apart.environment(nodes={"mgmt": MACHINE})
    assert verdict(statement, read(session), environment) is Verdict.PASS
    session.close()


def test_the_vlan_of_a_secured_layout_may_still_be_reserved(apart: Simulated) -> None:
    session = opened(apart)
    environment = apart.environment(nodes={"mgmt": MACHINE})
    seen = read(session)
    group = seen.hosts[0].port_group("VM Network")
    assert group is not None
    assert (group.vlan.tagging, group.vlan.ids) == (Tagging.ONE, ((VLAN_ID, VLAN_ID),))
    assert (group.switch, group.uplinks) == ("vSwitch1", ("vmnic1",))
    site = Site.model_validate({"reserved_vlan_ids": ["100-119"]}, strict=False)
    reserving = environment.model_copy(update={"site": site})
    assert verdict(VLAN, seen, reserving) is Verdict.FAIL
    session.close()


@pytest.mark.parametrize(("capacity", "expected"), [(2000, "pass"), (1999, "fail")])
def test_the_limits_of_a_secured_layout_add_up(
    apart: Simulated, capacity: int, expected: str
) -> None:
    session = opened(apart)
    said = limits_fit_the_datastore(read(session), datastore=STORE, capacity_iops=capacity)
    assert (said.verdict, said.saw) == (Verdict(expected), "2000 IOPS over 4 disks of 4 machines")
    session.close()


def counted(simulated: Simulated) -> tuple[int, InventorySeen, float]:
    """How many calls one reading takes, what it sees, and how long it takes."""
    session = opened(simulated)
    calls = 0

    def count(request: str) -> str:
        nonlocal calls
        calls += 1
        return request

    began = time.monotonic()
    with session._stub.requestModifier(count):
        seen = read(session)
    took_s = time.monotonic() - began
    session.close()
    return calls, seen, took_s


def test_calls_do_not_grow_with_machines(simulated: Simulated, tmp_path: Path) -> None:
    few, _, _ = counted(simulated)
    with vcsim(tmp_path, "-host", "20", "-vm", "200", "-standalone-host", "0") as large:
        many, seen, took_s = counted(large)
    assert (len(seen.machines), len(seen.hosts)) == (200, 20)
    assert many == few == 3
    assert took_s < 20
