"""From a node to its virtual machine, for every judge of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from securemode.observations.vsphere import InventorySeen, VirtualMachineSeen
from securemode.verdicts import Judgement, unclear
from securemode.vsphere.matching import of_node

if TYPE_CHECKING:
    from securemode.environment.vsphere import VSphere
    from securemode.targets import Node

Rule = Callable[[VirtualMachineSeen, InventorySeen], Judgement]
"""What a judge of one virtual machine is: the machine, and the inventory that it stands in."""


def machine_satisfies(
    seen: InventorySeen, *, node: Node, vcenter: VSphere, rule: Rule
) -> Judgement:
    """What the rule says of the node's virtual machine; nothing where it can't be told which it is.

    Args:
        seen: the inventory.
        node: whose virtual machine.
        vcenter: what the environment states of it.
        rule: the judge of one machine.
    """
    match = of_node(node, seen.machines, vcenter)
    if match.machine is None:
        return unclear(
            "has no virtual machine that can be told from others",
            expected="one virtual machine",
            saw=match.why,
            next_step=f"state its managed object id under vsphere.virtual_machines.{node.name} "
            "in the environment.",
        )
    return readable(match.machine, seen, rule)


def readable(machine: VirtualMachineSeen, seen: InventorySeen, rule: Rule) -> Judgement:
    """What the rule says of a machine whose configuration vCenter shows."""
    if not machine.is_readable:
        return unclear(
            "has a virtual machine whose configuration vCenter does not show",
            expected="its configuration",
            saw=f"only the name of {machine}",
            next_step="see in the vSphere client why it is inaccessible or orphaned.",
        )
    return rule(machine, seen)
