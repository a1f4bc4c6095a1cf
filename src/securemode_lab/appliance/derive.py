"""From configuration and wizard answers to behaviour: what the product's settings do.

Source: the facts, sections A.2 (wizard), 3.4 and 3.5 (headers, port 80), 5 (ports), 6 (TLS) and 8
(DSCP, MTU, ICMPv6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.behaviour import (
    Behaviour,
    ClosedPorts,
    Headers,
    Outbound,
    Snmp,
    Tls,
)
from securemode_lab.appliance.outbound import outbound

if TYPE_CHECKING:
    from securemode_lab.appliance.answers import Answers
    from securemode_lab.appliance.variants import Variants
    from securemode_lab.network.rules import ClosedPort

Row = Mapping[str, Any]


class Kind(StrEnum):
    """The two kinds of node."""

    MANAGEMENT = "management"
    CONFERENCING = "conferencing"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The part of the configuration that has reached one node: rows as the store keeps them.

    Attributes:
        settings: the row of `global`.
        node: the node's own row, of `management_vm` or `worker_vm`.
        location: the row of `system_location`; empty for the Management Node.
    """

    settings: Row
    node: Row
    location: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeBehaviour(Behaviour):
    """A `Behaviour` with what belongs to single services.

    Attributes:
        web: whether anything listens on 443: not before the Management Node is installed.
        client_api: whether a Conferencing Node serves the client API.
        web_defects: lies of the Management Node's login page; see `web_login.Logins`.
        silent: services that listen and never answer, of "sip-udp", "sip-tcp", "sip-tls" (defects).
        closed_exceptions: closed ports that answer otherwise than the others (defects).
        shows: sort of wrong certificate on its TLS ports, or empty (defects); see `services.wrong`.
        clients: sorts of client certificate that it accepts beside the right ones (defects), of
            "other-ca", "expired", "untrusted".
        logs: whether it sends its messages to the syslog servers; not doing so is a defect.
        ipv6: whether it listens on IPv6; not doing so is a defect.
        ipv6_gateway: its default route, None where it has none.
        stray_port: TCP port on which something listens that should not, or None (defects).
        outbound: its own calls, None on a node that places none.
        call_dscp: mark of their signalling, None for that of its answers; another is a defect.
    """

    web: bool = True
    client_api: bool = False
    web_defects: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    closed_exceptions: tuple[ClosedPort, ...] = ()
    shows: str = ""
    clients: frozenset[str] = frozenset()
    logs: bool = True
    ipv6: bool = True
    ipv6_gateway: str | None = None
    stray_port: int | None = None
    outbound: Outbound | None = None
    call_dscp: int | None = None


_GCM = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "DHE-RSA-AES256-GCM-SHA384",
    "DHE-RSA-AES128-GCM-SHA256",
)
_CHACHA20 = ("ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305")
_CBC = (
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "DHE-RSA-AES256-SHA256",
    "DHE-RSA-AES128-SHA256",
)
_BEFORE_TLS_1_2 = (
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-RSA-AES128-SHA",
    "DHE-RSA-AES256-SHA",
)
_FIPS_SUITES = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"
_SUITES = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
_FIPS_GROUPS = "P-256:P-384:P-521"
_GROUPS = "X25519:P-256:X448:P-384:P-521"
_OLD_VERSIONS = frozenset({"TLSv1", "TLSv1_1"})
_VERSIONS = frozenset({"TLSv1_2", "TLSv1_3"})
_HSTS = "max-age=31536000; includeSubDomains"


