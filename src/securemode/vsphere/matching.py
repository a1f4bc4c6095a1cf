"""Which virtual machine is which node's: as the environment states it, or by name and address.

Two candidates are never decided between: the reader is told both, and states which it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Generic, TypeVar

from securemode.observations.vsphere import MachineIdentity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.environment.vsphere import VSphere
    from securemode.targets import Node

Address = IPv4Address | IPv6Address
Machine = TypeVar("Machine", bound=MachineIdentity)


@dataclass(frozen=True, slots=True)
class Match(Generic[Machine]):
    """The machine that was meant, or the candidates (none or several) and why none is taken."""

    machine: Machine | None
    candidates: tuple[Machine, ...] = ()
    why: str = ""


def of_node(node: Node, machines: Iterable[Machine], vcenter: VSphere) -> Match[Machine]:
    """The virtual machine of a node.

    Args:
        node: of the deployment.
        machines: of the whole vCenter.
        vcenter: what the environment states of it.
    """
    if reference := vcenter.virtual_machines.get(node.name):
        return referred_to(reference, machines)
    others = _stated_of_others(node.name, vcenter)
    names = {node.name.casefold(), node.fqdn.casefold()} - {""}
    addresses = {ip_address(each) for each in node.addresses}
    found = [
        each for each in machines if _fits(each, names, addresses) and not others & _known_by(each)
    ]
    return _only(found, f"the name or an address of {node.name}")


def _stated_of_others(name: str, vcenter: VSphere) -> set[str]:
    """What is stated to be the machine of another node, or of the secondary deployment."""
    stated = [other for node, other in vcenter.virtual_machines.items() if node != name]
    return {reference.casefold() for reference in (*stated, *vcenter.contingency.values())}


def _known_by(machine: MachineIdentity) -> set[str]:
    """By what a reference may name it."""
    named = (machine.moid, machine.name, machine.instance_uuid, machine.bios_uuid)
    return {each.casefold() for each in named if each}


def referred_to(reference: str, machines: Iterable[Machine]) -> Match[Machine]:
    """The virtual machine that has this name, UUID or managed object id."""
    found = [each for each in machines if reference.casefold() in _known_by(each)]
    return _only(found, f'"{reference}"')


def _fits(machine: MachineIdentity, names: set[str], addresses: set[Address]) -> bool:
    if machine.is_template:
        return False
    if names & {machine.name.casefold(), machine.guest_name.casefold()}:
        return True
    return any(_address(each) in addresses for each in machine.addresses)


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:  # what a guest says of itself may be anything
        return None


def _only(found: list[Machine], what: str) -> Match[Machine]:
    candidates = tuple(found)
    if len(candidates) == 1:
        return Match(candidates[0], candidates)
    if not candidates:
        return Match(None, (), f"no virtual machine has {what}")
    named = " and ".join(map(str, candidates[:3]))
    more = f" and {len(candidates) - 3} more" if candidates[3:] else ""
    return Match(None, candidates, f"{named}{more} have {what}")
