"""From configuration and wizard answers to what a node's own calls are like.

Source: the facts, sections A.1, A.2 (12, 13, 15 to 17, 19, 20, 23) and 6.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.behaviour import Outbound, Tls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.appliance.answers import Answers

AES128_SHA = "AES128-SHA"
ANONYMOUS = (
    "ADH-AES256-GCM-SHA384",
    "ADH-AES128-GCM-SHA256",
    "ADH-AES256-SHA256",
    "ADH-AES128-SHA256",
    "ADH-AES256-SHA",
    "ADH-AES128-SHA",
)
"""Suites without a certificate: nobody proves who they are."""

_SIGNATURES = (
    "ECDSA+SHA256",
    "ECDSA+SHA384",
    "ECDSA+SHA512",
    "rsa_pss_rsae_sha256",
    "rsa_pss_rsae_sha384",
    "rsa_pss_rsae_sha512",
    "RSA+SHA256",
    "RSA+SHA384",
    "RSA+SHA512",
)
_NOT_IN_FIPS = ("ed25519", "ed448")
_BEFORE_TLS_1_2 = ("ECDSA+SHA1", "RSA+SHA1")


def outbound(settings: Mapping[str, Any], answers: Answers, accepted: Tls) -> Outbound:
    """What the calls of a node are like that works as it should.

    Args:
        settings: the row of `global`.
        answers: the wizard's answers that the node took.
        accepted: what its own SIP/TLS port accepts.
    """
    return Outbound(
        tls=_offered(answers, accepted),
        verifies_peers=settings["sip_tls_cert_verify_mode"] == "ON",
        tolerates=frozenset({"address"} if answers.enable_sip_tls_cert_tolerate_ip_address else ()),
        cca_id=answers.cca_id,
        resource_priority=answers.resource_priority_prefix,
        fir=answers.enable_fir,
        srtp_sha1=answers.enable_srtp_hmac_sha1,
        crypto_mode=settings["crypto_mode"],
    )


def _offered(answers: Answers, accepted: Tls) -> Tls:
    """What it accepts, and what the wizard allows in outbound connections only."""
    more: tuple[str, ...] = ()
    if answers.enable_sip_aes128_sha and not answers.enable_aes128_sha:
        more += (AES128_SHA,)
    if answers.enable_sip_tls_adh:
        more += ANONYMOUS
    signatures = (
        *_SIGNATURES,
        *(() if answers.fips_mode else _NOT_IN_FIPS),
        *(_BEFORE_TLS_1_2 if answers.enable_tls1 else ()),
    )
    return replace(
        accepted,
        ciphers=":".join((accepted.ciphers, *more)),
        signatures=":".join(signatures),
    )
