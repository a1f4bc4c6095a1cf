"""Administrator roles as the guide wants them: two lose six permissions, the Auditor has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.errors import SetupFailed
from securemode.infinity.client import key_of
from securemode.setups.edits import Plan
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.environment.models import Environment
    from securemode.infinity.client import ManagementApi, ManagementWriter, Row, Rows

SENSITIVE = (
    "May view logs",
    "May generate system snapshot",
    "May create/delete packet capture",
    "May download packet capture",
    "May create/delete system backup",
    "May download system backup",
)
ACCESS = ("Is an administrator", "May use web interface", "May use API")
_RESTRICTED = {"Read-only": "ROLE-01", "Read-write": "ROLE-02"}
AUDITOR, _AUDITOR_REQUIREMENT = "Auditor", "ROLE-03"


@dataclass(frozen=True, slots=True)
class RoleChange:
    """One role to be written.

    Attributes:
        name: of the role.
        requirement: id of the catalogue.
        key: of the existing role, empty for one to be created.
        permissions: URIs of all that it is to hold.
        added: names of permissions that it gains.
        removed: names of permissions that it loses.
    """

    name: str
    requirement: str
    key: str
    permissions: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"role {self.name}"

    def changes(self) -> list[Change]:
        """One change a permission."""
        where = f"role {self.name}"
        return [
            *(Change(where, name, "held", "not held", self.requirement) for name in self.removed),
            *(Change(where, name, "not held", "held", self.requirement) for name in self.added),
        ]

    def write(self, api: ManagementWriter) -> None:
        """Write the role."""
        values = {"name": self.name, "permissions": list(self.permissions)}
        if self.key:
            api.patch("role", self.key, values)
        else:
            api.post("role", values)


def roles(_: Environment, api: ManagementApi) -> Plan:
    """Roles that do not hold what the guide says.

    Source: guide, "Administrator roles".
    """
    return Plan(edits=role_changes(api.list("role"), api.list("permission")))


def role_changes(roles: Rows, permissions: Rows) -> tuple[RoleChange, ...]:
    """The roles that differ from what the guide wants; a role that a site removed stays removed.

    Raises:
        SetupFailed: the product does not know a permission that the guide names.
    """
    uris = {str(row["name"]): str(row["resource_uri"]) for row in permissions}
    if unknown := [name for name in (*ACCESS, *SENSITIVE) if name not in uris]:
        raise SetupFailed(
            f"The product has no permission called {', '.join(unknown)}; no role was written.",
            remedy="set the roles by hand, as the guide says under Administrator roles.",
        )
    names = {uri: name for name, uri in uris.items()}
    by_name = {str(row["name"]): row for row in roles}
    found = [
        _change(row, requirement, uris, held, tuple(name for name in held if name not in SENSITIVE))
        for role, requirement in _RESTRICTED.items()
        if (row := by_name.get(role)) is not None
        for held in (_held(row, names),)
    ]
    auditor = by_name.get(AUDITOR, {"name": AUDITOR})
    found.append(
        _change(auditor, _AUDITOR_REQUIREMENT, uris, _held(auditor, names), (*ACCESS, *SENSITIVE))
    )
    return tuple(change for change in found if change.added or change.removed)


def _held(role: Row, names: dict[str, str]) -> tuple[str, ...]:
    """Names of the permissions of a role, embedded or as URIs."""
    return tuple(
        str(entry["name"]) if isinstance(entry, dict) else names.get(str(entry), str(entry))
        for entry in role.get("permissions", ())
    )


def _change(
    role: Row,
    requirement: str,
    uris: dict[str, str],
    held: Iterable[str],
    wanted: tuple[str, ...],
) -> RoleChange:
    held = tuple(held)
    return RoleChange(
        name=str(role["name"]),
        requirement=requirement,
        key=key_of(role) if "resource_uri" in role or "id" in role else "",
        permissions=tuple(uris.get(name, name) for name in wanted),
        added=tuple(name for name in wanted if name not in held),
        removed=tuple(name for name in held if name not in wanted),
    )
