"""What each row on hosts and virtual machines asks for, said once more, to check the lab by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from lab.vcenter.control_rules import groups_of_machines, groups_of_management
from lab.vcenter.lab_inventory import NODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Inventory, Managed
    from securemode_lab.vcenter.vcenter import VCenter

CORE_MHZ = 2400
DISK_IOPS = 500
CAPACITY_IOPS = 10_000
RESERVED = {4094, 4095, *range(1001, 1025)}


def _disks(vm: VirtualMachine) -> list[Any]:
    found: list[Any] = vm.devices(vim.vm.device.VirtualDisk)
    return found


def _iops(disk: Any) -> int:
    return disk.storageIOAllocation.limit if disk.storageIOAllocation else -1


def _whole_memory(vm: VirtualMachine) -> bool:
    config = vm.config
    whole = config.memoryAllocation.reservation == config.hardware.memoryMB
    return bool(whole and config.memoryReservationLockedToMax)


def _normal_disks(vm: VirtualMachine) -> bool:
    given = [disk.storageIOAllocation for disk in _disks(vm)]
    return all(g is None or g.shares is None or g.shares.level == "normal" for g in given)


def _boots_disk_first(vm: VirtualMachine) -> bool:
    kind = vim.vm.BootOptions.BootableDiskDevice
    order = vm.config.bootOptions.bootOrder
    return not order or isinstance(order[0], kind)  # where there is none, nobody can tell


def _boots_first_disk(vm: VirtualMachine) -> bool:
    order = vm.config.bootOptions.bootOrder
    keys = [d.deviceKey for d in order if isinstance(d, vim.vm.BootOptions.BootableDiskDevice)]
    first = next((disk for disk in _disks(vm) if disk.key in keys[:1]), None)
    return first is None or bool(first.unitNumber == 0)


MACHINE: Mapping[str, Callable[[VirtualMachine], bool]] = {
    "VMRES-01": lambda vm: (
        vm.config.cpuAllocation.reservation >= vm.config.hardware.numCPU * CORE_MHZ
    ),
    "VMRES-02": lambda vm: vm.config.cpuAllocation.limit == vm.config.cpuAllocation.reservation,
    "VMRES-03": lambda vm: vm.config.cpuAllocation.shares.level == "normal",
    "VMRES-04": _whole_memory,
    "VMRES-05": lambda vm: (
        vm.config.memoryAllocation.limit == vm.config.memoryAllocation.reservation
    ),
    "VMRES-06": lambda vm: vm.config.memoryAllocation.shares.level == "normal",
    "VMRES-07": _normal_disks,
    "VMRES-08": lambda vm: all(_iops(disk) == DISK_IOPS for disk in _disks(vm)),
    "BIOS-01": _boots_disk_first,
    "BIOS-02": _boots_first_disk,
    "BIOS-04": lambda vm: not vm.config.bootOptions.enterBIOSSetup,
}


def _sums(vcenter: VCenter) -> bool:
    """Every datastore can do what the limits of its machines allow."""
    used: dict[str, list[int]] = {}
    for vm in vcenter.machines:
        for disk in _disks(vm):
            used.setdefault(disk.backing.datastore._moId, []).append(_iops(disk))
    return all(min(limits) > 0 and sum(limits) <= CAPACITY_IOPS for limits in used.values())


def _uplinks(host: Managed, group: str, inventory: Inventory) -> set[str]:
    """Physical adapters behind a port group, by its name or its key."""
    network = host.read("config").network
    for own in network.portgroup:
        if own.spec.name == group:
            (switch,) = [s for s in network.vswitch if s.name == own.spec.vswitchName]
            return set(switch.spec.bridge.nicDevice)
    switch_of_group = inventory.get(group).read("config").distributedVirtualSwitch
    uuid = inventory.get(switch_of_group._moId).read("uuid")
    (proxy,) = [p for p in network.proxySwitch if p.dvsUuid == uuid]
    return {pnic.pnicDevice for pnic in proxy.spec.backing.pnicSpec}


def _behind(host: Managed, groups: set[str], inventory: Inventory) -> set[str]:
    return set[str]().union(*(_uplinks(host, group, inventory) for group in groups))


def _machines_apart(host: Managed, inventory: Inventory) -> bool:
    management = _behind(host, groups_of_management(host), inventory)
    return not management & _behind(host, groups_of_machines(host, inventory), inventory)


def _management_apart(host: Managed, inventory: Inventory) -> bool:
    """Nor is there a port group for machines to which none is connected yet."""
    network = host.read("config").network
    of_kernel = {vnic.portgroup for vnic in network.vnic}
    empty = {g.spec.name for g in network.portgroup} - of_kernel
    management = _behind(host, groups_of_management(host), inventory)
    apart = not management & _behind(host, empty, inventory)
    return apart and _machines_apart(host, inventory)


HOST: Mapping[str, Callable[[Managed, Inventory], bool]] = {
    "HOST-02": lambda host, _: (
        sum(nic.linkSpeed is not None for nic in host.read("config").network.pnic) >= 2
    ),
    "HOST-03": _management_apart,
    "HOST-04": _machines_apart,
}


def _vlans(vm: VirtualMachine) -> set[int]:
    (card,) = vm.devices(vim.vm.device.VirtualEthernetCard)
    if hasattr(card.backing, "deviceName"):
        groups = vm.host.read("config").network.portgroup
        return {g.spec.vlanId for g in groups if g.spec.name == card.backing.deviceName}
    config = vm.inventory.get(card.backing.port.portgroupKey).read("config")
    vlan = config.defaultPortConfig.vlan
    if isinstance(vlan.vlanId, int):
        return {vlan.vlanId}
    return {4095}


def _kernel_vlans(vm: VirtualMachine) -> set[int]:
    """VLANs of the distributed port groups on which the machine's host itself is."""
    found = set()
    for adapter in vm.host.read("config").network.vnic:
        if port := adapter.spec.distributedVirtualPort:
            config = vm.inventory.get(port.portgroupKey).read("config")
            found.add(config.defaultPortConfig.vlan.vlanId)
    return found


