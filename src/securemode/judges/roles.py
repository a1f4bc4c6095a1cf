"""Administrator roles and what gives them to people, as configured; permissions go by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from securemode.verdicts import Judgement, deviates, statement, unclear

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.judges.configuration import Row
    from securemode.observations.configuration import ConfigurationRows

SENSITIVE = (
    "May view logs",
    "May generate system snapshot",
    "May create/delete packet capture",
    "May download packet capture",
    "May create/delete system backup",
    "May download system backup",
)
"""Permissions that the guide takes from everybody but the auditor."""

AUDITORS = ("Is an administrator", "May use web interface", "May use API", *SENSITIVE)
"""All that the auditor holds."""

PREDEFINED_GROUPS = frozenset(
    {
        *("account operators", "administrators", "allowed rodc password replication group"),
        *("backup operators", "cert publishers", "cloneable domain controllers"),
        *("denied rodc password replication group", "dnsadmins", "dnsupdateproxy"),
        *("domain admins", "domain computers", "domain controllers", "domain guests"),
        *("domain users", "enterprise admins", "enterprise key admins"),
        *("enterprise read-only domain controllers", "group policy creator owners", "guests"),
        *("key admins", "print operators", "protected users", "ras and ias servers"),
        *("read-only domain controllers", "remote desktop users", "replicator"),
        *("schema admins", "server operators", "users"),
    }
)
"""Groups that every directory of Microsoft's has from the start, lower case."""


def role_lacks_sensitive_permissions(
    roles: ConfigurationRows, permissions: ConfigurationRows, *, role: str
) -> Judgement:
    """A default role exists and holds none of the six permissions that are the auditor's."""
    expected = f'a role "{role}" with none of the six permissions of the auditor'
    held = _held(roles, permissions, role, expected, SENSITIVE)
    if isinstance(held, Judgement):
        return held
    kept = [name for name in SENSITIVE if name in held]
    return statement(
        good=not kept,
        what=f'has a role "{role}" without the permissions of the auditor',
        otherwise=f'has a role "{role}" with permissions of the auditor',
        expected=expected,
        saw=", ".join(kept) or f"none of the six among its {len(held)} permissions",
    )


def auditor_holds_exactly(roles: ConfigurationRows, permissions: ConfigurationRows) -> Judgement:
    """The Auditor role exists and holds the nine permissions of the guide, no more and no fewer."""
    expected = "exactly the nine permissions that the guide lists"
    held = _held(roles, permissions, "Auditor", expected, AUDITORS)
    if isinstance(held, Judgement):
        return held
    lacking = [f"without {name}" for name in AUDITORS if name not in held]
    beyond = [f"also {name}" for name in sorted(held) if name not in AUDITORS]
    return statement(
        good=not lacking and not beyond,
        what='has a role "Auditor" as the guide describes it',
        otherwise='has a role "Auditor" that differs from the guide',
        expected=expected,
        saw=", ".join((*lacking, *beyond)) or "these nine",
    )


def _held(
    roles: ConfigurationRows,
    permissions: ConfigurationRows,
    role: str,
    expected: str,
    named: Iterable[str],
) -> frozenset[str] | Judgement:
    """Names of the permissions of a role, or what keeps us from them."""
    names = {_key(row): str(row.get("name")) for row in permissions.rows}
    if unknown := [name for name in named if name not in names.values()]:
        return unclear(
            "does not know a permission that the guide names",
            expected=expected,
            saw=f"no permission called {', '.join(unknown)}",
            next_step="compare Users & Devices > Administrator roles with the guide by hand.",
        )
    rows = [row for row in roles.rows if row.get("name") == role]
    if not rows:
        seen = ", ".join(sorted(str(row.get("name")) for row in roles.rows)) or "no roles"
        return deviates(f'has no role "{role}"', expected=expected, saw=seen)
    held = rows[0].get("permissions") or ()
    return frozenset(names.get(_key(entry), str(entry)) for entry in held)


def _key(entry: Any) -> str:
    """The last part of the URI of an object, embedded or referred to; else its id."""
    if isinstance(entry, dict):
        entry = entry.get("resource_uri") or entry.get("id")
    return str(entry).rstrip("/").rpartition("/")[2]


def _mappings(newer: ConfigurationRows, older: ConfigurationRows) -> list[tuple[Row, str]] | None:
    """LDAP mappings with their groups, from whichever resource this version has."""
    if newer.served:
        rows = [row for row in newer.rows if row.get("source", "LDAP") == "LDAP"]
        return [(row, str(row.get("value"))) for row in rows]
    if older.served:
        return [(row, str(row.get("ldap_group_dn"))) for row in older.rows]
    return None


def every_role_is_mapped(
    roles: ConfigurationRows, newer: ConfigurationRows, older: ConfigurationRows
) -> Judgement:
    """Every administrator role is given to at least one LDAP group.

    Args:
        roles: `role`.
        newer: `role_mapping`, since version 35.
        older: `ldap_role`, which later versions keep beside it.
    """
    expected = "every role mapped to at least one LDAP group"
    mappings = _mappings(newer, older)
    if mappings is None or not roles.rows:
        return _no_mappings(expected, "roles" if mappings is not None else "role mappings")
    mapped = {_key(role) for row, _ in mappings for role in row.get("roles") or ()}
    bare = sorted(str(row.get("name")) for row in roles.rows if _key(row) not in mapped)
    return statement(
        good=not bare,
        what="maps every role to an LDAP group",
        otherwise="has roles that no LDAP group is mapped to",
        expected=expected,
        saw=f"no group for {', '.join(bare)}" if bare else f"{len(mappings)} mappings",
    )


def mapped_groups_are_custom(newer: ConfigurationRows, older: ConfigurationRows) -> Judgement:
    """No role is given to a group that the directory had from the start."""
    expected = "custom groups only"
    mappings = _mappings(newer, older)
    if not mappings:
        return _no_mappings(expected, "role mappings")
    ready_made = sorted(group for _, group in mappings if _is_predefined(group))
    return statement(
        good=not ready_made,
        what="maps roles to custom LDAP groups only",
        otherwise="maps roles to LDAP groups that the directory pre-defines",
        expected=expected,
        saw="; ".join(ready_made) or "; ".join(sorted(group for _, group in mappings)),
    )


def _no_mappings(expected: str, what: str) -> Judgement:
    return unclear(
        f"shows no {what}",
        expected=expected,
        saw=f"no {what}",
        next_step="look at Users & Devices > LDAP role mappings.",
    )


def _is_predefined(dn: str) -> bool:
    """Whether the first name of a DN is a pre-defined group's, or its container is Builtin."""
    parts = [part.strip().lower() for part in re.split(r"(?<!\\),", dn)]
    names = [part.partition("=")[2].strip() for part in parts]
    return names[0] in PREDEFINED_GROUPS or "cn=builtin" in parts[1:]
