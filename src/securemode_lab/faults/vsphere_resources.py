"""Virtual machines whose share of processors, memory or disks is not guaranteed as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.faults.fault import VSphereMistake
from securemode_lab.faults.vsphere_objects import (
    CONFERENCING,
    ON_SECOND_HOST,
    on_machine,
    on_second_disk,
)
from securemode_lab.vcenter.places import FOREIGN

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.faults.vsphere_objects import MachineEdit
    from securemode_lab.vcenter.machines import VirtualMachine

UNLIMITED = -1
_ODD_SHARES = 4321
_MORE = 1024
_MANY_IOPS = 100_000
_OTHER_IOPS = 250


def _processors(edit: Callable[[Any], None]) -> MachineEdit:
    return lambda machine: edit(machine.config.cpuAllocation)


def _memory(edit: Callable[[Any], None]) -> MachineEdit:
    return lambda machine: edit(machine.config.memoryAllocation)


def _last_disk(edit: Callable[[Any], None]) -> MachineEdit:
    return lambda machine: edit(machine.devices(vim.vm.device.VirtualDisk)[-1].storageIOAllocation)


def _halved(allocation: Any) -> None:
    allocation.reservation //= 2
    allocation.limit = allocation.reservation


def _unreserved(allocation: Any) -> None:
    allocation.reservation = 0


def _unlimited(allocation: Any) -> None:
    allocation.limit = UNLIMITED


def _limit_above(allocation: Any) -> None:
    allocation.limit = allocation.reservation + _MORE


def _shares(level: str) -> Callable[[Any], None]:
    def edit(allocation: Any) -> None:
        allocation.shares = vim.SharesInfo(level=level, shares=_ODD_SHARES)

    return edit


def _limit(iops: int) -> Callable[[Any], None]:
    def edit(allocation: Any) -> None:
        allocation.limit = iops

    return edit


def _unlocked(machine: VirtualMachine) -> None:
    machine.config.memoryReservationLockedToMax = False


def _unlocked_and_unreserved(machine: VirtualMachine) -> None:
    _unlocked(machine)
    machine.config.memoryAllocation.reservation = 0


def _no_allocation(machine: VirtualMachine) -> None:
    machine.devices(vim.vm.device.VirtualDisk)[-1].storageIOAllocation = None


def _mistake(
    name: str, turns: tuple[str, ...], text: str, edit: MachineEdit, machine: str = CONFERENCING
) -> VSphereMistake:
    return VSphereMistake(
        name=f"vmres-{name}", turns=turns, text=text, change=on_machine(edit, machine)
    )


FAULTS: tuple[VSphereMistake, ...] = (
    _mistake(
        "cpu-half-reserved",
        ("VMRES-01",),
        "half of a virtual machine's processors is reserved",
        _processors(_halved),
    ),
    _mistake(
        "cpu-unreserved",
        ("VMRES-01", "VMRES-02"),
        "none of a virtual machine's processors is reserved, though they are limited",
        _processors(_unreserved),
    ),
    _mistake(
        "cpu-unlimited",
        ("VMRES-02",),
        "a virtual machine may take more of the processors than is reserved",
        _processors(_unlimited),
    ),
    _mistake(
        "cpu-limit-above",
        ("VMRES-02",),
        "the limit of a virtual machine's processors is above what is reserved",
        _processors(_limit_above),
        ON_SECOND_HOST,
    ),
    _mistake(
        "cpu-shares-high",
        ("VMRES-03",),
        "a virtual machine's shares of the processors are high",
        _processors(_shares("high")),
    ),
    _mistake(
        "cpu-shares-custom",
        ("VMRES-03",),
        "a virtual machine's shares of the processors are a number of somebody's own",
        _processors(_shares("custom")),
    ),
    _mistake(
        "memory-unlocked",
        ("VMRES-04",),
        "a virtual machine's memory is reserved, but not locked to all that it has",
        _unlocked,
    ),
    _mistake(
        "memory-unreserved",
        ("VMRES-04", "VMRES-05"),
        "none of a virtual machine's memory is reserved, though it is limited",
        _unlocked_and_unreserved,
    ),
    _mistake(
        "memory-unlimited",
        ("VMRES-05",),
        "a virtual machine's memory has no limit",
        _memory(_unlimited),
    ),
    _mistake(
        "memory-limit-above",
        ("VMRES-05",),
        "the limit of a virtual machine's memory is above what is reserved",
        _memory(_limit_above),
        ON_SECOND_HOST,
    ),
    _mistake(
        "memory-shares-low",
        ("VMRES-06",),
        "a virtual machine's shares of memory are low",
        _memory(_shares("low")),
    ),
    _mistake(
        "memory-shares-custom",
        ("VMRES-06",),
        "a virtual machine's shares of memory are a number of somebody's own",
        _memory(_shares("custom")),
    ),
    _mistake(
        "disk-shares-high",
        ("VMRES-07",),
        "the shares of a virtual machine's last disk are high",
        _last_disk(_shares("high")),
    ),
    _mistake(
        "disk-shares-custom",
        ("VMRES-07",),
        "the shares of a virtual machine's last disk are a number of somebody's own",
        _last_disk(_shares("custom")),
    ),
    _mistake(
        "disk-unlimited",
        ("VMRES-08", "VMRES-09"),
        "the last disk of a virtual machine has no limit, so that there is no sum of limits either",
        _last_disk(_unlimited),
    ),
    VSphereMistake(
        name="vmres-one-disk-of-two-unlimited",
        turns=("VMRES-08", "VMRES-09"),
        text="the second of a virtual machine's two disks has no limit",
        change=on_second_disk(lambda disk: _unlimited(disk.storageIOAllocation), CONFERENCING),
    ),
    VSphereMistake(
        name="vmres-one-disk-of-two-shares-high",
        turns=("VMRES-07",),
        text="the shares of the second of a virtual machine's two disks are high",
        change=on_second_disk(lambda disk: _shares("high")(disk.storageIOAllocation), CONFERENCING),
    ),
    _mistake(
        "disk-unallocated",
        ("VMRES-08", "VMRES-09"),
        "nobody has said anything of the last disk of a virtual machine",
        _no_allocation,
        ON_SECOND_HOST,
    ),
    _mistake(
        "disk-limit-not-the-sites",
        ("VMRES-08",),
        "the limit of a virtual machine's disk is not the site's figure",
        _last_disk(_limit(_OTHER_IOPS)),
    ),
    _mistake(
        "foreign-over-capacity",
        ("VMRES-09",),
        "a virtual machine that is no node may take all that the datastore can do",
        _last_disk(_limit(_MANY_IOPS)),
        FOREIGN,
    ),
    _mistake(
        "foreign-unlimited",
        ("VMRES-09",),
        "a virtual machine that is no node may take as much of the datastore as it likes",
        _last_disk(_unlimited),
        FOREIGN,
    ),
)
