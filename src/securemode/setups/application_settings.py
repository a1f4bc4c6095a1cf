"""What the configuration should be: the guide's values, the site's where it has a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from securemode.setups.differences import Difference, Wanted, differences, patches
from securemode.setups.edits import Plan
from securemode.setups.snmp_user import is_in_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode.environment.models import Environment, SnmpCredentials
    from securemode.environment.site import Site
    from securemode.infinity.client import ManagementApi, Row

    Tries = Callable[[Environment, Row], bool | None]

NODE_RESOURCES = ("management_vm", "worker_vm")

_SNMP = "snmp"


def application_settings(
    environment: Environment, api: ManagementApi, *, tries_snmp: Tries = is_in_use
) -> Plan:
    """Settings of the deployment, of its nodes and of its locations that differ; SSH goes last.

    Args:
        environment: site values and credentials.
        api: of the Management Node.
        tries_snmp: whether the SNMP user of a node, by its row, has the stated passwords: they
            cannot be read back.

    Source: guide, "Pexip Infinity application configuration" and "Securing network services".
    """
    found = tuple(_differences(environment, api, tries_snmp))
    return Plan(
        edits=patches(found),
        closing=patches(found, last=True),
        notes=tuple(left_alone(environment)),
    )


def _differences(
    environment: Environment, api: ManagementApi, tries_snmp: Tries
) -> Iterator[Difference]:
    site, snmp = environment.site, environment.credentials.snmp
    for row in api.list("global"):
        yield from differences("global", "global settings", row, global_settings(site))
    for resource in NODE_RESOURCES:
        for row in api.list(resource):
            wanted = node_settings(snmp, snmp_in_use=tries_snmp(environment, row))
            yield from differences(resource, str(row.get("name")), row, wanted)
    for row in api.list("system_location"):
        where = f"location {row.get('name')}"
        yield from differences("system_location", where, row, location_settings(site))


def global_settings(site: Site) -> tuple[Wanted, ...]:
    """Wanted values of `global`, SSH last; what the site leaves open is left out."""
    return (
        *_wanted(
            ("DEPLOY-03", "error_reporting_enabled", False, "Enable incident reporting"),
            ("DEPLOY-04", "enable_analytics", False, "Send deployment and usage statistics"),
            ("GLOBAL-01", "enable_sip", site.protocols.sip, "Enable SIP"),
            ("GLOBAL-01", "enable_sip_udp", site.protocols.sip_udp, "Enable SIP UDP"),
            ("GLOBAL-02", "enable_h323", site.protocols.h323, "Enable H.323"),
            ("GLOBAL-03", "enable_webrtc", site.protocols.webrtc, "Enable WebRTC"),
            ("GLOBAL-04", "enable_rtmp", site.protocols.rtmp, "Enable RTMP"),
            ("GLOBAL-05", "enable_application_api", False, "Connect clients and Client API"),
            ("GLOBAL-06", "management_qos", site.dscp.management, "DSCP of management traffic"),
            ("GLOBAL-08", "crypto_mode", "on", "Media encryption"),
            (
                "GLOBAL-09",
                "signalling_ports_start",
                site.signalling_ports.start,
                "Signaling port range start",
            ),
            (
                "GLOBAL-09",
                "signalling_ports_end",
                site.signalling_ports.end,
                "Signaling port range end",
            ),
            ("GLOBAL-10", "media_ports_start", site.media_ports.start, "Media port range start"),
            ("GLOBAL-10", "media_ports_end", site.media_ports.end, "Media port range end"),
            ("GLOBAL-12", "sip_tls_cert_verify_mode", "ON", "SIP TLS certificate verification"),
            ("GLOBAL-13", "legacy_api_http", False, "HTTP access for external systems"),
            ("GLOBAL-15", "session_timeout_enabled", True, "Management session timeout"),
            (
                "GLOBAL-16",
                "management_session_timeout",
                site.session_timeout_minutes,
                "Management session timeout (minutes)",
            ),
        ),
        *_ocsp(site),
        *_banner(site),
        Wanted("enable_ssh", value=False, setting="Enable SSH", requirement="GLOBAL-07", last=True),
    )


def _wanted(*rows: tuple[str, str, Any, str]) -> Iterator[Wanted]:
    for requirement, field, value, setting in rows:
        yield Wanted(field, value, setting, requirement)


def _ocsp(site: Site) -> Iterator[Wanted]:
    """Override needs a responder: without one it is left as it is."""
    if site.ocsp_responder_url:
        yield Wanted("ocsp_state", "OVERRIDE", "OCSP state", "GLOBAL-11")
        yield Wanted(
            "ocsp_responder_url", site.ocsp_responder_url, "OCSP responder URL", "GLOBAL-11"
        )


def _banner(site: Site) -> Iterator[Wanted]:
    if site.login_banner:
        yield Wanted("logon_banner", site.login_banner, "Login banner text", "GLOBAL-14")


def node_settings(
    snmp: SnmpCredentials | None, *, snmp_in_use: bool | None = None
) -> tuple[Wanted, ...]:
    """Wanted values of the Management Node and of every Conferencing Node.

    Args:
        snmp: user, passwords and community.
        snmp_in_use: whether the node's agent takes these passwords; None where that is not known.
    """
    return (
        *(_snmp_settings(snmp, in_use=snmp_in_use) if snmp else ()),
        Wanted("enable_ssh", "GLOBAL", "Enable SSH", "GLOBAL-07", accepted=("OFF",), last=True),
    )


def _snmp_settings(snmp: SnmpCredentials, *, in_use: bool | None) -> Iterator[Wanted]:
    yield Wanted("snmp_mode", "AUTHPRIV", "SNMP mode", "SNMP-01", group=_SNMP)
    yield Wanted("snmp_username", snmp.username, "SNMPv3 username", "SNMP-02", group=_SNMP)
    for field, password in (
        ("snmp_authentication_password", snmp.authentication_password),
        ("snmp_privacy_password", snmp.privacy_password),
    ):
        yield Wanted(
            field,
            password.reveal(),
            field.removeprefix("snmp_").replace("_", " "),
            "SNMP-02",
            secret=True,
            readable=False,
            group=_SNMP,
            in_use=in_use,
        )
    if snmp.community:
        community = snmp.community.reveal()
        yield Wanted("snmp_community", community, "SNMP community", "SNMP-03", secret=True)


def location_settings(site: Site) -> tuple[Wanted, ...]:
    """Wanted values of every system location."""
    return (
        Wanted("media_qos", site.dscp.media, "DSCP of media", "LOC-01"),
        Wanted("signalling_qos", site.dscp.signalling, "DSCP of signalling", "LOC-02"),
        Wanted("mtu", site.mtu_bytes, "MTU", "LOC-03"),
    )


def left_alone(environment: Environment) -> list[str]:
    """What the environment does not state, so that this set-up cannot bring it about."""
    site, snmp = environment.site, environment.credentials.snmp
    reasons = (
        (site.ocsp_responder_url, "site.ocsp_responder_url is not stated: OCSP is left as it is."),
        (site.login_banner, "site.login_banner is not stated: the banner is left as it is."),
        (snmp, "credentials.snmp is not stated: SNMP is left as it is."),
        (
            snmp is None or snmp.community,
            "credentials.snmp.community is not stated: communities are left as they are.",
        ),
    )
    return [reason for stated, reason in reasons if not stated]
