"""The directory of the administrators: how the product asks it, and which group gives which role.

The local database stays a source beside the directory, so that the local administrator can get in
throughout. The password of the directory account cannot be read back: it is written where the
product shows none, and whenever server or user name is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.errors import SetupFailed, UnexpectedAnswer
from securemode.infinity.answers import NoSuchResource
from securemode.infinity.client import key_of, object_path
from securemode.setups.differences import Wanted, differences, patches
from securemode.setups.edits import Plan
from securemode.setups.roles import AUDITOR
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from securemode.environment.models import Environment, LdapSite
    from securemode.environment.secret import Secret
    from securemode.infinity.client import ManagementApi, ManagementWriter, Row, Rows

WHERE = "administrator authentication"
MAPPINGS = "LDAP role mappings"
_BIND = "bind"
_LDAP = "LDAP"


def directory(environment: Environment, api: ManagementApi) -> Plan:
    """Settings and role mappings that differ; mappings come first, so that nobody gets in without.

    Raises:
        SetupFailed: the site gives a group a role that the product does not have.

    Source: guide, "Administrator authentication".
    """
    ldap, password = environment.site.ldap, environment.credentials.ldap_bind_password
    if ldap is None:
        return Plan(notes=("site.ldap is not stated: administrators are looked up as before.",))
    found = _Mappings.read(api)
    found.require_roles(ldap)
    settings = (
        difference
        for row in api.list("authentication")
        for difference in differences("authentication", WHERE, row, _settings(ldap, password))
    )
    notes = [*found.unstated(ldap)]
    if password is None:
        notes.append("credentials.ldap_bind_password is not stated: it is left as it is.")
    if not ldap.groups:
        notes.append("site.ldap.groups is not stated: role mappings are left as they are.")
    return Plan(edits=(*found.edits(ldap), *patches(settings)), notes=tuple(notes))


def _settings(ldap: LdapSite, password: Secret | None) -> tuple[Wanted, ...]:
    secret = (
        Wanted(
            "ldap_bind_password",
            password.reveal(),
            "LDAP bind password",
            "LDAP-02",
            secret=True,
            readable=False,
            group=_BIND,
        )
        if password
        else None
    )
    return (
        Wanted("source", "LDAP+LOCAL", "Authentication source", "LDAP-01"),
        Wanted("ldap_server", ldap.server, "LDAP server address", "LDAP-02", group=_BIND),
        Wanted("ldap_base_dn", ldap.base_dn, "LDAP base DN", "LDAP-02"),
        Wanted(
            "ldap_bind_username", ldap.bind_username, "LDAP bind username", "LDAP-02", group=_BIND
        ),
        *((secret,) if secret else ()),
        Wanted(
            "ldap_permit_no_tls",
            value=False,
            setting="Permit LDAP without TLS",
            requirement="LDAP-03",
        ),
    )


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """The roles that members of one group are to have.

    Attributes:
        resource: "role_mapping", or "ldap_role" in versions without it.
        key: of the existing mapping, empty for one to be made.
        name: of the mapping.
        group: DN of the group.
        group_now: the DN that the mapping has.
        roles: names of the roles that it is to give.
        roles_now: names of the roles that it gives.
    """

    resource: str
    key: str
    name: str
    group: str
    group_now: str
    roles: tuple[str, ...]
    roles_now: tuple[str, ...]

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"LDAP role mapping {self.name}"

    def changes(self) -> list[Change]:
        """The group and its roles, where they differ."""
        changes = []
        if not _is_same(self.group_now, self.group):
            now = self.group_now or "no mapping"
            changes.append(Change(self.what, "LDAP group DN", now, self.group, "LDAP-04"))
        if set(self.roles_now) != set(self.roles):
            now, wanted = ", ".join(self.roles_now) or "none", ", ".join(self.roles)
            changes.append(Change(self.what, "roles", now, wanted, "LDAP-04"))
        return changes

    def write(self, api: ManagementWriter) -> None:
        """Write the whole mapping, by the roles that the product has now."""
        uris = {str(row["name"]): object_path("role", key_of(row)) for row in api.list("role")}
        if missing := [name for name in self.roles if name not in uris]:
            raise UnexpectedAnswer(f"there is no role {', '.join(missing)} any more.")
        values = {_group_field(self.resource): self.group, "roles": [uris[n] for n in self.roles]}
        if self.key:
            api.patch(self.resource, self.key, values)
            return
        source = {"source": _LDAP} if self.resource == "role_mapping" else {}
        api.post(self.resource, {"name": self.name, **source, **values})


@dataclass(frozen=True, slots=True)
class _Mappings:
    """What the product has: its roles, and the mappings that the directory counts for."""

    resource: str
    rows: Rows
    roles: dict[str, str]

    @classmethod
    def read(cls, api: ManagementApi) -> _Mappings:
        roles = {key_of(row): str(row["name"]) for row in api.list("role")}
        try:
            resource, rows = "role_mapping", api.list("role_mapping")
        except NoSuchResource:
            resource, rows = "ldap_role", api.list("ldap_role")
        return cls(resource, [row for row in rows if row.get("source", _LDAP) == _LDAP], roles)

    def require_roles(self, ldap: LdapSite) -> None:
        known = {AUDITOR, *self.roles.values()}
        if missing := [name for name in ldap.groups if name not in known]:
            raise SetupFailed(
                f"The product has no role called {', '.join(missing)}; nothing was written.",
                remedy="make the role, or remove it from site.ldap.groups.",
            )

    def edits(self, ldap: LdapSite) -> Iterator[RoleMapping]:
        stated = _by_group(ldap)
        taken = [row for row in self.rows if any(_is_same(self.group(row), dn) for dn in stated)]
        for group, roles in stated.items():
            name = " and ".join(roles)
            of_group = (row for row in taken if _is_same(self.group(row), group))
            of_name = (row for row in self.rows if row.get("name") == name and row not in taken)
            row = next(of_group, None) or next(of_name, None)
            edit = self._edit(row or {"name": name}, group, roles, ldap)
            if edit.changes():
                yield edit

    def _edit(self, row: Row, group: str, roles: Iterable[str], ldap: LdapSite) -> RoleMapping:
        """A role that the site gives to no group stays where it is."""
        held = self.held(row)
        others = (name for name in held if name not in ldap.groups)
        return RoleMapping(
            resource=self.resource,
            key=key_of(row) if {"resource_uri", "id"} & row.keys() else "",
            name=str(row["name"]),
            group=group,
            group_now=self.group(row),
            roles=(*others, *roles),
            roles_now=held,
        )

    def unstated(self, ldap: LdapSite) -> Iterator[str]:
        edited = {edit.key for edit in self.edits(ldap)}
        for row in self.rows if ldap.groups else ():
            group = self.group(row)
            if key_of(row) in edited or any(_is_same(group, dn) for dn in ldap.groups.values()):
                continue
            roles = ", ".join(self.held(row)) or "no role"
            yield f"site.ldap.groups does not have {group}, which gives {roles}: it is left."

    def group(self, row: Row) -> str:
        return str(row.get(_group_field(self.resource)) or "")

    def held(self, row: Row) -> tuple[str, ...]:
        """Names of the roles of a mapping, embedded or as URIs."""
        return tuple(
            str(entry["name"])
            if isinstance(entry, dict)
            else self.roles.get(key_of({"resource_uri": entry}), str(entry))
            for entry in row.get("roles") or ()
        )


def _group_field(resource: str) -> str:
    return "value" if resource == "role_mapping" else "ldap_group_dn"


def _by_group(ldap: LdapSite) -> dict[str, list[str]]:
    """Roles by the DN of their group; one group may give several."""
    groups: dict[str, list[str]] = {}
    for role, dn in ldap.groups.items():
        known = next((group for group in groups if _is_same(group, dn)), dn)
        groups.setdefault(known, []).append(role)
    return groups


def _is_same(one: str, other: str) -> bool:
    """Whether two DNs name the same, whatever their case and the blanks after their commas."""
    first, second = (
        [part.strip().lower() for part in re.split(r"(?<!\\),", dn)] for dn in (one, other)
    )
    return first == second
