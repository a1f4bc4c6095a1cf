"""What a node's packets say about GLOBAL-06, LOC-02 and LOC-03."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.exposure import shown
from securemode.observations.traffic import AnswerState, Service
from securemode.verdicts import Judgement, Verdict, deviates, holds, unclear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode.observations.traffic import AnnouncedMtu, MarkedAnswer, SegmentSizeSeen
    from securemode.observations.traffic import TrafficMarksSeen as Marks

PERMIT_MARKS = (
    "run with CAP_NET_RAW (as root), so that packets of TCP over IPv4 can be seen, or where the "
    "node has an IPv6 address or a UDP service that answers."
)
OWN_MTU = "run from a vantage whose own MTU, on the whole way, is larger than that of the site."


def management_is_marked(seen: Marks, *, dscp: int) -> Judgement:
    """GLOBAL-06: every management packet that was seen carries the site's mark.

    A Conferencing Node answers users on its web port as well; nothing says which mark that traffic
    has. So there the web port convicts nobody, and acquits only where it has the right mark.
    """
    counted = seen.answers
    if seen.serves_users_on_web_port:
        counted = tuple(
            one for one in seen.answers if one.service is not Service.HTTPS or one.dscp == (dscp,)
        )
    return _marked([(seen, counted)], traffic="management traffic", dscp=dscp)


def signalling_is_marked(*seen: Marks, dscp: int) -> Judgement:
    """LOC-02: every packet of a SIP answer carries the mark of the site, at every node."""
    return _marked([(one, one.answers) for one in seen], traffic="signalling", dscp=dscp)


def _marked(
    nodes: Sequence[tuple[Marks, Sequence[MarkedAnswer]]], *, traffic: str, dscp: int
) -> Judgement:
    expected = f"DSCP {dscp} on every packet of {traffic}"
    wrong = [_of(node, one) for node, all_ in nodes for one in all_ if set(one.dscp) - {dscp}]
    if wrong:
        return deviates(f"sends {traffic} with another mark", expected=expected, saw=shown(wrong))
    unseen = [node for node, all_ in nodes if not any(one.dscp for one in all_)]
    if unseen:
        return _not_seen(unseen, traffic, expected)
    right = [_of(node, one) for node, all_ in nodes for one in all_ if one.dscp]
    return holds(f"marks its {traffic}", expected=expected, saw=shown(right))


def _not_seen(nodes: Sequence[Marks], traffic: str, expected: str) -> Judgement:
    """No mark of some node: not permitted where it did answer, unclear where it did not."""
    saw = shown([_of(node, one) for node in nodes for one in node.answers])
    if all(any(map(_is_hidden, node.answers)) for node in nodes):
        what = f"answers, but the marks of its {traffic} cannot be seen by this user"
        return Judgement(Verdict.NOT_REVIEWED, what, expected, saw, PERMIT_MARKS)
    return unclear(
        f"sends no {traffic} whose mark could tell",
        expected=expected,
        saw=f"{saw}, nothing of which counts",
        next_step="see to it that one of these services answers this vantage, and run again.",
    )


def _is_hidden(answer: MarkedAnswer) -> bool:
    """Whether there was an answer whose packets this process may not see."""
    return answer.state is AnswerState.ANSWERED and not answer.dscp


def _of(node: Marks, answer: MarkedAnswer) -> str:
    return f"{node.node}: {answer}"


def mtu_is_announced(*seen: SegmentSizeSeen, mtu_bytes: int) -> Judgement:
    """LOC-03: at every address that answers, the announced segment size is that of the site's MTU.

    What is announced can only be seen up to the MTU of our own way to the node.
    """
    expected = f"an MTU of {mtu_bytes} bytes"
    reached = [(node, one) for node in seen for one in node.announced if not one.failure]
    wrong = [pair for pair in reached if _is_wrong(pair[1], mtu_bytes)]
    if wrong:
        return deviates(
            "announces segments of another MTU",
            expected=expected,
            saw=shown([f"{node.node}: {one}" for node, one in wrong]),
        )
    mute = [node for node in seen if all(one.failure for one in node.announced)]
    if mute:
        failures = [f"{node.node}: {one.failure}" for node in mute for one in node.announced]
        what = "announces no segment size, as it does not answer"
        return unclear(what, expected=expected, saw=shown(failures))
    if narrow := [pair for pair in reached if pair[1].own_mtu_bytes < mtu_bytes]:
        saw = shown([f"{node.node}: at least {one}" for node, one in narrow])
        what = "cannot be seen to announce so large an MTU: the way to it has a smaller one"
        return Judgement(Verdict.NOT_REVIEWED, what, expected, saw, OWN_MTU)
    return holds(
        "announces the segment size of its MTU",
        expected=expected,
        saw=shown([f"{node.node}: {one}" for node, one in reached]),
    )


def _is_wrong(announced: AnnouncedMtu, mtu_bytes: int) -> bool:
    """Another MTU than expected, unless that is only where our own way ends."""
    hides = announced.mtu_bytes == announced.own_mtu_bytes < mtu_bytes
    return announced.mtu_bytes != mtu_bytes and not hides
