from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.multicast import multicast_echo_is_ignored
from securemode.plugin.steps import judgement, observation
from securemode.probes.multicast_echo import MulticastEcho
from securemode.probes.probe import not_on_link

if TYPE_CHECKING:
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node


@observation("every node of the link is asked for an ICMPv6 echo")
def multicast_echo(node: Node) -> MulticastEcho | Withheld:
    return not_on_link(node) or MulticastEcho(target=node)


@judgement("the node does not answer")
def node_does_not_answer(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(multicast_echo_is_ignored)
