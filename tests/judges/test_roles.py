from __future__ import annotations

from typing import Any

import pytest

from securemode.judges.configuration_addresses import ipv6_is_configured
from securemode.judges.configuration_backups import a_backup_is_recent
from securemode.judges.roles import (
    AUDITORS,
    SENSITIVE,
    auditor_holds_exactly,
    every_role_is_mapped,
    mapped_groups_are_custom,
    role_lacks_sensitive_permissions,
)
from securemode.observations.configuration import ConfigurationRows
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

OTHER = "May do something else"
ROOT = "/api/admin/configuration/v1"


def rows_of(resource: str, *rows: dict[str, Any], served: bool = True) -> ConfigurationRows:
    return ConfigurationRows(resource, "2026-11-23T12:00:00Z", served=served, rows=rows)


PERMISSIONS = rows_of(
    "permission",
    *(
        {"id": n, "name": name, "resource_uri": f"{ROOT}/permission/{n}/"}
        for n, name in enumerate((*AUDITORS, OTHER), 1)
    ),
)
URIS = {row["name"]: row["resource_uri"] for row in PERMISSIONS.rows}


def role(name: str, *permissions: str, embedded: bool = True) -> ConfigurationRows:
    held = [{"name": p, "resource_uri": URIS[p]} if embedded else URIS[p] for p in permissions]
    return rows_of("role", {"id": 1, "name": name, "permissions": held})


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize(
    ("held", "verdict", "saw"),
    [
        ((OTHER,), Verdict.PASS, "none of the six among its 1 permissions"),
        ((), Verdict.PASS, "none of the six among its 0 permissions"),
        ((OTHER, "May view logs"), Verdict.FAIL, "May view logs"),
        (SENSITIVE, Verdict.FAIL, ", ".join(SENSITIVE)),
    ],
)
def test_a_default_role(
    *, held: tuple[str, ...], verdict: Verdict, saw: str, embedded: bool
) -> None:
    said = role_lacks_sensitive_permissions(
        role("Read-only", *held, embedded=embedded), PERMISSIONS, role="Read-only"
    )
    assert (said.verdict, said.saw) == (verdict, saw)


def test_a_role_that_is_not_there() -> None:
    said = role_lacks_sensitive_permissions(role("Other"), PERMISSIONS, role="Read-only")
    assert (said.verdict, said.what, said.saw) == (Verdict.FAIL, 'has no role "Read-only"', "Other")


def test_a_permission_of_the_guide_that_the_product_does_not_know() -> None:
    fewer = rows_of("permission", *PERMISSIONS.rows[:-2])
    said = role_lacks_sensitive_permissions(role("Read-only"), fewer, role="Read-only")
    assert said.verdict is Verdict.INCONCLUSIVE
    assert said.saw == "no permission called May download system backup"


@pytest.mark.parametrize(
    ("held", "verdict", "saw"),
    [
        (AUDITORS, Verdict.PASS, "these nine"),
        ((*AUDITORS, OTHER), Verdict.FAIL, f"also {OTHER}"),
        (AUDITORS[1:], Verdict.FAIL, "without Is an administrator"),
    ],
)
def test_the_auditor(held: tuple[str, ...], verdict: Verdict, saw: str) -> None:
    said = auditor_holds_exactly(role("Auditor", *held), PERMISSIONS)
    assert (said.verdict, said.saw) == (verdict, saw)


ROLES = rows_of(
    "role",
    {"name": "Read-only", "resource_uri": f"{ROOT}/role/1/"},
    {"name": "Auditor", "resource_uri": f"{ROOT}/role/2/"},
)
MISSING = rows_of("x", served=False)
BOTH = [f"{ROOT}/role/1/", f"{ROOT}/role/2/"]


def mapping(*roles: str, source: str = "LDAP", value: str = "cn=x") -> dict[str, Any]:
    return {"roles": list(roles), "source": source, "value": value}


