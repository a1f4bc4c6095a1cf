from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.h323_setup import no_large_group_is_offered
from securemode.plugin.steps import judgement, observation
from securemode.probes.calls import PERMISSION
from securemode.probes.outbound_h323 import OutboundH323Call
from securemode.probes.probe import not_applicable, not_reviewed

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node


@observation("the node calls an H.323 peer")
def h323_call(
    node: Node, deployment: Deployment, environment: Environment
) -> OutboundH323Call | Withheld:
    trap = environment.trap
    if not environment.site.protocols.h323:
        return not_applicable("site.protocols says that the site needs no H.323.")
    if trap is None:
        return not_reviewed(
            "the environment states no trap, so that nodes cannot call this run",
            next_step=f"state trap: in the environment {environment.name}, and add {PERMISSION} "
            "to allow:.",
        )
    return OutboundH323Call(
        target=node,
        management=deployment.management,
        host=trap.name,
        addresses=tuple(address for address in (trap.ipv4, trap.ipv6) if address),
        port=trap.h323_port,
    )


@judgement("its SETUP offers no Diffie-Hellman group of 2048 bits or more")
def offers_no_large_group(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(no_large_group_is_offered)
