"""The security wizard's questions, in the order and the words of the vendor's guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.appliance.wizard_answers import LIMIT, PORT, PREFIX, TOKEN, YES_NO, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

QUESTIONS = (
    Question("fips_mode", "Enable FIPS compliance mode", YES_NO),
    Question("disable_admin_account", "Disable system administrator account", YES_NO),
    Question("icmpv6_redirects", "Accept ICMPv6 redirects", YES_NO),
    Question("drop_not_reject", "Drop incoming packets to closed ports rather than reject", YES_NO),
    Question("icmpv6_echo_requests", "Accept multicast ICMPv6 echo requests", YES_NO),
    Question("ipv6_dad_transmits", "Enable IPv6 Duplicate Address Detection", YES_NO),
    Question("sip_udp_port", "SIP UDP listen port", PORT),
    Question("sip_tcp_port", "SIP TCP listen port", PORT),
    Question("sip_tls_port", "SIP TLS listen port", PORT),
    Question("web_global_session_limit", "Active management web sessions", LIMIT),
    Question("web_per_user_session_limit", "Active per-user management web sessions", LIMIT),
    Question("enable_tls1", "Enable TLS < 1.2", YES_NO),
    Question("enable_sip_tls_adh", "Enable Anonymous DH for outbound SIP/TLS", YES_NO),
    Question("permit_https_old_tls", "Permit TLS <1.2 for inbound HTTPS", YES_NO),
    Question("cca_id", "Configure CCA-ID", TOKEN),
    Question("resource_priority_prefix", "Configure Resource-Priority prefix", PREFIX),
    Question("enable_fir", "Enable FIR", YES_NO),
    Question("enable_aes128_sha", "Enable AES128-SHA ciphersuite", YES_NO),
    Question("enable_sip_aes128_sha", "Enable AES128-SHA ciphersuite for outbound SIP/TLS", YES_NO),
    Question(
        "enable_sip_tls_cert_tolerate_ip_address",
        "Tolerate iPAddress SubjectAlternativeNames in SIP/TLS certificates",
        YES_NO,
    ),
    Question(
        "enable_referrer_policy", "Enable Referrer-Policy: same-origin on HTTP responses", YES_NO
    ),
    Question("enable_hsts_preload", "Enable preload in HSTS header", YES_NO),
    Question("enable_srtp_hmac_sha1", "Enable AES_CM_128_HMAC_SHA1_* SRTP ciphersuites", YES_NO),
    Question("enable_tls12_cbc", "Enable TLSv1.2 CBC-mode ciphersuites", YES_NO),
    Question("enable_h323_2048bit_dh", "Enable 2048-bit DH groups for H323", YES_NO),
)

UNKNOWN = Question("", "Enable post-quantum key exchange", YES_NO)
"""A question of a release that nobody has seen yet; no setting keeps its answer."""

ONLY_WITHOUT = {"enable_sip_aes128_sha": "enable_aes128_sha"}
"""Questions that are asked only when another one was answered NO."""

SHARE_A_PROTOCOL = {"sip_tcp_port": "sip_tls_port", "sip_tls_port": "sip_tcp_port"}
"""Ports that can't be one and the same, because both are TCP."""


def questions(variants: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions in the order in which they are asked.

    The order that isn't the guide's is the alphabet's: it, too, has each question after the one on
    which it depends.
    """
    asked = list(QUESTIONS)
    if variants.get("wizard_order", "guide") == "shuffled":
        asked.sort(key=lambda question: question.text)
    if variants.get("wizard_unknown_question", "no") == "yes":
        asked.insert(len(asked) // 2, UNKNOWN)
    return tuple(asked)
