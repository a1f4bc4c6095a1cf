"""What the guide wants reserved for a virtual machine, and from where it starts: the difference.

Pure: the properties of a machine in, the differences and the edits that make them go out. vCenter
takes edits whole here, because a server may take what is left out of them for a change.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PATHS = (
    "config.hardware.numCPU",
    "config.hardware.memoryMB",
    "config.hardware.device",
    "config.cpuAllocation",
    "config.memoryAllocation",
    "config.memoryReservationLockedToMax",
    "config.bootOptions",
)
"""What is read of a machine."""

ROUNDING = 0.01
"""Speeds of a core are rounded differently by those who state them: by up to this part."""

UNLIMITED = -1
_NORMAL = vim.SharesInfo.Level.normal
_NORMAL_OF_A_DISK = 1000


@dataclass(frozen=True, slots=True)
class _Resource:
    """CPU or memory: its name and unit, and the rows of the catalogue."""

    name: str
    unit: str
    reservation: str
    limit: str
    shares: str


_CPU = _Resource("CPU", "MHz", "VMRES-01", "VMRES-02", "VMRES-03")
_MEMORY = _Resource("memory", "MB", "VMRES-04", "VMRES-05", "VMRES-06")


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that is not as wanted."""

    setting: str
    now: str
    wanted: str
    requirement: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a machine lacks.

    Attributes:
        differences: in the order of the guide.
        spec: what to reconfigure; None where nothing differs.
        notes: what is left as it is, and why.
    """

    differences: tuple[Difference, ...] = ()
    spec: Any = None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """Differences and edits while they are collected."""

    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    edits: dict[str, Any] = field(default_factory=dict)

    def add(self, setting: str, now: object, wanted: object, requirement: str) -> bool:
        """Note a setting where it differs; return whether it does."""
        if now == wanted:
            return False
        self.differences.append(Difference(setting, str(now), str(wanted), requirement))
        return True


def lacking(machine: Mapping[str, Any], all_cpu_mhz: int, disk_iops: int | None) -> Reserved:
    """What a machine lacks of what the guide wants for it.

    Args:
        machine: its properties (`PATHS`).
        all_cpu_mhz: what "Maximum" is for its CPU.
        disk_iops: limit of every disk; None where the site states none.

    Raises:
        KeyError: vCenter left one of the properties out.

    Source: guide, "Reserving virtual machine resources" and "BIOS configuration", 3.
    """
    found = _Found()
    _cpu(found, machine["config.cpuAllocation"], all_cpu_mhz)
    _memory(found, machine)
    _disks(found, machine["config.hardware.device"], disk_iops)
    _boot(found, machine["config.hardware.device"], machine.get("config.bootOptions"))
    spec = vim.vm.ConfigSpec(**found.edits) if found.edits else None
    return Reserved(tuple(found.differences), spec, tuple(found.notes))


def _cpu(found: _Found, now: Any, all_mhz: int) -> None:
    enough = (now.reservation or 0) >= all_mhz * (1 - ROUNDING)
    wanted = now.reservation if enough else all_mhz
    if _allocation(found, now, wanted, _CPU):
        found.edits["cpuAllocation"] = _whole(wanted)


def _memory(found: _Found, machine: Mapping[str, Any]) -> None:
    wanted = machine["config.hardware.memoryMB"]
    locked = machine.get("config.memoryReservationLockedToMax")
    if found.add("memory", "locked" if locked else "not locked", "locked", "VMRES-04"):
        found.edits["memoryReservationLockedToMax"] = True
    if _allocation(found, machine["config.memoryAllocation"], wanted, _MEMORY):
        found.edits["memoryAllocation"] = _whole(wanted)


def _allocation(found: _Found, now: Any, wanted: int, resource: _Resource) -> bool:
    """Compare reservation, limit and shares; return whether one of them differs."""
    what, unit = resource.name, resource.unit
    said = f"{wanted} {unit}"
    level = now.shares.level if now.shares else "not stated"
    unlimited = now.limit in (None, UNLIMITED)
    bound = "none" if unlimited else f"{now.limit} {unit}"
    differs = [
        found.add(
            f"{what} reservation", f"{now.reservation or 0} {unit}", said, resource.reservation
        ),
        found.add(f"{what} limit", "none" if unlimited else bound, said, resource.limit),
        found.add(f"{what} shares", level, _NORMAL, resource.shares),
    ]
    return any(differs)


def _whole(amount: int) -> Any:
    shares = vim.SharesInfo(level=_NORMAL, shares=0)
    return vim.ResourceAllocationInfo(reservation=amount, limit=amount, shares=shares)


def _disks(found: _Found, devices: Sequence[Any], iops: int | None) -> None:
    disks = [each for each in devices if isinstance(each, vim.vm.device.VirtualDisk)]
    unlimited = [_label(disk) for disk in disks if _iops_of(disk) is None]
    if iops is None and unlimited:
        found.notes.append(
            f"site.disk_iops is not stated: {', '.join(unlimited)} without an IOPS limit (VMRES-08)"
        )
    edits = [edit for disk in disks if (edit := _disk_edit(found, disk, iops)) is not None]
    if edits:
        found.edits["deviceChange"] = edits


def _disk_edit(found: _Found, disk: Any, iops: int | None) -> Any:
    """The edit of one disk; None where it is as wanted."""
    limit = _iops_of(disk)
    wanted = limit if iops is None else iops
    level = _level_of(disk)
    differs = [
        found.add(f"shares of {_label(disk)}", level, _NORMAL, "VMRES-07"),
        found.add(f"IOPS limit of {_label(disk)}", limit or "none", wanted or "none", "VMRES-08"),
    ]
    if not any(differs):
        return None
    edited = copy.copy(disk)
    shares = vim.SharesInfo(level=_NORMAL, shares=_NORMAL_OF_A_DISK)
    edited.storageIOAllocation = vim.StorageResourceManager.IOAllocationInfo(
        limit=UNLIMITED if wanted is None else wanted,
        shares=shares,
        reservation=disk.storageIOAllocation.reservation if disk.storageIOAllocation else None,
    )
    if edited.shares is not None:  # what older versions read must not say otherwise
        edited.shares = shares
    operation = vim.vm.device.VirtualDeviceSpec.Operation.edit
    return vim.vm.device.VirtualDeviceSpec(operation=operation, device=edited)


def _iops_of(disk: Any) -> int | None:
    limit = disk.storageIOAllocation.limit if disk.storageIOAllocation else None
    return limit if limit and limit > 0 else None


def _level_of(disk: Any) -> str:
    """A disk whose shares nobody ever set has normal ones."""
    of_disk = disk.storageIOAllocation.shares if disk.storageIOAllocation else None
    return str(of_disk.level) if of_disk else _NORMAL


def _label(device: Any) -> str:
    return str(device.deviceInfo.label) if device.deviceInfo else f"disk {device.key}"


def _boot(found: _Found, devices: Sequence[Any], now: Any) -> None:
    """The disk at SCSI (0:0) comes first; what was stated beside it keeps its order."""
    first = next(_system_disks(devices), None)
    if first is None:
        found.notes.append("no disk is at SCSI (0:0): the boot order is left as it is (BIOS-02)")
        return
    before = list(now.bootOrder or ()) if now else []
    if before and _boots(first)(before[0]):
        return
    is_disk = bool(before) and isinstance(before[0], vim.vm.BootOptions.BootableDiskDevice)
    found.add(
        "first boot device",
        type(before[0]).__name__.rpartition(".")[2] if before else "left to the BIOS",
        f"{_label(first)}, SCSI (0:0)",
        "BIOS-02" if is_disk else "BIOS-01",
    )
    options = copy.copy(now) if now else vim.vm.BootOptions()
    rest = [each for each in before if not _boots(first)(each)]
    options.bootOrder = [vim.vm.BootOptions.BootableDiskDevice(deviceKey=first.key), *rest]
    found.edits["bootOptions"] = options


def _boots(disk: Any) -> Callable[[Any], bool]:
    kind = vim.vm.BootOptions.BootableDiskDevice
    return lambda entry: isinstance(entry, kind) and entry.deviceKey == disk.key


def _system_disks(devices: Sequence[Any]) -> Iterator[Any]:
    controllers = {
        each.key
        for each in devices
        if isinstance(each, vim.vm.device.VirtualSCSIController) and each.busNumber == 0
    }
    for each in devices:
        is_disk = isinstance(each, vim.vm.device.VirtualDisk)
        if is_disk and each.unitNumber == 0 and each.controllerKey in controllers:
            yield each
