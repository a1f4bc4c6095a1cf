"""Whom a node would talk to: a peer with a bad certificate, beside the same with a proper one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.exposure import shown
from securemode.observations.outbound import PeerSort
from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.outbound import OutboundCallSeen as Call
    from securemode.verdicts import Judgement

WORDS = {
    PeerSort.PROPER: "a proper certificate",
    PeerSort.ADDRESS_ONLY: "a certificate that names it by its address alone",
    PeerSort.EXPIRED: "an expired certificate",
    PeerSort.OTHER_NAME: "a certificate with another name",
    PeerSort.UNTRUSTED: "a certificate of nobody it trusts",
}
TRUST = (
    "see to it that the product trusts the CA of trap.certificates.proper and that the certificate "
    "names the trap, then run again."
)


def bad_peer_is_refused(proper: Call, *bad: Call) -> Judgement:
    """WIZ-20, GLOBAL-12: the certificate is refused that the node would have to accept otherwise.

    Args:
        proper: the call to a peer whose certificate is in order: the positive control.
        *bad: calls to the same peer with one and the same fault in its certificate.
    """
    words = WORDS[bad[0].sort]
    expected = f"a peer with {words} refused, and accepted with a proper one"
    saw = shown([f"{_called(one)}: {one}" for one in (*bad, proper)])
    if any(one.is_accepted for one in bad):
        return deviates(f"calls a peer with {words}", expected=expected, saw=saw)
    if not proper.is_accepted:
        return unclear(
            "does not call a peer with a proper certificate either",
            expected=expected,
            saw=saw,
            next_step=TRUST,
        )
    if not all(one.is_refused for one in bad):
        return unclear(f"says nothing to a peer with {words}", expected=expected, saw=saw)
    return holds(f"refuses a peer with {words}", expected=expected, saw=saw)


def _called(call: Call) -> str:
    host = call.called.partition("@")[2].rpartition(":")[0]
    return f"{call.sort.value.replace('_', ' ')} at {host}"
