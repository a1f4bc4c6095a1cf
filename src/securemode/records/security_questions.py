"""The questions of the security wizard, in the order of the guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.records.matching import AnswerKind, Question, the_question

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.site import Site


def _always(answer: str) -> Callable[[Site], str]:
    return lambda _site: answer


def _yes_no(requirement: str, key: str, answer: str, wording: str, telling: str) -> Question:
    words = tuple(telling.split())
    return Question(requirement, wording, key, AnswerKind.YES_NO, _always(answer), words)


_DROP = Question(
    "WIZ-04",
    "Drop incoming packets to closed ports rather than reject",
    "drop_not_reject",
    AnswerKind.YES_NO,
    _always("YES"),
    ("drop", "ports", "reject"),
    ordered=True,
)

QUESTIONS = (
    _yes_no("WIZ-01", "fips_mode", "YES", "Enable FIPS compliance mode", "enable fips mode"),
    _yes_no(
        "WIZ-02",
        "disable_admin_account",
        "YES",
        "Disable system administrator account (this applies to SSH and console access)",
        "disable administrator account",
    ),
    _yes_no(
        "WIZ-03", "icmpv6_redirects", "NO", "Accept ICMPv6 redirects", "enable icmpv6 redirects"
    ),
    _DROP,
    _yes_no(
        "WIZ-05",
        "icmpv6_echo_requests",
        "NO",
        "Accept multicast ICMPv6 echo requests",
        "enable multicast icmpv6 echo",
    ),
    _yes_no(
        "WIZ-06",
        "ipv6_dad_transmits",
        "NO",
        "Enable IPv6 Duplicate Address Detection",
        "enable duplicate address detection",
    ),
    *(
        Question(
            requirement,
            f"SIP {transport.upper()} listen port",
            f"sip_{transport}_port",
            AnswerKind.PORT,
            lambda site, transport=transport: str(getattr(site.sip_ports, transport)),  # type: ignore[misc]
            ("sip", transport, "listen", "ports"),
        )
        for requirement, transport in (("WIZ-07", "udp"), ("WIZ-08", "tcp"), ("WIZ-09", "tls"))
    ),
    Question(
        "WIZ-10",
        "Active management web sessions",
        "web_global_session_limit",
        AnswerKind.NUMBER,
        lambda site: str(site.web_sessions.total),
        ("active", "web", "sessions"),
    ),
    Question(
        "WIZ-11",
        "Active per-user management web sessions",
        "web_per_user_session_limit",
        AnswerKind.NUMBER,
        lambda site: str(site.web_sessions.per_user),
        ("active", "per", "user", "web", "sessions"),
    ),
    _yes_no("WIZ-12", "enable_tls1", "NO", "Enable TLS < 1.2", "enable tls < 1.2"),
    _yes_no(
        "WIZ-13",
        "enable_sip_tls_adh",
        "NO",
        "Enable Anonymous DH for outbound SIP/TLS",
        "enable anonymous dh outbound",
    ),
    _yes_no(
        "WIZ-14",
        "permit_https_old_tls",
        "NO",
        "Permit TLS <1.2 for inbound HTTPS",
        "enable tls < 1.2 inbound https",
    ),
    Question(
        "WIZ-15",
        "Configure CCA-ID",
        "cca_id",
        AnswerKind.TEXT,
        lambda site: site.cca_id or "",
        ("cca", "id"),
    ),
    Question(
        "WIZ-16",
        "Configure Resource-Priority prefix",
        "resource_priority_prefix",
        AnswerKind.WORD,
        lambda site: site.resource_priority_prefix or "",
        ("resource", "priority", "prefix"),
    ),
    _yes_no("WIZ-17", "enable_fir", "YES", "Enable FIR", "enable fir"),
    _yes_no(
        "WIZ-18", "enable_aes128_sha", "NO", "Enable AES128-SHA ciphersuite", "enable aes128 sha"
    ),
    _yes_no(
        "WIZ-19",
        "enable_sip_aes128_sha",
        "NO",
        "Enable AES128-SHA ciphersuite for outbound SIP/TLS "
        "(only applies when Enable AES128-SHA ciphersuite = No)",
        "enable aes128 sha outbound sip tls",
    ),
    _yes_no(
        "WIZ-20",
        "enable_sip_tls_cert_tolerate_ip_address",
        "NO",
        "Tolerate iPAddress SubjectAlternativeNames in SIP/TLS certificates",
        "tolerate ipaddress",
    ),
    _yes_no(
        "WIZ-21",
        "enable_referrer_policy",
        "YES",
        "Enable Referrer-Policy: same-origin on HTTP responses",
        "enable referrer policy same origin",
    ),
    _yes_no(
        "WIZ-22",
        "enable_hsts_preload",
        "NO",
        "Enable preload in HSTS header",
        "enable preload hsts",
    ),
    _yes_no(
        "WIZ-23",
        "enable_srtp_hmac_sha1",
        "YES",
        "Enable AES_CM_128_HMAC_SHA1_* SRTP ciphersuites",
        "enable hmac sha1 srtp",
    ),
    _yes_no(
        "WIZ-24",
        "enable_tls12_cbc",
        "YES",
        "Enable TLSv1.2 CBC-mode ciphersuites",
        "enable tls 1.2 cbc",
    ),
    _yes_no(
        "WIZ-25",
        "enable_h323_2048bit_dh",
        "NO",
        "Enable 2048-bit DH groups for H323",
        "enable 2048 dh h323",
    ),
)


def question_asked(text: str) -> Question | None:
    """The one question that a text asks, or None where it asks none that we know, or several."""
    return the_question(QUESTIONS, text)
