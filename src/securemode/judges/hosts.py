"""Whether a host is managed over wires of its own: HOST-02 to HOST-04."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from securemode.observations.vsphere import HostSeen, InventorySeen
from securemode.verdicts import Judgement, statement, unclear

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from securemode.observations.vsphere import NicSeen, PortGroupSeen

HostRule = Callable[[HostSeen, InventorySeen], Judgement]
"""What a judge of one host is: the host, and the inventory that it stands in."""

ENOUGH_ADAPTERS = 2
MANAGEMENT = "management"
FEW = 6


def host_satisfies(seen: InventorySeen, *, host: str, rule: HostRule) -> Judgement:
    """What the rule says of the host of this name; nothing where it can't be looked at.

    Args:
        seen: the inventory.
        host: its name.
        rule: the judge of one host.
    """
    named = [each for each in seen.hosts if each.name == host]
    if len(named) != 1:
        return unclear(
            "cannot be told among the hosts of the vCenter",
            expected="one host of this name",
            saw=f"{len(named)} ({', '.join(each.moid for each in named)})" if named else "none",
            next_step="name the hosts of the deployment in vsphere.hosts, as vCenter lists them.",
        )
    if not named[0].is_connected or named[0].link_mbit is None:
        return unclear(
            "does not show its network",
            expected="the configuration of its network",
            saw="nothing" if named[0].is_connected else "a host that vCenter does not reach",
            next_step="connect the host to vCenter again, and give the account the role Read-only.",
        )
    return rule(named[0], seen)


def has_two_adapters_with_link(host: HostSeen, _: InventorySeen) -> Judgement:
    """HOST-02: with fewer, nothing can be kept apart."""
    links = host.link_mbit or ()
    up = [device for device, mbit in links if mbit]
    return statement(
        good=len(up) >= ENOUGH_ADAPTERS,
        what="has two or more physical adapters with link",
        otherwise="has too few physical adapters with link",
        expected=f"at least {ENOUGH_ADAPTERS} with link",
        saw=", ".join(
            f"{device} {f'at {mbit} Mbit/s' if mbit else 'without link'}" for device, mbit in links
        )
        or "no physical adapter",
    )


def management_is_apart(host: HostSeen, seen: InventorySeen) -> Judgement:
    """HOST-03: no adapter by which the host is managed serves a port group for machines.

    A port group is one for machines when no VMkernel adapter is attached to it, or a machine is.
    """
    kernel = {adapter.port_group for adapter in host.kernel_adapters}
    used = {nic.port_group for _, nic in _nics(host, seen)}
    groups = [each for each in host.port_groups if each.key not in kernel or each.key in used]
    return _apart(
        host,
        groups,
        what="is managed over adapters that serve nothing else",
        otherwise="is managed over adapters that serve virtual machines as well",
        nobody="has no port group for virtual machines",
    )


def machines_are_apart(host: HostSeen, seen: InventorySeen) -> Judgement:
    """HOST-04: the machines on this host, ours and others', leave by adapters of their own."""
    attached = _nics(host, seen)
    groups = [host.port_group(nic.port_group) for _, nic in attached]
    if unknown := [name for (name, _), group in zip(attached, groups, strict=True) if not group]:
        return unclear(
            "has virtual machines on networks that vCenter does not show",
            expected="a port group behind every network adapter",
            saw=", ".join(sorted(set(unknown))[:FEW]),
            next_step="give the account of credentials.vsphere the role Read-only on the networks.",
        )
    return _apart(
        host,
        list(dict.fromkeys(group for group in groups if group)),
        what="has its virtual machines on adapters by which it is not managed",
        otherwise="has virtual machines on adapters by which it is managed",
        nobody="has no virtual machine on a network",
    )


def _nics(host: HostSeen, seen: InventorySeen) -> list[tuple[str, NicSeen]]:
    """Every network adapter of every machine on the host, with the name of the machine."""
    return [
        (machine.name, nic)
        for machine in seen.machines
        if machine.host == host.moid
        for nic in machine.nics
    ]


def _apart(
    host: HostSeen, groups: Sequence[PortGroupSeen], *, what: str, otherwise: str, nobody: str
) -> Judgement:
    """Whether the port groups and the management of the host have no physical adapter in common."""
    managed = [
        host.port_group(adapter.port_group)
        for adapter in host.kernel_adapters
        if MANAGEMENT in adapter.services
    ]
    by_management = _uplinks(group for group in managed if group)
    by_machines = _uplinks(groups)
    expected = f"none of {_named(by_management)}, by which the host is managed"
    if not by_management:
        return unclear(
            "does not show by which adapters it is managed",
            expected="physical adapters of its management",
            saw="none",
            next_step="look at its VMkernel adapters in the vSphere client.",
        )
    if not by_machines:
        return unclear(nobody, expected="physical adapters of virtual machines", saw="none")
    shared = by_management & by_machines
    guilty = [f"{group.name} ({_named(set(group.uplinks))})" for group in groups]
    sharing = [
        text for text, group in zip(guilty, groups, strict=True) if shared & {*group.uplinks}
    ]
    return statement(
        good=not shared,
        what=what,
        otherwise=otherwise,
        expected=expected,
        saw=", ".join((sharing or guilty)[:FEW]),
    )


def _uplinks(groups: Iterable[PortGroupSeen]) -> set[str]:
    return {device for group in groups for device in group.uplinks}


def _named(devices: set[str]) -> str:
    return ", ".join(sorted(devices)) or "no adapter"


HOST_RULES: Mapping[str, HostRule] = {
    "has two or more physical network interfaces with link": has_two_adapters_with_link,
    "is managed over interfaces that no virtual machine uses": management_is_apart,
    "has its virtual machines on interfaces apart from its own": machines_are_apart,
}
"""The rules by the words in which features state them."""