@pytest.mark.parametrize(
    ("newer", "older", "verdict", "saw"),
    [
        (rows_of("role_mapping", mapping(*BOTH)), MISSING, Verdict.PASS, "1 mappings"),
        (
            rows_of("role_mapping", mapping(BOTH[0])),
            MISSING,
            Verdict.FAIL,
            "no group for Auditor",
        ),
        (
            rows_of("role_mapping", mapping(*BOTH, source="OIDC")),
            rows_of("ldap_role", {"roles": BOTH}),
            Verdict.FAIL,
            "no group for Auditor, Read-only",
        ),
        (MISSING, rows_of("ldap_role", {"roles": BOTH}), Verdict.PASS, "1 mappings"),
        (MISSING, rows_of("ldap_role"), Verdict.FAIL, "no group for Auditor, Read-only"),
        (MISSING, MISSING, Verdict.INCONCLUSIVE, "no role mappings"),
    ],
)
def test_roles_and_groups(
    newer: ConfigurationRows, older: ConfigurationRows, verdict: Verdict, saw: str
) -> None:
    said = every_role_is_mapped(ROLES, newer, older)
    assert (said.verdict, said.saw) == (verdict, saw)


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        ("CN=Pexip Auditors,OU=Groups,DC=example,DC=com", Verdict.PASS),
        ("CN=Domain Users,CN=Users,DC=example,DC=com", Verdict.FAIL),
        ("cn=domain admins,cn=users,dc=example,dc=com", Verdict.FAIL),
        ("CN=Anything,CN=Builtin,DC=example,DC=com", Verdict.FAIL),
        (r"CN=Users\, Domain,OU=Groups,DC=example,DC=com", Verdict.PASS),
    ],
)
def test_groups(group: str, verdict: Verdict) -> None:
    said = mapped_groups_are_custom(rows_of("role_mapping", mapping(value=group)), MISSING)
    assert (said.verdict, said.saw) == (verdict, group)


@pytest.mark.parametrize(
    ("dates", "verdict", "saw"),
    [
        ((), Verdict.FAIL, "no backup"),
        (("2026-11-20T12:00:00", "2026-01-01T00:00:00"), Verdict.PASS, "the newest of 2 is 3.0"),
        (("2026-11-15T12:00:00.5",), Verdict.FAIL, "the newest of 1 is 8.0"),
        (("2026-11-23T13:00:00",), Verdict.PASS, "the newest of 1 is 0.0"),
        (("2027-11-23T13:00:00",), Verdict.INCONCLUSIVE, "2027-11-23T13:00:00"),
        (("yesterday",), Verdict.INCONCLUSIVE, "yesterday"),
    ],
)
def test_backups(dates: tuple[str, ...], verdict: Verdict, saw: str) -> None:
    rows = [{"date": date} for date in dates]
    said = a_backup_is_recent(rows_of("system_backup", *rows), age_days=7)
    assert said.verdict is verdict
    assert said.saw.startswith(saw)


@pytest.mark.parametrize(
    ("address", "gateway", "verdict"),
    [
        ("2001:DB8:0::10", "2001:db8::1", Verdict.PASS),
        ("2001:db8::11", "2001:db8::1", Verdict.FAIL),
        ("2001:db8::10", "2001:db8::2", Verdict.FAIL),
        ("2001:db8::10", None, Verdict.FAIL),
        ("", "", Verdict.FAIL),
    ],
)
def test_ipv6(address: str, gateway: str | None, verdict: Verdict) -> None:
    node = Node(name="mgmt", role=Role.MANAGEMENT, ipv6="2001:db8::10")
    row = {"name": "mgmt", "ipv6_address": address, "ipv6_gateway": gateway}
    said = ipv6_is_configured(rows_of("management_vm", row), node=node, gateway="2001:DB8::1")
    assert said.verdict is verdict


def test_any_ipv6_gateway_will_do_where_the_site_states_none() -> None:
    node = Node(name="mgmt", role=Role.MANAGEMENT, ipv6="2001:db8::10")
    row = {"name": "mgmt", "ipv6_address": node.ipv6, "ipv6_gateway": "2001:db8::7"}
    assert ipv6_is_configured(rows_of("management_vm", row), node=node).verdict is Verdict.PASS
