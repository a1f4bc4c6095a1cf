"""Status resources: what the configuration says of the nodes, under what is known of them live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .resources import CONFIGURATION, STATUS
from .store import NoSuchRow

if TYPE_CHECKING:
    from .resources.fields import Key, Row
    from .store import Store

NODES = ("management_vm", "worker_vm")
PORT_LICENCES, SYSTEM_LICENCES = "port_total", "system_total"


class NodeFacts(Protocol):
    """Where the live part of the status comes from."""

    def __call__(self, resource: str) -> list[Row]:
        """What is known of a status resource at this moment.

        For `management_vm` and `worker_vm` a row holds `configuration_id` and any fields of the
        status resource (`boot_time`, `sync_status`, `last_updated`, `version`, ...); for `alarm`
        whole rows. A resource of which nothing is known has no rows.
        """


def no_facts(resource: str) -> list[Row]:  # noqa: ARG001 (the shape of NodeFacts)
    """Nothing is known: every node keeps the status of one that never answered."""
    return []


class Status:
    """Rows of the status resources."""

    def __init__(self, store: Store, facts: NodeFacts) -> None:
        self._store = store
        self._facts = facts
        self._requests: dict[str, dict[Key, Row]] = {"backup_request": {}, "snapshot_request": {}}

    def rows(self, resource: str) -> list[Row]:
        """Every row of the status resource, by key."""
        if resource in self._requests:
            return [dict(row) for row in self._requests[resource].values()]
        if resource == "licensing":
            return [self._licensing()]
        live = self._facts(resource)
        if resource not in NODES:
            defaults = STATUS[resource].defaults()
            return [{"id": n, **defaults, **row} for n, row in enumerate(live, start=1)]
        known = {row["configuration_id"]: row for row in live}
        return [
            self._node(resource, row) | known.get(row["id"], {})
            for row in self._store.rows(resource)
        ]

    def get(self, resource: str, key: Key) -> Row:
        """One row.

        Raises:
            NoSuchRow: there is none of that key.
        """
        for row in self.rows(resource):
            if row["id"] == key:
                return row
        raise NoSuchRow(f"{resource} {key}")

    def record(self, resource: str, values: Row) -> Row:
        """Add a background request, finished or not, and return its row."""
        table = self._requests[resource]
        number = max(map(int, table), default=0) + 1
        row = {"id": number, **STATUS[resource].defaults(), **values}
        table[number] = row
        return row

    def forget(self, resource: str, download_uri: str) -> None:
        """Remove the background request whose file is not there any more."""
        table = self._requests[resource]
        for number in [n for n, row in table.items() if row["download_uri"] == download_uri]:
            del table[number]

    def _node(self, resource: str, configured: Row) -> Row:
        """What follows from the configuration alone."""
        status = STATUS[resource].defaults()
        shared = {name: configured[name] for name in status if name in configured}
        row = {"id": configured["id"], **status, **shared, "configuration_id": configured["id"]}
        if CONFIGURATION[resource].columns.get("system_location"):
            location = self._store.get("system_location", configured["system_location"])
            row["system_location"] = location["name"]
        return row

    def _licensing(self) -> Row:
        licences = self._store.rows("licence")
        return {"id": 1, **STATUS["licensing"].defaults()} | {
            PORT_LICENCES: sum(licence["concurrent"] for licence in licences),
            SYSTEM_LICENCES: len(licences),
        }
