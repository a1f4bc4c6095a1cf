"""DNS, NTP and syslog servers: the site's are configured, and used everywhere.

The installation has made objects for the servers that it was told, and no two may have one address:
a server is known again by its address, and only made where it is missing. Servers that the site
does not state are left, unused, for a person to remove.

The key of an NTP server goes in as a text and comes back as a hash, or not at all. It is written
where the product shows none or another key id, and never compared: whether it is the right one, an
answer of the server tells (NTP-03).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.errors import UnexpectedAnswer
from securemode.infinity.client import key_of, object_path
from securemode.setups.differences import SECRET, differences, patches
from securemode.setups.edits import Plan
from securemode.setups.servers import KINDS, canonical, without_keys
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from securemode.environment.models import Environment
    from securemode.infinity.client import ManagementApi, ManagementWriter, Row, Rows
    from securemode.setups.differences import Wanted
    from securemode.setups.edits import Edit
    from securemode.setups.servers import Kind, Server

USERS = ("management_vm", "system_location")


def network_services(environment: Environment, api: ManagementApi) -> Plan:
    """Servers that are missing or differ, and who does not use them.

    Source: guide, "Securing network services".
    """
    stated = {kind: kind.stated(environment) for kind in KINDS if _concerns(environment, kind)}
    rows = {kind: api.list(kind.resource) for kind, servers in stated.items() if servers}
    objects = [edit for kind in rows for edit in _objects(kind, stated[kind], rows[kind])]
    users = {resource: api.list(resource) for resource in USERS} if rows else {}
    assignments = (
        Assignment(resource, key_of(user), _called(resource, user), lists)
        for resource, found in users.items()
        for user in found
        if (lists := tuple(_lists(user, stated, rows)))
    )
    notes = (
        *(
            f"{k.key} is not stated: {k.label} servers are left as they are."
            for k in stated
            if not stated[k]
        ),
        *without_keys(environment),
        *(note for kind in rows for note in _unstated(kind, stated[kind], rows[kind])),
    )
    return Plan(edits=(*objects, *assignments), notes=notes)


def _concerns(environment: Environment, kind: Kind) -> bool:
    return environment.site.uses_dns or kind.label != "DNS"


def _called(resource: str, row: Row) -> str:
    return f"{'location ' if resource == 'system_location' else ''}{row.get('name')}"


def _unstated(kind: Kind, servers: tuple[Server, ...], rows: Rows) -> Iterator[str]:
    known = {canonical(server[0].value) for server in servers}
    for row in rows:
        if canonical(row.get("address")) not in known:
            yield (
                f"{kind.label} server {kind.name_of(row)} is none of {kind.key}: it stays "
                "configured, for nobody to use."
            )


@dataclass(frozen=True, slots=True)
class NewServer:
    """A server of which the product has no object."""

    kind: Kind
    server: Server

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"{self.kind.label} server {self.kind.name_of(_values(self.server))}"

    def changes(self) -> list[Change]:
        """The server, and each of its settings."""
        address, *settings = self.server
        here = f"{self.kind.label} servers"
        return [
            Change(here, str(address.value), "missing", "configured", address.requirement),
            *(
                Change(self.what, want.setting, "nothing", _shown(want), want.requirement)
                for want in settings
            ),
        ]

    def write(self, api: ManagementWriter) -> None:
        """Make the object."""
        api.post(self.kind.resource, _values(self.server))


def _shown(want: Wanted) -> str:
    return SECRET if want.secret else str(want.value)


def _values(server: Server) -> dict[str, Any]:
    return {want.field: want.value for want in server}


def _objects(kind: Kind, servers: tuple[Server, ...], rows: Rows) -> Iterator[Edit]:
    for server, row in _known_again(servers, rows):
        if row is None:
            yield NewServer(kind, server)
        else:
            where = f"{kind.label} server {row.get('address')}"
            yield from patches(differences(kind.resource, where, row, server[1:]))


def _known_again(servers: tuple[Server, ...], rows: Rows) -> Iterator[tuple[Server, Row | None]]:
    """Each server with its object: of several with its address, the one that differs least."""
    free = list(rows)
    for server in servers:
        address, *settings = server
        same = [row for row in free if canonical(row.get("address")) == canonical(address.value)]
        row = min(same, key=lambda row: sum(not w.is_met_by(row) for w in settings), default=None)
        if row is not None:
            free.remove(row)
        yield server, row


@dataclass(frozen=True, slots=True)
class ServerList:
    """The servers of one kind that a node or location has to use; `now` says which it does."""

    kind: Kind
    servers: tuple[Server, ...]
    now: tuple[str, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """The servers, as a person calls them."""
        return tuple(self.kind.name_of(_values(server)) for server in self.servers)

    def uris(self, api: ManagementApi) -> list[str]:
        """The objects of the servers, some of which have only just been made."""
        rows = api.list(self.kind.resource)
        found = [row for _, row in _known_again(self.servers, rows) if row is not None]
        if len(found) < len(self.servers):
            raise UnexpectedAnswer(f"{self.kind.resource} does not list what was made.")
        return [object_path(self.kind.resource, key_of(row)) for row in found]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The servers that the Management Node, or the nodes of one location, are to use."""

    resource: str
    key: str
    where: str
    lists: tuple[ServerList, ...]

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"{self.where} ({', '.join(entry.kind.field for entry in self.lists)})"

    def changes(self) -> list[Change]:
        """One change a list."""
        return [
            Change(
                self.where,
                f"{entry.kind.label} servers",
                ", ".join(entry.now) or "none",
                ", ".join(entry.wanted),
                entry.kind.requirement,
            )
            for entry in self.lists
        ]

    def write(self, api: ManagementWriter) -> None:
        """Write whole lists: the product replaces them."""
        values = {entry.kind.field: entry.uris(api) for entry in self.lists}
        api.patch(self.resource, self.key, values)


def _lists(
    user: Row, stated: Mapping[Kind, tuple[Server, ...]], rows: Mapping[Kind, Rows]
) -> Iterator[ServerList]:
    """Lists that differ; versions whose locations have no such list use every server."""
    for kind, found in rows.items():
        if kind.field not in user:
            continue
        used = tuple(_used(kind, entry, found) for entry in user[kind.field] or ())
        entry = ServerList(kind, stated[kind], used)
        if set(entry.now) != set(entry.wanted):
            yield entry


def _used(kind: Kind, entry: object, rows: Rows) -> str:
    """A server of a list, embedded or as a URI."""
    shown = entry if isinstance(entry, dict) else {"resource_uri": entry}
    key = key_of(shown) if {"resource_uri", "id"} & shown.keys() else ""
    return kind.name_of(next((row for row in rows if key_of(row) == key), shown))
