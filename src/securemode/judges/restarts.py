"""What the start of a node says about WIZ-06."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.multicast import ON_LINK
from securemode.judges.redirects import PERMIT
from securemode.observations.exposure import shown
from securemode.verdicts import Judgement, Verdict, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.restarts import RestartSeen

EXPECTED = "no neighbour solicitation from the unspecified address when the node starts"


def addresses_are_taken_unasked(seen: RestartSeen) -> Judgement:
    """WIZ-06: a node that was restarted, and heard afterwards, asked nobody for its addresses."""
    if seen.gateway:
        what, saw = "is not on this vantage's link", f"a router in between, {seen.gateway}"
        return Judgement(Verdict.NOT_REVIEWED, what, EXPECTED, saw, ON_LINK)
    if seen.refusal:
        what = "cannot be watched while it starts: this user may not"
        return Judgement(Verdict.NOT_REVIEWED, what, EXPECTED, seen.refusal, PERMIT)
    if seen.probes:
        return deviates(
            "detects duplicate addresses",
            expected=EXPECTED,
            saw=f"solicitations from :: for {shown(seen.probes)}",
        )
    if not seen.has_restarted:
        return unclear(
            "was not seen to restart",
            expected=EXPECTED,
            saw=f"an answer all the time, and the same start time ({seen.boot_after or 'unknown'})",
            next_step="check power.restart in the environment: it has to restart this very node.",
        )
    if seen.missed or not seen.heard_after:
        return unclear(
            "restarted, but was not heard well enough",
            expected=EXPECTED,
            saw=f"{seen.heard_after} frames of the node, {seen.missed} frames missed",
            next_step="run from a quiet machine on the node's own link.",
        )
    return holds(
        "takes its addresses without asking",
        expected=EXPECTED,
        saw=f"none, while it restarted within {seen.came_back_s:.1f} s; "
        f"{seen.heard_after} frames of the node heard since",
    )
