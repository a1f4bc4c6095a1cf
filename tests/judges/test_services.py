from __future__ import annotations

from typing import Any

import pytest

from securemode.judges.configuration_overrides import (
    no_service_lowers_encryption,
    ssh_is_not_overridden,
)
from securemode.judges.services import (
    SERVER_KINDS,
    ntp_keys_are_set,
    servers_are_used,
    snmp_community_is_changed,
    snmp_credentials_are_set,
    snmp_mode_is_v3,
)
from securemode.observations.configuration import ConfigurationRows
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

CONF1 = Node(name="conf1", role=Role.CONFERENCING, ipv4="192.0.2.21", fqdn="conf1.example.com")
DNS, NTP, SYSLOG = (SERVER_KINDS[name] for name in ("DNS", "NTP", "syslog"))


def rows_of(resource: str, *rows: dict[str, Any], served: bool = True) -> ConfigurationRows:
    return ConfigurationRows(resource, "2026-11-23T12:00:00Z", served=served, rows=rows)


def node_with(**fields: Any) -> ConfigurationRows:
    return rows_of("worker_vm", {"name": "conf0", **fields}, {"name": "conf1", **fields})


@pytest.mark.parametrize(
    ("fields", "verdict", "saw"),
    [
        ({"enable_ssh": "GLOBAL"}, Verdict.PASS, "GLOBAL"),
        ({"enable_ssh": "OFF"}, Verdict.PASS, "OFF"),
        ({"enable_ssh": "ON"}, Verdict.FAIL, "ON"),
        ({"enable_ssh": None}, Verdict.FAIL, "None"),
        ({}, Verdict.INCONCLUSIVE, "no field enable_ssh in worker_vm"),
    ],
)
def test_ssh_of_a_node(fields: dict[str, Any], verdict: Verdict, saw: str) -> None:
    said = ssh_is_not_overridden(node_with(**fields), node=CONF1)
    assert (said.verdict, said.saw) == (verdict, saw)


@pytest.mark.parametrize(
    ("mode", "verdict", "what"),
    [
        ("AUTHPRIV", Verdict.PASS, 'has "SNMP mode" at SNMPv3 read-only'),
        ("STANDARD", Verdict.FAIL, 'has "SNMP mode" at SNMPv2c read-only'),
        ("DISABLED", Verdict.FAIL, 'has "SNMP mode" at Off'),
        ("NEW", Verdict.FAIL, 'has "SNMP mode" at NEW'),
    ],
)
def test_snmp_mode(mode: str, verdict: Verdict, what: str) -> None:
    said = snmp_mode_is_v3(node_with(snmp_mode=mode), node=CONF1)
    assert (said.verdict, said.what, said.expected) == (verdict, what, "SNMPv3 read-only")


@pytest.mark.parametrize(
    ("shown", "passwords", "username", "verdict", "saw"),
    [
        ("u", ("set", "set"), "u", Verdict.PASS, 'user name "u", both passwords set'),
        ("u", ("set", "set"), None, Verdict.PASS, 'user name "u", both passwords set'),
        ("v", ("set", "set"), "u", Verdict.FAIL, 'user name "v", both passwords set'),
        ("", ("set", "set"), None, Verdict.FAIL, "no user name, both passwords set"),
        (
            "u",
            ("blank", "absent"),
            "u",
            Verdict.PASS,
            (
                'user name "u", the product does not show whether it has the authentication '
                "password and the privacy password"
            ),
        ),
        (
            "u",
            ("set", "blank"),
            "u",
            Verdict.PASS,
            'user name "u", the product does not show whether it has the privacy password',
        ),
    ],
)
def test_snmp_credentials(
    *, shown: str, passwords: tuple[str, str], username: str | None, verdict: Verdict, saw: str
) -> None:
    seen = node_with(
        snmp_username=shown,
        snmp_authentication_password=passwords[0],
        snmp_privacy_password=passwords[1],
    )
    said = snmp_credentials_are_set(seen, node=CONF1, username=username)
    assert (said.verdict, said.saw) == (verdict, saw)


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"snmp_community": "public"}, Verdict.FAIL),
        ({"snmp_community": "set"}, Verdict.PASS),
        ({"snmp_community": "blank"}, Verdict.INCONCLUSIVE),
        ({}, Verdict.INCONCLUSIVE),
    ],
)
def test_snmp_community(fields: dict[str, Any], verdict: Verdict) -> None:
    assert snmp_community_is_changed(node_with(**fields), node=CONF1).verdict is verdict


@pytest.mark.parametrize(
    "row",
    [
        {"name": "conf1"},
        {"name": "Room 1", "hostname": "conf1", "domain": "example.com"},
        {"name": "Room 1", "alternative_fqdn": "conf1.example.com"},
        {"name": "Room 1", "address": "192.0.2.21"},
    ],
)
def test_a_node_is_found_by_name_by_fqdn_and_by_address(row: dict[str, Any]) -> None:
    seen = rows_of("worker_vm", {"name": "x"}, {**row, "snmp_mode": "AUTHPRIV"})
    assert snmp_mode_is_v3(seen, node=CONF1).verdict is Verdict.PASS


