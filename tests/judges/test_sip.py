from __future__ import annotations

import pytest

from securemode.judges.sip import ASKS_FOR_CERTIFICATE, NO_CONTROL, sip_is_answered
from securemode.observations.sip import SipOptionsSeen, SipOutcome, SipTransport
from securemode.verdicts import Verdict

UDP, TCP, TLS = SipTransport


def seen(
    outcome: SipOutcome,
    transport: SipTransport = TCP,
    *,
    detail: str = "",
    status_line: str = "",
    server: str = "",
    controlled: bool = True,
) -> SipOptionsSeen:
    return SipOptionsSeen(
        transport=transport,
        port=5060,
        outcome=outcome,
        sent=1,
        detail=detail,
        status_line=status_line,
        server=server,
        alive_before=True,
        alive_after=controlled,
    )


@pytest.mark.parametrize(
    ("observed", "verdict", "what", "saw"),
    [
        (
            seen(SipOutcome.ANSWERED, UDP, status_line="200 OK", server="x"),
            Verdict.PASS,
            "answers SIP on UDP 5060",
            "200 OK from x",
        ),
        (
            seen(SipOutcome.ANSWERED, status_line="404 Not Found", controlled=False),
            Verdict.PASS,
            "answers SIP on TCP 5060",
            "404 Not Found",
        ),
        (seen(SipOutcome.SILENT), Verdict.FAIL, "does not answer on TCP 5060", "silent"),
        (
            seen(SipOutcome.SILENT, UDP, controlled=False),
            Verdict.INCONCLUSIVE,
            "does not answer on UDP 5060, nor on its web port",
            "silent",
        ),
        (
            seen(SipOutcome.UNREACHABLE, detail="No route to host", controlled=False),
            Verdict.INCONCLUSIVE,
            "does not answer on TCP 5060, nor on its web port",
            "unreachable (No route to host)",
        ),
        (
            seen(SipOutcome.REFUSED, controlled=False),
            Verdict.FAIL,
            "refuses SIP on TCP 5060",
            "refused",
        ),
        (
            seen(SipOutcome.NOT_SIP, detail="HTTP/1.1 400"),
            Verdict.FAIL,
            "answers something that is not SIP on TCP 5060",
            "not SIP (HTTP/1.1 400)",
        ),
        (
            seen(SipOutcome.MUTE),
            Verdict.FAIL,
            "accepts a connection, but answers no SIP on TCP 5060",
            "mute",
        ),
        (
            seen(SipOutcome.CLOSED),
            Verdict.FAIL,
            "hangs up without a SIP answer on TCP 5060",
            "closed",
        ),
        (
            seen(SipOutcome.NO_TLS, TLS, detail="WRONG_VERSION_NUMBER"),
            Verdict.FAIL,
            "completes no TLS handshake for SIP on TLS 5060",
            "no TLS (WRONG_VERSION_NUMBER)",
        ),
    ],
)
def test_sip_is_answered(observed: SipOptionsSeen, verdict: Verdict, what: str, saw: str) -> None:
    judgement = sip_is_answered(observed)
    assert (judgement.verdict, judgement.what, judgement.saw) == (verdict, what, saw)
    assert judgement.expected == f"a SIP answer over {observed.transport.upper()}"
    assert judgement.next_step == (NO_CONTROL if verdict is Verdict.INCONCLUSIVE else "")


@pytest.mark.parametrize("alert", sorted(ASKS_FOR_CERTIFICATE))
def test_server_that_wants_a_certificate_does_listen(alert: str) -> None:
    judgement = sip_is_answered(seen(SipOutcome.NO_TLS, TLS, detail=alert))
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert judgement.what == "asks for a client certificate on TLS 5060"
