"""What the OCSP responder's answers say about CERT-07 and GLOBAL-11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.ocsp import Revocation
from securemode.verdicts import Judgement, deviates, holds, statement, unclear

if TYPE_CHECKING:
    from securemode.observations.ocsp import RevocationSeen

GOOD = 'the answer "good" from the configured responder'
ANSWER = "an authentic and current answer from the configured responder"
NO_ISSUER = "its issuer is neither served nor trusted, so no responder can be asked"
SUCCESSFUL = "successful"


def certificate_is_not_revoked(seen: RevocationSeen) -> Judgement:
    """CERT-07: the responder says good, and it is the responder who says so."""
    subject = f"{seen.subject} ({seen.serial})"
    if trouble := _no_usable_answer(seen):
        return deviates(
            "serves a certificate whose revocation state cannot be had",
            expected=GOOD,
            saw=f"{subject}: {trouble}",
        )
    return statement(
        good=seen.status is Revocation.GOOD,
        what="serves a certificate that is not revoked",
        otherwise=f"serves a certificate that is {seen.status.value} to the responder",
        expected=GOOD,
        saw=f'{subject}: "{seen.status.value}" from {seen.responder}',
    )


def responder_answers(seen: RevocationSeen) -> Judgement:
    """GLOBAL-11: whatever it says of the certificate, it answers, and as one that may.

    Without an issuer it could not be asked: that is not the responder's fault.
    """
    if not seen.issuer:
        return unclear(
            "has a responder that could not be asked",
            expected=ANSWER,
            saw=f"{seen.subject}: {NO_ISSUER}",
            next_step="give the node a certificate of the site's CA, see CERT-01.",
        )
    if trouble := _no_usable_answer(seen):
        return deviates(
            "has a responder that gives no usable answer",
            expected=ANSWER,
            saw=f"{seen.responder}: {trouble}",
        )
    return holds(
        "has a responder that answers",
        expected=ANSWER,
        saw=f'{seen.responder}: "{seen.status.value}" for {seen.subject}',
    )


def _no_usable_answer(seen: RevocationSeen) -> str:
    if not seen.issuer:
        return NO_ISSUER
    if seen.answer != SUCCESSFUL:
        return f'the responder answers "{seen.answer}"'
    return "" if seen.authentic and seen.current else seen.trouble
