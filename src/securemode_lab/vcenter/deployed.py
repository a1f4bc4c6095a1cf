"""The virtual machines of the lab: those of its nodes, those that stand by, and a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter import hardware, places
from securemode_lab.vcenter.guests import PlainGuest
from securemode_lab.vcenter.hardening import harden
from securemode_lab.vcenter.hardware import Disk, Shape
from securemode_lab.vcenter.machines import GuestFacts, Placement, VirtualMachine

if TYPE_CHECKING:
    from securemode_lab.vcenter.layout import Around
    from securemode_lab.vcenter.machines import Guest
    from securemode_lab.vcenter.objects import Inventory, Managed
    from securemode_lab.vcenter.places import HostPlace

CPUS, MEMORY_MB, DISK_GB = 4, 4096, 100
_MHZ = 1_000_000


def node(
    inventory: Inventory,
    around: Around,
    name: str,
    number: int,
    guest: Guest,
    *,
    facts: GuestFacts | None = None,
    on: bool = False,
) -> VirtualMachine:
    """The virtual machine of a node, with everything reserved that the guide wants reserved.

    Args:
        inventory: in which it will be.
        around: where it can be put.
        name: of the machine.
        number: of the node: 0 is the Management Node.
        guest: what is inside.
        facts: what VMware Tools tell.
        on: whether it runs.
    """
    place = places.host_of(number)
    shape = _shape(around, name, place, backing(inventory, place, is_management=number == 0))
    config = hardware.config(shape)
    reserve(config, around.hosts[place.name])
    boot_from_disk(config)
    harden(config)
    machine = VirtualMachine(
        inventory,
        config,
        _placed(around, around.folder, place),
        guest,
        facts=facts,
        on=on,
    )
    inventory.add(machine)
    return machine


def stranger(inventory: Inventory, around: Around) -> VirtualMachine:
    """A machine on the first host that is nobody's node."""
    place = places.HOSTS[0]
    shape = _shape(around, places.FOREIGN, place, backing(inventory, place, is_management=True))
    machine = VirtualMachine(
        inventory,
        hardware.config(shape),
        _placed(around, around.other_folder, place),
        PlainGuest(is_on=True),
        on=True,
    )
    inventory.add(machine)
    return machine


def backing(inventory: Inventory, place: HostPlace, *, is_management: bool) -> Any:
    """Where the network card of a node is connected on a host."""
    card = vim.vm.device.VirtualEthernetCard
    if place.has_own_switch:
        name = places.MANAGEMENT_GROUP if is_management else places.CONFERENCING_GROUP
        network = inventory.named(vim.Network, name)
        return card.NetworkBackingInfo(deviceName=name, network=network.ref, useAutoDetect=False)
    group = inventory.named(vim.dvs.DistributedVirtualPortgroup, places.DISTRIBUTED_GROUP)
    switch = inventory.named(vim.DistributedVirtualSwitch, places.SWITCH)
    return card.DistributedVirtualPortBackingInfo(
        port=vim.dvs.PortConnection(switchUuid=switch.read("uuid"), portgroupKey=group.moid)
    )


def reserve(config: Any, host: Managed) -> None:
    """Give a machine all of its processors and memory for itself, and no more."""
    mhz = config.hardware.numCPU * int(host.read("hardware").cpuInfo.hz) // _MHZ
    for allocation, amount in (
        (config.cpuAllocation, mhz),
        (config.memoryAllocation, config.hardware.memoryMB),
    ):
        allocation.reservation = allocation.limit = amount
    config.memoryReservationLockedToMax = True


def boot_from_disk(config: Any) -> None:
    """Let the first disk be all from which a machine boots."""
    disk = vim.vm.BootOptions.BootableDiskDevice(deviceKey=hardware.FIRST_DISK_KEY)
    config.bootOptions.bootOrder = [disk]
    config.extraConfig.append(
        vim.option.OptionValue(key="bios.bootDeviceClasses", value="allow:hd")
    )


def _shape(around: Around, name: str, place: HostPlace, card: Any) -> Shape:
    return Shape(
        name=name,
        cpus=CPUS,
        memory_mb=MEMORY_MB,
        datastore=(place.datastore, around.datastores[place.datastore].ref),
        disks=(Disk(capacity_gb=DISK_GB, limit_iops=places.LIMIT_IOPS),),
        networks=(card,),
        extra={"svga.present": "TRUE", "nvram": f"{name}.nvram"},
    )


def _placed(around: Around, folder: Managed, place: HostPlace) -> Placement:
    host = around.hosts[place.name]
    return Placement(folder=folder.ref, pool=around.pool, host=host.ref)
