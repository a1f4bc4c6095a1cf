"""What a virtual machine is promised of its host: VMRES-01 to VMRES-08."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from securemode.verdicts import Judgement, statement, unclear

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.judges.virtual_machines import Rule
    from securemode.observations.vsphere import (
        Allocation,
        DiskSeen,
        HostSeen,
        InventorySeen,
        VirtualMachineSeen,
    )

ROUNDING = 0.01
"""Speeds of a core are rounded differently by those who state them: by up to this part."""

UNLIMITED = -1
NORMAL = "normal"


def all_cpu_is_reserved(machine: VirtualMachineSeen, seen: InventorySeen) -> Judgement:
    """VMRES-01: the reservation is every core at full speed, or all that the pool has at all."""
    host = seen.host(machine.host)
    speeds = _core_speeds(host) if host else ()
    reserved = machine.cpu.reservation if machine.cpu else None
    if reserved is None or not speeds:
        return _untold("the CPU reservation" if speeds else "the speed of a core of the host")
    source, mhz = speeds[0]
    needed = [min(machine.cpu_count * speed, _pool(machine)) for _, speed in speeds]
    basis = f"{machine.cpu_count} cores of {mhz:.0f} MHz by {source}"
    if needed[0] < machine.cpu_count * mhz:
        basis += ", bounded by its resource pool"
    expected, saw = f"{int(needed[0])} MHz or more ({basis})", f"{reserved} MHz"
    enough = [reserved >= need * (1 - ROUNDING) for need in needed]
    if len(set(enough)) > 1:
        other, said = speeds[1]
        return unclear(
            "may have all its CPU reserved or not: the host states two speeds of a core",
            expected=expected,
            saw=f"{saw}; {other} says {said:.0f} MHz",
            next_step="reserve for the higher of the two, or see why the host states both.",
        )
    return statement(
        good=enough[0],
        what="has all its CPU reserved",
        otherwise="has not all its CPU reserved",
        expected=expected,
        saw=saw,
    )


def _core_speeds(host: HostSeen) -> tuple[tuple[str, float], ...]:
    """MHz of one core and who says so, the trusted one first: hz is measured, cpuMhz rounded."""
    said = (
        ("hardware.cpuInfo.hz", host.core_mhz),
        ("summary.hardware.cpuMhz", host.summary_mhz),
    )
    return tuple((source, float(mhz)) for source, mhz in said if mhz)


def _pool(machine: VirtualMachineSeen) -> float:
    return machine.pool_mhz or float("inf")


def cpu_limit_is_the_reservation(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """VMRES-02: the machine gets what is reserved, and no more."""
    return _limited("CPU", "MHz", machine.cpu)


def memory_limit_is_the_reservation(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """VMRES-05: the machine gets what is reserved, and no more."""
    return _limited("memory", "MB", machine.memory)


def _limited(what: str, unit: str, given: Allocation | None) -> Judgement:
    if given is None or given.reservation is None or given.limit is None:
        return _untold(f"the {what} limit")
    return statement(
        good=given.limit == given.reservation,
        what=f"has its {what} limit at the reservation",
        otherwise=f"has its {what} limit elsewhere than at the reservation",
        expected=f"{given.reservation} {unit}, the reservation",
        saw="no limit" if given.limit == UNLIMITED else f"{given.limit} {unit}",
    )


def cpu_shares_are_normal(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """VMRES-03: the level counts; its number follows from the size of the machine."""
    return _normal("CPU", machine.cpu)


def memory_shares_are_normal(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """VMRES-06: as of the CPU."""
    return _normal("memory", machine.memory)


def _normal(what: str, given: Allocation | None) -> Judgement:
    if given is None or not given.shares_level:
        return _untold(f"the level of the {what} shares")
    return statement(
        good=given.shares_level == NORMAL,
        what=f"has normal {what} shares",
        otherwise=f"has {what} shares of another level",
        expected=NORMAL,
        saw=given.shares_level,
    )


def all_memory_is_reserved(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """VMRES-04: locked to the maximum, and the reservation is that maximum."""
    reserved = machine.memory.reservation if machine.memory else None
    if reserved is None:
        return _untold("the memory reservation")
    locked = "locked" if machine.memory_locked else "not locked"
    return statement(
        good=bool(machine.memory_locked) and reserved == machine.memory_mb,
        what="has all its memory reserved",
        otherwise="has not all its memory reserved and locked",
        expected=f"{machine.memory_mb} MB, locked",
        saw=f"{reserved} MB, {locked}",
    )


def disk_shares_are_normal(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """VMRES-07: of every disk."""
    return _of_disks(
        machine,
        lambda disk: disk.shares_level == NORMAL,
        what="has normal shares on every disk",
        otherwise="has disks with shares of another level",
        expected=NORMAL,
        shown=lambda disk: disk.shares_level,
    )


def disks_are_limited(iops: int | None) -> Rule:
    """VMRES-08: every disk has an IOPS limit.

    Args:
        iops: the limit that the site states; None accepts any.
    """
    return functools.partial(_disks_are_limited, iops=iops)


def _disks_are_limited(
    machine: VirtualMachineSeen, _: InventorySeen, *, iops: int | None
) -> Judgement:
    return _of_disks(
        machine,
        lambda disk: disk.iops_limit is not None and iops in {None, disk.iops_limit},
        what="has an IOPS limit on every disk",
        otherwise="has disks without the IOPS limit",
        expected="a limit on each disk" if iops is None else f"{iops} IOPS on each disk",
        shown=limit_of,
    )


def limit_of(disk: DiskSeen) -> str:
    """The IOPS limit of a disk, for people."""
    return "no limit" if disk.iops_limit is None else f"{disk.iops_limit} IOPS"


def _of_disks(
    machine: VirtualMachineSeen,
    good: Callable[[DiskSeen], bool],
    *,
    what: str,
    otherwise: str,
    expected: str,
    shown: Callable[[DiskSeen], str],
) -> Judgement:
    if not machine.disks:
        return _untold("any disk")
    wrong = [disk for disk in machine.disks if not good(disk)]
    return statement(
        good=not wrong,
        what=what,
        otherwise=otherwise,
        expected=expected,
        saw=", ".join(f"{disk.label}: {shown(disk)}" for disk in wrong or machine.disks),
    )


def _untold(what: str) -> Judgement:
    return unclear(
        f"is not told {what}",
        expected="what vCenter says of it",
        saw="nothing",
        next_step="give the account of credentials.vsphere the role Read-only.",
    )
