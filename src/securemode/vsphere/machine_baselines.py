"""Reads everything of the nodes' virtual machines that the controls of a STIG ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode.errors import Unsupported
from securemode.observations.stig import BaselineSeen, MachineBaselinesSeen
from securemode.observations.vsphere import MachineIdentity
from securemode.vsphere import machine_settings, matching

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from securemode.environment.models import Environment
    from securemode.targets import Deployment
    from securemode.vsphere.session import VSphereSession

_IDENTITY = (
    "name",
    "config.instanceUuid",
    "config.template",
    "config.uuid",
    "guest.hostName",
    "guest.net",
)


def read(
    session: VSphereSession,
    deployment: Deployment,
    environment: Environment,
    sources: Collection[str],
) -> MachineBaselinesSeen:
    """Find every node's virtual machine, then read all of them in one pass.

    Args:
        session: with vCenter.
        deployment: the nodes.
        environment: what is stated of their virtual machines.
        sources: what the controls ask for.

    Raises:
        CannotLook: vCenter does not answer.
    """
    if environment.vsphere is None:
        raise Unsupported("the environment names no vCenter.", remedy="state vsphere:.")
    everything = session.properties(vim.VirtualMachine, _IDENTITY)
    identities = [_identity(moid, said) for moid, said in everything.items()]
    matches = {
        node.name: matching.of_node(node, identities, environment.vsphere)
        for node in deployment.nodes
    }
    chosen = {name: match.machine for name, match in matches.items() if match.machine}
    objects = [session.managed(vim.VirtualMachine, each.moid) for each in chosen.values()]
    found = session.properties(vim.VirtualMachine, machine_settings.PATHS, objects=objects)
    return MachineBaselinesSeen(
        machines={name: _baseline(found[each.moid], sources) for name, each in chosen.items()},
        unmatched={name: match.why for name, match in matches.items() if not match.machine},
    )


def _identity(moid: str, said: Mapping[str, Any]) -> MachineIdentity:
    cards = said.get("guest.net") or ()
    return MachineIdentity(
        moid=moid,
        name=said.get("name", ""),
        instance_uuid=said.get("config.instanceUuid", ""),
        bios_uuid=said.get("config.uuid", ""),
        guest_name=said.get("guest.hostName", ""),
        addresses=tuple(address for card in cards for address in card.ipAddress or ()),
        is_template=said.get("config.template", False),
    )


def _baseline(machine: Mapping[str, Any], sources: Collection[str]) -> BaselineSeen:
    return BaselineSeen(
        subject=machine["name"],
        values=dict(machine_settings.settings(machine, sources)),
        refused=machine_settings.unsent(machine),
    )
