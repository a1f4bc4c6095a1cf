from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.behaviour import ClosedPorts
from securemode_lab.appliance.derive import Configuration, Kind, NodeBehaviour, behaviour
from securemode_lab.appliance.listeners import Service, endpoints
from securemode_lab.appliance.store import Store
from securemode_lab.appliance.variants import defaults
from securemode_lab.appliance.wiring import wire

OLD = {"TLSv1", "TLSv1_1"}
MODERN = {"TLSv1_2", "TLSv1_3"}
STORE = Store()
LOCATION = STORE.insert("system_location", {"name": "somewhere"})
WORKER = STORE.insert(
    "worker_vm",
    {
        "name": "conf1",
        "hostname": "conf1",
        "domain": "lab.example",
        "address": "198.51.100.21",
        "netmask": "255.255.254.0",
        "gateway": "198.51.100.1",
        "system_location": LOCATION,
    },
)


def conferencing(
    settings: dict[str, Any] | None = None,
    node: dict[str, Any] | None = None,
    location: dict[str, Any] | None = None,
    variants: dict[str, str] | None = None,
    **answers: Any,
) -> NodeBehaviour:
    configuration = Configuration(
        STORE.get("global", 1) | (settings or {}),
        STORE.get("worker_vm", WORKER) | (node or {}),
        STORE.get("system_location", LOCATION) | (location or {}),
    )
    known = defaults() | (variants or {})
    return behaviour(Kind.CONFERENCING, configuration, replace(Answers(), **answers), known)


def management(node: dict[str, Any] | None = None, **answers: Any) -> NodeBehaviour:
    configuration = Configuration(
        STORE.get("global", 1), STORE.get("management_vm", 1) | (node or {}), {}
    )
    return behaviour(Kind.MANAGEMENT, configuration, replace(Answers(), **answers), defaults())


def _ports(seen: NodeBehaviour) -> dict[Service, int]:
    return {endpoint.service: endpoint.port for endpoint in endpoints(seen)}


def test_factory_state_of_a_conferencing_node() -> None:
    assert _ports(conferencing()) == {
        Service.HTTPS: 443,
        Service.HTTP: 80,
        Service.SSH: 22,
        Service.SIP_TCP: 5060,
        Service.SIP_TLS: 5061,
        Service.H323: 1720,
        Service.RAS: 1719,
    }


def test_factory_state_of_the_management_node() -> None:
    assert _ports(management()) == {Service.HTTPS: 443, Service.HTTP: 80, Service.SSH: 22}


@pytest.mark.parametrize(
    ("settings", "closed"),
    [
        ({"enable_sip": False}, {Service.SIP_TCP, Service.SIP_TLS}),
        ({"enable_sip": False, "enable_sip_udp": True}, {Service.SIP_TCP, Service.SIP_TLS}),
        ({"enable_h323": False}, {Service.H323, Service.RAS}),
        ({"enable_ssh": False}, {Service.SSH}),
    ],
)
def test_what_is_switched_off_does_not_listen(
    settings: dict[str, bool], closed: set[Service]
) -> None:
    assert set(_ports(conferencing())) - set(_ports(conferencing(settings))) == closed


def test_sip_listens_where_the_wizard_says() -> None:
    seen = conferencing(
        {"enable_sip_udp": True}, sip_udp_port=5070, sip_tcp_port=5071, sip_tls_port=5072
    )
    assert (seen.sip_udp, seen.sip_tcp, seen.sip_tls) == (5070, 5071, 5072)


@pytest.mark.parametrize(
    ("everywhere", "own", "listens"),
    [
        (True, "GLOBAL", True),
        (True, "ON", True),
        (True, "OFF", False),
        (False, "GLOBAL", False),
        (False, "ON", True),
        (False, "OFF", False),
    ],
)
def test_ssh_of_the_node_wins(*, everywhere: bool, own: str, listens: bool) -> None:
    assert conferencing({"enable_ssh": everywhere}, {"enable_ssh": own}).ssh is listens


def test_a_disabled_administrator_account_ends_logins_only() -> None:
    seen = conferencing(disable_admin_account=True)
    assert (seen.ssh, seen.ssh_logins) == (True, False)


