"""What a node's SNMP agent says about SNMP-02, SNMP-04 and SNMP-05."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.snmp import SnmpOutcome, SnmpRequest
from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.snmp import SnmpAnswersSeen, SnmpReply, SnmpWriteSeen
    from securemode.verdicts import Judgement

ANSWERS = frozenset({SnmpOutcome.VALUE, SnmpOutcome.UNVERIFIED})
REFUSING_ERRORS = frozenset({"authorizationError", "noAccess", "noSuchName"})
"""How a reader is told that he may not; SNMPv1 says noSuchName (RFC 3584 section 4.3)."""
REFUSING_WRITE_ERRORS = frozenset({"notWritable", "noAccess", "authorizationError", "readOnly"})
CLOCK_REPORT = "usmStatsNotInTimeWindows"
WRONG_DIGEST = frozenset({SnmpRequest.MD5, SnmpRequest.WRONG_AUTHENTICATION})
"""Their digest is wrong, and an agent checks it before the clock (RFC 3414 section 3.2)."""
WITH_COMMUNITY = frozenset({SnmpRequest.V1_COMMUNITY, SnmpRequest.V2C_COMMUNITY})
NO_CONTROL = (
    "make the right request work first: SNMP mode and credentials of this node, credentials.snmp."
)


def management_station_is_answered(seen: SnmpAnswersSeen) -> Judgement:
    """SNMP-02: the request with the station's credentials gets a value.

    Silence is the agent's own only where the node's web port answers.
    """
    expected = f"a value for {SnmpRequest.RIGHT.value}"
    if seen.before.outcome is SnmpOutcome.VALUE:
        return holds(
            "answers the management station",
            expected=expected,
            saw=f"sysUpTime {seen.before.detail}",
        )
    what = "does not answer the management station"
    if seen.before.outcome is SnmpOutcome.NOT_SENT:
        return unclear(what, expected=expected, saw=str(seen.before))
    if seen.before.outcome is SnmpOutcome.SILENCE and not seen.web_port_answers:
        return unclear(
            f"{what}, nor anybody on its web port",
            expected=expected,
            saw=str(seen.before),
            next_step="make sure that the node can be reached from this vantage, and run again.",
        )
    return deviates(what, expected=expected, saw=str(seen.before))


def nothing_less_is_answered(seen: SnmpAnswersSeen) -> Judgement:
    """SNMP-04: every lesser or wrong request is refused, while the right one is answered."""
    expected = "no answer to anything less"
    if let_through := [reply for reply in seen.lesser if _lets_through(reply)]:
        return deviates(
            f"answers {', '.join(reply.request.value for reply in let_through)}",
            expected=expected,
            saw="; ".join(f"{reply.request.value}: {reply}" for reply in let_through),
        )
    if not seen.is_controlled:
        return unclear(
            "answers nothing less, nor the management station",
            expected=expected,
            saw=f"right request before: {seen.before}, after: {seen.after}",
            next_step=NO_CONTROL,
        )
    not_sent = [reply for reply in seen.lesser if reply.outcome is SnmpOutcome.NOT_SENT]
    if not_sent:
        return unclear(
            "was not asked in every lesser way",
            expected=expected,
            saw="; ".join(f"{reply.request.value}: {reply}" for reply in not_sent),
            next_step="run on a machine whose Python has MD5 and DES.",
        )
    if missing := WITH_COMMUNITY - {reply.request for reply in seen.lesser}:
        return unclear(
            "was not asked with its own community",
            expected=expected,
            saw=f"not sent: {', '.join(sorted(missing))}",
            next_step="state credentials.snmp.community.",
        )
    return holds(
        f"answers none of {len(seen.lesser)} lesser requests",
        expected=expected,
        saw=", ".join(dict.fromkeys(str(reply) for reply in seen.lesser)),
    )


def write_is_refused(seen: SnmpWriteSeen) -> Judgement:
    """SNMP-05: the management station cannot write, while it can read."""
    expected = "a refusal"
    if seen.write.outcome is SnmpOutcome.VALUE:
        return deviates("accepts an SNMP write", expected=expected, saw=str(seen.write))
    if not seen.is_controlled:
        return unclear(
            "was not seen to refuse an SNMP write: it answers no read",
            expected=expected,
            saw=f"read before: {seen.before}, write: {seen.write}, after: {seen.after}",
            next_step=NO_CONTROL,
        )
    if _refuses_write(seen.write):
        return holds("refuses an SNMP write", expected=expected, saw=str(seen.write))
    return unclear(
        "neither accepts nor refuses an SNMP write",
        expected=expected,
        saw=str(seen.write),
        next_step="try the write by hand, with another object.",
    )


def _lets_through(reply: SnmpReply) -> bool:
    """Whether a lesser request got further than it may.

    A report that only complains of the clock has found the digest right.
    """
    if reply.outcome is SnmpOutcome.ERROR:
        return reply.detail not in REFUSING_ERRORS
    if reply.outcome is SnmpOutcome.REPORT:
        return reply.request in WRONG_DIGEST and reply.detail == CLOCK_REPORT
    return reply.outcome in ANSWERS


def _refuses_write(reply: SnmpReply) -> bool:
    if reply.outcome is SnmpOutcome.ERROR:
        return reply.detail in REFUSING_WRITE_ERRORS
    return reply.outcome in {SnmpOutcome.SILENCE, SnmpOutcome.REPORT}
