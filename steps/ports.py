from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.ports import closed_ports_are_silent
from securemode.observations.ports import Family, PortSelection, Transport
from securemode.plugin.steps import judgement, observation
from securemode.probes.ports import ClosedPorts
from securemode.probes.probe import not_applicable, not_reviewed

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node


def transport_named(text: str) -> Transport:
    return Transport(text.lower())


def family_named(text: str) -> Family:
    return Family(text.lower())


@observation(
    "closed {transport} ports are asked over {family}",
    transport=transport_named,
    family=family_named,
)
def closed_ports(
    node: Node, environment: Environment, transport: Transport, family: Family
) -> ClosedPorts | Withheld:
    if node.port_offset:
        reason = "The node is reached through port forwarding: its closed ports are not seen."
        return not_reviewed(reason, next_step="run from where the node is reached directly")
    ports = PortSelection.ALL if environment.all_ports else PortSelection.SAMPLE
    probe = ClosedPorts(target=node, transport=transport, family=family, ports=ports)
    return probe if probe.address else not_applicable(f"The node has no {family} address.")


@judgement("no closed port answers")
def no_closed_port_answers(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(closed_ports_are_silent)