@pytest.mark.parametrize("rows", [(), ({"name": "x"},), ({"name": "conf1"}, {"name": "conf1"})])
def test_a_node_that_is_not_found_once(rows: tuple[dict[str, Any], ...]) -> None:
    said = snmp_mode_is_v3(rows_of("worker_vm", *rows), node=CONF1)
    assert said.verdict is Verdict.INCONCLUSIVE
    assert said.what == "is not found among the objects of worker_vm"


A, B = ({"id": n, "address": f"192.0.2.{n}"} for n in (1, 2))


def used(kind: str, management: Any, *locations: Any) -> tuple[ConfigurationRows, ...]:
    rows = [{"name": f"l{n}"} | location for n, location in enumerate(locations)]
    return rows_of("management_vm", {f"{kind}_servers": management}), rows_of(
        "system_location", *rows
    )


@pytest.mark.parametrize(
    ("servers", "users", "verdict", "saw"),
    [
        (
            (A, B),
            used("dns", [A, B], {"dns_servers": [A, B]}),
            Verdict.PASS,
            "2 configured, 2 used by the Management Node, 2 used by location l0",
        ),
        (
            (A, B),
            used("dns", ["/dns/1/", "/dns/2/"], {"dns_servers": ["/dns/1/", "/dns/2/"]}),
            Verdict.PASS,
            "2 configured, 2 used by the Management Node, 2 used by location l0",
        ),
        ((A,), used("dns", [A, B]), Verdict.FAIL, "1 configured"),
        ((A, dict(A, id=3)), used("dns", [A, B]), Verdict.FAIL, "1 configured"),
        ((A, B), used("dns", [A]), Verdict.FAIL, "1 used by the Management Node"),
        (
            (A, B),
            used("dns", [A, B], {"dns_servers": [A, B]}, {"dns_servers": [A, A]}),
            Verdict.FAIL,
            "1 used by location l1",
        ),
        (
            (A, B),
            used("dns", [A, B], {}),
            Verdict.INCONCLUSIVE,
            "no field dns_servers in system_location",
        ),
    ],
)
def test_dns_servers(
    servers: tuple[dict[str, Any], ...],
    users: tuple[ConfigurationRows, ConfigurationRows],
    verdict: Verdict,
    saw: str,
) -> None:
    said = servers_are_used(rows_of("dns_server", *servers), *users, kind=DNS)
    assert (said.verdict, said.saw) == (verdict, saw)


def test_one_syslog_server_is_enough_and_old_locations_use_all() -> None:
    users = used("syslog", [A], {})
    assert (
        servers_are_used(rows_of("syslog_server", A), *users, kind=SYSLOG).verdict is Verdict.PASS
    )
    said = servers_are_used(rows_of("syslog_server"), *used("syslog", []), kind=SYSLOG)
    assert (said.verdict, said.saw) == (
        Verdict.FAIL,
        "0 configured, 0 used by the Management Node",
    )


@pytest.mark.parametrize(
    ("rows", "verdict", "saw"),
    [
        ((), Verdict.FAIL, "no NTP server"),
        (({"address": "a", "key_id": 1, "key": "set"},), Verdict.PASS, "key 1 on a"),
        (({"address": "a", "key_id": None, "key": "set"},), Verdict.FAIL, "no key id on a"),
        (
            ({"address": "a", "key_id": 1, "key": "set"}, {"address": "b", "key_id": None}),
            Verdict.FAIL,
            "no key id on b",
        ),
        (
            ({"address": "a", "key_id": 1, "key": "blank"},),
            Verdict.INCONCLUSIVE,
            "key ids on all, keys not shown of a",
        ),
    ],
)
def test_ntp_keys(rows: tuple[dict[str, Any], ...], verdict: Verdict, saw: str) -> None:
    said = ntp_keys_are_set(rows_of("ntp_server", *rows))
    assert (said.verdict, said.saw) == (verdict, saw)


@pytest.mark.parametrize(
    ("modes", "verdict", "saw"),
    [
        ((), Verdict.PASS, "0 services, none overrides it"),
        (("", "on", None), Verdict.PASS, "3 services, none overrides it"),
        (("", "besteffort"), Verdict.FAIL, "s1 (besteffort)"),
        (
            ("off",) * 7,
            Verdict.FAIL,
            "s0 (off), s1 (off), s2 (off), s3 (off), s4 (off) and 2 more",
        ),
    ],
)
def test_services_with_an_encryption_of_their_own(
    modes: tuple[str | None, ...], verdict: Verdict, saw: str
) -> None:
    rows = [{"name": f"s{n}", "crypto_mode": mode} for n, mode in enumerate(modes)]
    said = no_service_lowers_encryption(
        rows_of("conference", *rows), rows_of("gateway_routing_rule", served=False)
    )
    assert (said.verdict, said.saw) == (verdict, saw)


def test_services_that_the_product_does_not_show() -> None:
    said = no_service_lowers_encryption(rows_of("conference", served=False))
    assert said.verdict is Verdict.INCONCLUSIVE
