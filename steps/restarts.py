from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.restarts import addresses_are_taken_unasked
from securemode.plugin.steps import judgement, observation
from securemode.probes.address_detection import AddressDetection
from securemode.probes.probe import not_on_link, not_reviewed

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node


@observation("the link is watched while the node restarts")
def link_during_restart(
    node: Node, deployment: Deployment, environment: Environment
) -> AddressDetection | Withheld:
    if withheld := not_on_link(node):
        return withheld
    if environment.power is None:
        reason = "The environment does not say how a node is restarted."
        return not_reviewed(reason, next_step="state power: in the environment.")
    return AddressDetection(target=node, management=deployment.management)


@judgement("it asks nobody whether its addresses are taken")
def asks_nobody(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(addresses_are_taken_unasked)
