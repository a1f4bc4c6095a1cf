from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.judges.media import media_is_marked
from securemode.observations.outbound import PeerSort
from securemode.plugin.steps import judgement, observation
from securemode.probes.calls import PERMISSION
from securemode.probes.media_flow import MediaFlow
from securemode.probes.outbound import calls_of
from securemode.probes.probe import not_reviewed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode.environment.models import Environment
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Location, Node


def media_of(
    node: Node, deployment: Deployment, environment: Environment
) -> tuple[MediaFlow | Withheld, ...]:
    calls = calls_of(node, deployment, environment, PeerSort.PROPER)
    if not isinstance(calls, tuple):
        return (calls,)
    assert environment.trap is not None
    return tuple(
        MediaFlow(
            target=call.target,
            management=call.management,
            host=call.host,
            addresses=call.addresses,
            port=call.port,
            media_port=environment.trap.media_port,
        )
        for call in calls
    )


@observation("each of its nodes sends media in a call that is answered")
def media_of_location(
    location: Location, deployment: Deployment, environment: Environment
) -> Sequence[MediaFlow | Withheld]:
    if PERMISSION not in environment.allow:
        reason = "the environment does not allow calls, in which alone media flow"
        return [not_reviewed(reason, next_step=f"add {PERMISSION} to allow:.")]
    wanted = [media_of(node, deployment, environment) for node in location.nodes]
    return [one for of_node in wanted for one in of_node]


@judgement("their media carry the mark of the site")
def media_carry_the_mark(seen: Sightings, environment: Environment) -> tuple[Finding, ...]:
    findings = seen.together(media_is_marked, dscp=environment.site.dscp.media)
    return tuple(replace(finding, target="") for finding in findings)
