"""What a node's SIP ports say about WIZ-07, WIZ-08 and WIZ-09."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.sip import SipOutcome
from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.sip import SipOptionsSeen
    from securemode.verdicts import Judgement

NO_CONTROL = "make sure that the node's web port can be reached from this vantage, and run again."
ASKS_FOR_CERTIFICATE = frozenset(
    {
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "TLSV1_ALERT_UNKNOWN_CA",
    }
)
"""Alerts by which a server says that it listens, but wants a client certificate (of its own CA)."""
WITHOUT_SIP = {
    SipOutcome.NOT_SIP: "answers something that is not SIP",
    SipOutcome.SILENT: "does not answer",
    SipOutcome.REFUSED: "refuses SIP",
    SipOutcome.UNREACHABLE: "does not answer",
    SipOutcome.MUTE: "accepts a connection, but answers no SIP",
    SipOutcome.CLOSED: "hangs up without a SIP answer",
    SipOutcome.NO_TLS: "completes no TLS handshake for SIP",
}
NEED_CONTROL = frozenset({SipOutcome.SILENT, SipOutcome.UNREACHABLE})


def sip_is_answered(seen: SipOptionsSeen) -> Judgement:
    """WIZ-07, WIZ-08, WIZ-09: OPTIONS to the site's port is answered, with whatever status."""
    where = f"on {seen.transport.upper()} {seen.port}"
    expected = f"a SIP answer over {seen.transport.upper()}"
    if seen.outcome is SipOutcome.ANSWERED:
        server = f" from {seen.server}" if seen.server else ""
        return holds(f"answers SIP {where}", expected=expected, saw=seen.status_line + server)
    what = f"{WITHOUT_SIP[seen.outcome]} {where}"
    saw = f"{seen.outcome.value} ({seen.detail})" if seen.detail else seen.outcome.value
    if seen.outcome in NEED_CONTROL and not seen.is_controlled:
        return unclear(
            f"{what}, nor on its web port", expected=expected, saw=saw, next_step=NO_CONTROL
        )
    if seen.outcome is SipOutcome.NO_TLS and seen.detail in ASKS_FOR_CERTIFICATE:
        return unclear(
            f"asks for a client certificate {where}",
            expected=expected,
            saw=saw,
            next_step="ask from a system whose certificate the deployment trusts.",
        )
    return deviates(what, expected=expected, saw=saw)
