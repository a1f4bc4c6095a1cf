"""The console of a node's virtual machine, as probes need it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from securemode.errors import UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.observations.vsphere import MachineIdentity
    from securemode.probes.probe import Access
    from securemode.targets import Node
    from securemode.vsphere.console.desk import PoweredDesk

PERMISSION = "console"
MOST_CALLS = 2000
"""Connections to vCenter: most of it goes over one, the bound is for servers that keep none."""


def machine_of(node: Node, access: Access) -> MachineIdentity:
    """The node's virtual machine.

    Raises:
        UnexpectedAnswer: there is none, or more than one that could be it.
    """
    from securemode.vsphere.matching import of_node  # noqa: PLC0415 - pyVmomi is heavy

    machines = access.vsphere.machines()
    vcenter = access.environment.vsphere
    assert vcenter is not None  # or there was no session
    match = of_node(node, machines, vcenter)
    if match.machine is None:
        raise UnexpectedAnswer(
            f"which virtual machine is {node}'s is not known: {match.why}.",
            remedy=f"state it under vsphere.virtual_machines.{node.name}.",
        )
    return match.machine


@contextmanager
def console_of(machine: MachineIdentity, access: Access) -> Iterator[PoweredDesk]:
    """The console of a machine, through the run's session."""
    from securemode.vsphere.console.machine import (  # noqa: PLC0415 - pyVmomi is heavy
        machine_console,
    )

    session = access.vsphere.session()
    with machine_console(session, access.environment, machine.moid, machine.name) as console:
        yield console
