"""Whether the VLAN of a node is one that a secured host permits: DEPLOY-01 and DEPLOY-02."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from securemode.observations.vsphere import Tagging
from securemode.verdicts import Judgement, deviates, holds, unclear

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securemode.judges.virtual_machines import Rule
    from securemode.observations.vsphere import (
        HostSeen,
        InventorySeen,
        PortGroupSeen,
        VirtualMachineSeen,
        Vlan,
    )

GUEST_TAGGING = 4095
UNTAGGED = 0

Ranges = tuple[tuple[int, int], ...]


def vlan_is_allowed(reserved: Ranges) -> Rule:
    """The VLAN of every network adapter is one, not 4095, not reserved, and not the host's own.

    Args:
        reserved: ids that the site reserves: ranges, both ends included.
    """
    return functools.partial(_vlan_is_allowed, reserved=reserved)


def _vlan_is_allowed(
    machine: VirtualMachineSeen, seen: InventorySeen, *, reserved: Ranges
) -> Judgement:
    host = seen.host(machine.host)
    groups = [host.port_group(nic.port_group) for nic in machine.nics] if host else []
    expected = "one VLAN, neither 4095 nor reserved nor one by which the host itself is reached"
    known = [group for group in groups if group is not None]
    if host is None or not known or len(known) < len(groups):
        return unclear(
            "is on a network whose VLAN vCenter does not show",
            expected=expected,
            saw=", ".join(nic.label for nic in machine.nics) or "no network adapter",
            next_step="look at the port groups behind its network adapters in the vSphere client.",
        )
    wrong = [
        f"{group.name}: {group.vlan}, {why}"
        for group in known
        for why in _objections(group, host, reserved)
    ]
    saw = "; ".join(dict.fromkeys(f"{group.name}: {group.vlan}" for group in known))
    if wrong:
        what = "uses a VLAN that it may not use"
        return deviates(what, expected=expected, saw="; ".join(dict.fromkeys(wrong)))
    if any(group.vlan.tagging is Tagging.UNKNOWN for group in known):
        return unclear("is on a network whose VLAN is not told", expected=expected, saw=saw)
    return holds("uses an allowed VLAN", expected=expected, saw=saw)


def _objections(group: PortGroupSeen, host: HostSeen, reserved: Ranges) -> Iterator[str]:
    vlan = group.vlan
    if vlan.tagging is Tagging.TRUNK:
        yield "which passes all of them to the virtual machine"
    if _meets(vlan, ((GUEST_TAGGING, GUEST_TAGGING),)) and vlan.tagging is not Tagging.TRUNK:
        yield "which leaves tagging to the guest"
    elif _meets(vlan, reserved):
        yield f"of which the site reserves {_shown(reserved)}"
    if vlan.tagging is not Tagging.TRUNK:
        yield from _conflicts(group, host)


def _conflicts(group: PortGroupSeen, host: HostSeen) -> Iterator[str]:
    """VMkernel adapters of the host that use the same VLAN; untagged ones on the same wire."""
    for adapter in host.kernel_adapters:
        other = host.port_group(adapter.port_group)
        if other is None or not _meets(group.vlan, other.vlan.ids):
            continue
        is_untagged = group.vlan.ids == ((UNTAGGED, UNTAGGED),)
        if not is_untagged or {*group.uplinks} & {*other.uplinks}:
            purpose = ", ".join(adapter.services) or "the host's own traffic"
            yield f"that of {adapter.device} ({purpose})"


def _meets(vlan: Vlan, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(low <= last and first <= high for first, last in vlan.ids for low, high in ranges)


def _shown(ranges: Ranges) -> str:
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)