@pytest.mark.parametrize(
    ("answers", "variants", "https", "sip"),
    [
        ({}, {}, MODERN, MODERN),
        ({"enable_tls1": True}, {}, MODERN, MODERN | OLD),
        (
            {"enable_tls1": True},
            {"enable_tls1_covers": "every port"},
            MODERN | OLD,
            MODERN | OLD,
        ),
        ({"permit_https_old_tls": True}, {}, MODERN | OLD, MODERN),
    ],
)
def test_tls_versions(
    answers: dict[str, Any], variants: dict[str, str], https: set[str], sip: set[str]
) -> None:
    seen = conferencing(None, None, None, variants, **answers)
    assert set(seen.https.versions) == https
    assert set(seen.sip.versions) == sip


def test_suites_follow_the_wizard() -> None:
    plain = conferencing().https
    assert "AES128-SHA" not in plain.ciphers.split(":")
    assert "ECDHE-RSA-AES128-SHA256" in plain.ciphers
    assert "CHACHA20" in plain.ciphers
    assert "AES128-SHA" in conferencing(enable_aes128_sha=True).sip.ciphers.split(":")
    without = conferencing(enable_tls12_cbc=False).https.ciphers.split(":")
    assert all("GCM" in name or "CHACHA20" in name for name in without)


def test_fips_mode_leaves_aes_and_nist_curves() -> None:
    seen = conferencing(fips_mode=True)
    for tls in (seen.https, seen.sip):
        assert "CHACHA20" not in tls.ciphers + tls.ciphersuites
        assert "X25519" not in tls.groups
        assert "X448" not in tls.groups


def test_closed_ports() -> None:
    assert conferencing().closed_ports is ClosedPorts.DROP
    assert conferencing(drop_not_reject=False).closed_ports is ClosedPorts.RESET
    icmp = conferencing(variants={"reject_with": "icmp"}, drop_not_reject=False)
    assert icmp.closed_ports is ClosedPorts.ICMP


def test_headers() -> None:
    seen = dict(conferencing().headers.values)
    assert seen["Referrer-Policy"] == "same-origin"
    assert "preload" not in seen["Strict-Transport-Security"]
    assert seen["Content-Security-Policy"].startswith("upgrade-insecure-requests;")
    assert "Content-Security-Policy" not in dict(management().headers.values)
    other = dict(
        conferencing(
            {"content_security_policy_state": False},
            enable_referrer_policy=False,
            enable_hsts_preload=True,
            enable_frame_deny=False,
        ).headers.values
    )
    assert set(other) == {"Strict-Transport-Security", "X-Content-Type-Options"}
    assert other["Strict-Transport-Security"].endswith("; preload")


def test_marks_and_mtu_come_from_where_the_product_keeps_them() -> None:
    seen = conferencing(
        {"management_qos": 16}, location={"media_qos": 51, "signalling_qos": 40, "mtu": 1400}
    )
    assert (seen.management_dscp, seen.media_dscp, seen.signalling_dscp) == (16, 51, 40)
    assert seen.mtu_bytes == 1400
    assert conferencing({"management_qos": None}).management_dscp == 0
    assert management({"mtu": 1450}).mtu_bytes == 1450


def test_signalling_ports_are_marked_before_everything_else() -> None:
    seen = conferencing({"management_qos": 16}, location={"signalling_qos": 40})
    marks = wire(seen, endpoints(seen)).rules.marks
    assert {mark.port for mark in marks[:-1]} == {5060, 5061, 1720, 1719, 33000, 40000}
    assert {mark.dscp for mark in marks[:-1]} == {40, 0}
    assert (marks[-1].port, marks[-1].dscp) == (None, 16)
    assert wire(conferencing(), ()).rules.marks == ()


def test_ipv6_answers() -> None:
    seen = conferencing(icmpv6_redirects=True, icmpv6_echo_requests=False, ipv6_dad_transmits=False)
    assert (seen.redirects, seen.multicast_echo, seen.duplicate_address_detection) == (
        True,
        False,
        False,
    )


def test_snmp_and_sessions() -> None:
    row = {
        "snmp_mode": "AUTHPRIV",
        "snmp_username": "monitor",
        "snmp_authentication_password": "a password",
        "snmp_privacy_password": "another one",
        "snmp_community": "secret",
    }
    seen = conferencing(node=row, web_global_session_limit=100, web_per_user_session_limit=10)
    assert (seen.snmp.mode, seen.snmp.username, seen.snmp.community) == (
        "AUTHPRIV",
        "monitor",
        "secret",
    )
    assert (seen.sessions_total, seen.sessions_per_user) == (100, 10)
    assert _ports(seen)[Service.SNMP] == 161


def test_the_client_api_is_a_conferencing_node_s() -> None:
    assert conferencing().client_api
    assert not conferencing({"enable_application_api": False}).client_api
    assert not management().client_api
