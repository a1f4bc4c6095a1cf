"""What the way of a node's answers says about WIZ-03."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.multicast import ON_LINK
from securemode.observations.redirects import WayOfAnswer
from securemode.verdicts import Judgement, Verdict, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.redirects import RedirectSeen

EXPECTED = "answers take the same way after an ICMPv6 redirect as before"
PERMIT = "run with CAP_NET_RAW (as root)."
ADDRESS_BEYOND = (
    "give this machine an IPv6 address of another network, routed back to it by the node's router."
)
STATE_GATEWAY = "state ipv6_gateway of the node in the environment as its link-local address."
REACHABLE = "make sure that the node reaches that address by its router, and run again."
FORGET = "The node could not be led back; it forgets the way by itself, or when it restarts."

BY_A_ROUTER = (WayOfAnswer.ROUTER, WayOfAnswer.OWN_ROUTER, WayOfAnswer.STAND_IN)


def redirects_are_ignored(seen: RedirectSeen) -> Judgement:
    """WIZ-03: the node answers by its router, and still does after a redirect in its name."""
    if missing := _vantage_missing(seen):
        return missing
    if seen.after is WayOfAnswer.REDIRECTED:
        back = seen.afterwards is seen.before
        return deviates(
            "follows ICMPv6 redirects",
            expected=EXPECTED,
            saw=f"{seen.before} before, {seen.after} after, {seen.afterwards} at last",
            next_step="" if back else FORGET,
        )
    if missing := _control_missing(seen):
        return missing
    return holds(
        "ignores ICMPv6 redirects",
        expected=EXPECTED,
        saw=f"answers to {seen.destination} {seen.before}, before and after a redirect in the "
        f"name of {', '.join(seen.routers)}",
    )


def _vantage_missing(seen: RedirectSeen) -> Judgement | None:
    """Not reviewed: this machine could not even ask."""
    if seen.gateway:
        what, saw = "is not on this vantage's link", f"a router in between, {seen.gateway}"
        return Judgement(Verdict.NOT_REVIEWED, what, EXPECTED, saw, ON_LINK)
    if seen.refusal:
        what = "cannot be sent a redirect: this user may not"
        return Judgement(Verdict.NOT_REVIEWED, what, EXPECTED, seen.refusal, PERMIT)
    if not seen.destination:
        what = "has no router between itself and an address of this machine"
        saw = "addresses of the node's own link only"
        return Judgement(Verdict.NOT_REVIEWED, what, EXPECTED, saw, ADDRESS_BEYOND)
    return None


def _control_missing(seen: RedirectSeen) -> Judgement | None:
    """Unclear: nothing that the redirect could have changed was seen."""
    if seen.before not in BY_A_ROUTER:
        saw = f"the answer to {seen.destination}: {seen.before}"
        what = "does not answer beyond its link by a router, so that nothing could be redirected"
        return unclear(what, expected=EXPECTED, saw=saw, next_step=REACHABLE)
    if not seen.routers:
        what = "has a router whose link-local address is not known"
        saw = "none found by its link-layer address"
        return unclear(what, expected=EXPECTED, saw=saw, next_step=STATE_GATEWAY)
    if seen.after is not seen.before:
        saw = f"{seen.before} before, {seen.after} after, {seen.afterwards} at last"
        what = "answers in another way after the redirect, but not in the one that it named"
        return unclear(what, expected=EXPECTED, saw=saw, next_step=REACHABLE)
    return None