def _shape(vm: VirtualMachine) -> tuple[Any, ...]:
    """What the machine that stands by must have too."""
    hardware = vm.config.hardware
    cards = vm.devices(vim.vm.device.VirtualEthernetCard)
    return (
        hardware.numCPU,
        hardware.memoryMB,
        [disk.capacityInKB for disk in _disks(vm)],
        [getattr(card.backing, "deviceName", None) for card in cards],
    )


def _stands_by(vcenter: VCenter, name: str) -> bool:
    try:
        other = vcenter.machine(f"{name}-contingency")
    except LookupError:
        return False
    rules = all(rule(other) for rule in MACHINE.values())
    return rules and _shape(other) == _shape(vcenter.machine(name))


def _is_off(vcenter: VCenter) -> bool:
    others = [vm for vm in vcenter.machines if vm.name.endswith("-contingency")]
    started = {
        entry.key._moId
        for host in vcenter.inventory.of(vim.HostSystem)
        for entry in host.read("config").autoStart.powerInfo
        if entry.startAction == "powerOn"
    }
    return not any(vm.is_on or vm.moid in started for vm in others)


def broken(vcenter: VCenter) -> set[str]:
    """Rows that do not hold."""
    return set(_broken(vcenter))


def _broken(vcenter: VCenter) -> Iterator[str]:
    inventory = vcenter.inventory
    nodes = [vcenter.machine(name) for name in NODES]
    for row, rule in MACHINE.items():
        if not all(rule(vm) for vm in nodes):
            yield row
    for row, holds in HOST.items():
        if not all(holds(host, inventory) for host in inventory.of(vim.HostSystem)):
            yield row
    if not _sums(vcenter):
        yield "VMRES-09"
    if _vlans(nodes[0]) & RESERVED:
        yield "DEPLOY-01"
    if any(_vlans(vm) & (RESERVED | _kernel_vlans(vm)) for vm in nodes[1:]):
        yield "DEPLOY-02"
    if not all(_stands_by(vcenter, name) for name in NODES):
        yield "CONT-01"
    if not _is_off(vcenter):
        yield "CONT-03"
