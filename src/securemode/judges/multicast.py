"""What the link says about WIZ-05."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.verdicts import Judgement, Verdict, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.multicast import MulticastEchoSeen

EXPECTED = "no answer to an ICMPv6 echo request to ff02::1"
ON_LINK = "run from a vantage on the node's own link."
PERMIT = (
    "run with CAP_NET_RAW (as root), or let net.ipv4.ping_group_range include this user's group."
)


def multicast_echo_is_ignored(seen: MulticastEchoSeen) -> Judgement:
    """WIZ-05: silence after an echo request to all nodes, while the node is a neighbour."""
    if seen.gateway:
        saw = f"a router in between, {seen.gateway}"
        what = "is not on this vantage's link, beyond which multicast does not go"
        return Judgement(Verdict.NOT_REVIEWED, what, EXPECTED, saw, ON_LINK)
    if seen.refusal:
        what = "cannot be asked by ICMPv6: this user may not"
        return Judgement(Verdict.NOT_REVIEWED, what, EXPECTED, seen.refusal, PERMIT)
    if seen.multicast_answered:
        return deviates(
            "answers multicast ICMPv6 echo requests",
            expected=EXPECTED,
            saw=f"an answer from {seen.address}",
        )
    if not (seen.neighbour_before and seen.neighbour_after):
        return unclear(
            "does not answer, but is no neighbour either",
            expected=EXPECTED,
            saw="no neighbour discovery, or no answer of the web port, before or after",
            next_step="make sure that the node can be reached over IPv6, and run again.",
        )
    others = f"; {seen.others_answered} others answered" if seen.others_answered else ""
    return holds(
        "ignores multicast ICMPv6 echo requests",
        expected=EXPECTED,
        saw=f"silence, while neighbour discovery found {seen.address} before and after{others}",
    )
