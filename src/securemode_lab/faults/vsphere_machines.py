"""Virtual machines that start from the wrong place, or do not stand by as they should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.faults.fault import VSphereMistake
from securemode_lab.faults.vsphere_objects import (
    CONFERENCING,
    MANAGEMENT,
    ON_SECOND_HOST,
    network_card,
    on_machine,
    on_second_disk,
)
from securemode_lab.faults.vsphere_options import set_machine
from securemode_lab.vcenter.places import standby

if TYPE_CHECKING:
    from securemode_lab.deployment import Deployment
    from securemode_lab.faults.vsphere_objects import MachineEdit
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.vcenter import VCenter

_OPTIONS = vim.vm.BootOptions
_CLASSES = "bios.bootDeviceClasses"
_DELAY_S = 120


def _disks(machine: VirtualMachine) -> list[Any]:
    return machine.devices(vim.vm.device.VirtualDisk)


def _starts_from(machine: VirtualMachine, *devices: Any) -> None:
    machine.config.bootOptions.bootOrder = list(devices)


def _disk_to_boot(disk: Any) -> Any:
    return _OPTIONS.BootableDiskDevice(deviceKey=disk.key)


def _cd_first(machine: VirtualMachine) -> None:
    set_machine(_CLASSES, "allow:cd,hd")(machine)
    _starts_from(machine, _OPTIONS.BootableCdromDevice(), _disk_to_boot(_disks(machine)[0]))


def _network_first(machine: VirtualMachine) -> None:
    set_machine(_CLASSES, "allow:net,hd")(machine)
    card = _OPTIONS.BootableEthernetDevice(deviceKey=network_card(machine).key)
    _starts_from(machine, card, _disk_to_boot(_disks(machine)[0]))


def _second_disk_first(vcenter: VCenter, deployment: Deployment) -> None:
    on_second_disk(lambda _: None, MANAGEMENT)(vcenter, deployment)
    machine = vcenter.machine(MANAGEMENT)
    _starts_from(machine, *map(_disk_to_boot, reversed(_disks(machine))))


def _no_order(machine: VirtualMachine) -> None:
    machine.config.bootOptions.bootOrder = []


def _forced_setup(machine: VirtualMachine) -> None:
    machine.config.bootOptions.enterBIOSSetup = True


def _less_memory(machine: VirtualMachine) -> None:
    """What is left of it is reserved as it should be."""
    config = machine.config
    config.hardware.memoryMB //= 2
    config.memoryAllocation.reservation = config.hardware.memoryMB
    config.memoryAllocation.limit = config.hardware.memoryMB


def _fewer_processors(machine: VirtualMachine) -> None:
    config = machine.config
    config.hardware.numCPU //= 2
    config.cpuAllocation.reservation //= 2
    config.cpuAllocation.limit = config.cpuAllocation.reservation


def _smaller_disk(machine: VirtualMachine) -> None:
    disk = _disks(machine)[-1]
    disk.capacityInKB //= 2
    disk.capacityInBytes = disk.capacityInKB * 1024


def _without_network(machine: VirtualMachine) -> None:
    devices = machine.config.hardware.device
    machine.config.hardware.device = [d for d in devices if d is not network_card(machine)]


def _unreserved(machine: VirtualMachine) -> None:
    machine.config.cpuAllocation.reservation = 0


def _runs(machine: VirtualMachine) -> None:
    machine.kept["on"] = True


def _starts_with_its_host(machine: VirtualMachine) -> None:
    entries = machine.host.properties["config"].autoStart.powerInfo
    entries.append(
        vim.host.AutoStartManager.AutoPowerInfo(
            key=machine.ref,
            startOrder=1,
            startDelay=_DELAY_S,
            waitForHeartbeat="no",
            startAction="powerOn",
            stopDelay=_DELAY_S,
            stopAction="powerOff",
        )
    )


def _missing(vcenter: VCenter, deployment: Deployment) -> None:
    del deployment
    vcenter.inventory.remove(vcenter.machine(standby(ON_SECOND_HOST)).moid)


def _boots(name: str, turns: str, text: str, edit: MachineEdit, machine: str) -> VSphereMistake:
    return VSphereMistake(
        name=f"bios-{name}", turns=(turns,), text=text, change=on_machine(edit, machine)
    )


def _stands_by(
    name: str, turns: str, text: str, edit: MachineEdit, machine: str = CONFERENCING
) -> VSphereMistake:
    change = on_machine(edit, standby(machine))
    return VSphereMistake(name=f"contingency-{name}", turns=(turns,), text=text, change=change)


FAULTS: tuple[VSphereMistake, ...] = (
    _boots(
        "cd-first",
        "BIOS-01",
        "a virtual machine tries its CD drive before its disk",
        _cd_first,
        CONFERENCING,
    ),
    _boots(
        "network-first",
        "BIOS-01",
        "a virtual machine tries the network before its disk",
        _network_first,
        ON_SECOND_HOST,
    ),
    VSphereMistake(
        name="bios-second-disk-first",
        turns=("BIOS-02",),
        text="a virtual machine tries its second disk before its first",
        change=_second_disk_first,
    ),
    VSphereMistake(
        name="bios-order-unstated",
        turns=(),
        opens=("BIOS-01", "BIOS-02"),
        text="nobody has stated a boot order for a virtual machine, or said how it is",
        change=on_machine(_no_order, MANAGEMENT),
    ),
    _boots(
        "setup-forced",
        "BIOS-04",
        "a virtual machine will enter its set-up utility at its next start",
        _forced_setup,
        MANAGEMENT,
    ),
    VSphereMistake(
        name="contingency-missing",
        turns=("CONT-01",),
        text="a node has no virtual machine that stands by for it",
        change=_missing,
    ),
    _stands_by(
        "less-memory",
        "CONT-01",
        "the virtual machine that stands by has less memory than the one in use",
        _less_memory,
    ),
    _stands_by(
        "fewer-processors",
        "CONT-01",
        "the virtual machine that stands by has fewer processors than the one in use",
        _fewer_processors,
        MANAGEMENT,
    ),
    _stands_by(
        "smaller-disk",
        "CONT-01",
        "the virtual machine that stands by has a smaller disk than the one in use",
        _smaller_disk,
    ),
    _stands_by(
        "without-network",
        "CONT-01",
        "the virtual machine that stands by is connected to no network",
        _without_network,
        ON_SECOND_HOST,
    ),
    _stands_by(
        "unreserved",
        "CONT-01",
        "nothing is reserved for the virtual machine that stands by",
        _unreserved,
    ),
    _stands_by(
        "cd-first",
        "CONT-01",
        "the virtual machine that stands by tries its CD drive before its disk",
        _cd_first,
    ),
    _stands_by(
        "running",
        "CONT-03",
        "a virtual machine that should stand by is running",
        _runs,
    ),
    _stands_by(
        "starts-with-its-host",
        "CONT-03",
        "a virtual machine that should stand by starts whenever its host does",
        _starts_with_its_host,
        MANAGEMENT,
    ),
)