def behaviour(
    node: Kind, configuration: Configuration, answers: Answers, variants: Variants
) -> NodeBehaviour:
    """How a node behaves that works as it should.

    Args:
        node: which kind of node.
        configuration: what has reached it.
        answers: the wizard's answers that it took at its last start.
        variants: what is unknown about the product.
    """
    settings = configuration.settings
    calls = node is Kind.CONFERENCING
    sip = calls and settings["enable_sip"]
    covers_https = answers.enable_tls1 and variants["enable_tls1_covers"] == "every port"
    return NodeBehaviour(
        closed_ports=_closed_ports(answers, variants),
        sip_udp=answers.sip_udp_port if sip and settings["enable_sip_udp"] else None,
        sip_tcp=answers.sip_tcp_port if sip else None,
        sip_tls=answers.sip_tls_port if sip else None,
        h323=calls and settings["enable_h323"],
        ssh=_ssh(configuration),
        ssh_logins=not answers.disable_admin_account,
        https=_tls(answers, old=answers.permit_https_old_tls or covers_https),
        sip=_tls(answers, old=answers.enable_tls1),
        headers=_headers(node, settings, answers),
        http=variants["port_80"],
        sessions_total=answers.web_global_session_limit,
        sessions_per_user=answers.web_per_user_session_limit,
        snmp=_snmp(configuration.node),
        management_dscp=settings["management_qos"] or 0,
        signalling_dscp=configuration.location.get("signalling_qos") or 0,
        media_dscp=configuration.location.get("media_qos") or 0,
        signalling_ports=_ports("signalling", settings) if calls else None,
        media_ports=_ports("media", settings) if calls else None,
        h323_groups=_h323_groups(answers) if calls else frozenset(),
        mtu_bytes=(configuration.location if calls else configuration.node)["mtu"],
        multicast_echo=answers.icmpv6_echo_requests,
        redirects=answers.icmpv6_redirects,
        duplicate_address_detection=answers.ipv6_dad_transmits,
        pkcs12_uploads=not answers.fips_mode,
        pkcs12_exports=not answers.fips_mode,
        client_api=calls and settings["enable_application_api"],
        outbound=outbound(settings, answers, _tls(answers, old=answers.enable_tls1))
        if calls
        else None,
        ipv6_gateway=configuration.node["ipv6_gateway"] or None,
    )


def _ports(purpose: str, settings: Row) -> tuple[int, int]:
    return settings[f"{purpose}_ports_start"], settings[f"{purpose}_ports_end"]


def _h323_groups(answers: Answers) -> frozenset[int]:
    return frozenset({1024, 1536, 2048} if answers.enable_h323_2048bit_dh else {1024, 1536})


def _closed_ports(answers: Answers, variants: Variants) -> ClosedPorts:
    return ClosedPorts.DROP if answers.drop_not_reject else ClosedPorts(variants["reject_with"])


def _ssh(configuration: Configuration) -> bool:
    """A node's own setting wins; GLOBAL follows the global one."""
    own = configuration.node["enable_ssh"]
    return bool(configuration.settings["enable_ssh"]) if own == "GLOBAL" else own == "ON"


def _tls(answers: Answers, *, old: bool) -> Tls:
    fips = answers.fips_mode
    ciphers = (
        *_GCM,
        *(() if fips else _CHACHA20),
        *(_CBC if answers.enable_tls12_cbc else ()),
        *(_BEFORE_TLS_1_2 if old else ()),
        *(("AES128-SHA",) if answers.enable_aes128_sha else ()),
    )
    return Tls(
        versions=_VERSIONS | _OLD_VERSIONS if old else _VERSIONS,
        ciphers=":".join(ciphers),
        ciphersuites=_FIPS_SUITES if fips else _SUITES,
        groups=_FIPS_GROUPS if fips else _GROUPS,
    )


def _headers(node: Kind, settings: Row, answers: Answers) -> Headers:
    values = [
        ("Strict-Transport-Security", _HSTS + ("; preload" if answers.enable_hsts_preload else "")),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if answers.enable_frame_deny:
        values.append(("X-Frame-Options", "DENY"))
    if answers.enable_referrer_policy:
        values.append(("Referrer-Policy", "same-origin"))
    if node is Kind.CONFERENCING and settings["content_security_policy_state"]:
        values.append(("Content-Security-Policy", settings["content_security_policy_header"]))
    return Headers(tuple(values))


def _snmp(node: Row) -> Snmp:
    return Snmp(
        mode=node["snmp_mode"],
        community=node["snmp_community"],
        username=node["snmp_username"],
        authentication_password=node["snmp_authentication_password"],
        privacy_password=node["snmp_privacy_password"],
        system_contact=node["snmp_system_contact"],
        system_location=node["snmp_system_location"],
    )
