"""The whole configuration database of the deployment, kept by the Management Node."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from .resources import CONFIGURATION
from .resources.factory import Installation, factory_rows
from .resources.fields import Field, Key, Kind, Row

if TYPE_CHECKING:
    from .resources.resource import Resource

Callback: TypeAlias = Callable[[str], None]


class Snapshot(TypedDict):
    """Everything that the database holds, as plain values that JSON can carry."""

    rows: dict[str, list[Row]]
    next: dict[str, int]


class NoSuchRow(LookupError):
    """The database holds no row of that key."""


class StillInUse(Exception):
    """The row can't go: another one can't be without it."""

    def __init__(self, resource: Resource, holder: Resource) -> None:
        self.message = f"{resource.title} is in use by a {holder.title}."
        super().__init__(self.message)


class Store:
    """Rows by resource and key, with the values as they were given.

    Secrets are in clear. Relations are kept as keys: `worker["system_location"]` is the key of a
    row of `system_location`, `location["dns_servers"]` a list of keys. Rows that are handed out are
    copies; a change goes through `insert`, `update` and `delete`, which call the subscribers with
    the resource's name once the change is complete. Values are not validated here: the API does.
    """

    def __init__(self, installation: Installation | None = None) -> None:
        self._tables: dict[str, dict[Key, Row]] = {}
        self._next: dict[str, int] = {}
        self._subscribers: list[Callback] = []
        self.install(installation or Installation())

    def install(self, installation: Installation) -> None:
        """Become a freshly installed system."""
        self._tables = {name: {} for name, resource in CONFIGURATION.items() if not resource.view}
        self._next = dict.fromkeys(self._tables, 1)
        for resource, values in factory_rows(installation):
            self._add(CONFIGURATION[resource], values)
        self._tell(*self._tables)

    def rows(self, resource: str) -> list[Row]:
        """Copies of every row of the resource, by key."""
        view = CONFIGURATION[resource].view
        if view is None:
            return [_copy(row) for row in self._tables[resource].values()]
        rows = map(_copy, self._tables[view.of].values())
        return [view.outward(row) for row in rows if view.shows(row)]

    def get(self, resource: str, key: Key) -> Row:
        """A copy of one row.

        Raises:
            NoSuchRow: there is none of that key.
        """
        view = CONFIGURATION[resource].view
        row = self._tables[view.of if view else resource].get(key)
        if row is None or (view and not view.shows(row)):
            raise NoSuchRow(f"{resource} {key}")
        return view.outward(_copy(row)) if view else _copy(row)

    def insert(self, resource: str, values: Row) -> Key:
        """Add a row; what is left out gets the product's default.

        Returns:
            The key of the new row.
        """
        entry, values = self._behind(resource, values)
        key = self._add(entry, values)
        self._tell(entry.name)
        return key

    def update(self, resource: str, key: Key, changes: Row) -> None:
        """Change some fields of one row; nobody is told where nothing differs.

        Raises:
            NoSuchRow: there is none of that key.
        """
        self.get(resource, key)
        entry, changes = self._behind(resource, changes)
        row = self._tables[entry.name][key]
        after = _complete(entry, row | {n: v for n, v in changes.items() if n in entry.columns})
        if after != row:
            self._tables[entry.name][key] = after
            self._tell(entry.name)

    def delete(self, resource: str, key: Key) -> None:
        """Remove one row, and every reference to it.

        Raises:
            NoSuchRow: there is none of that key.
            StillInUse: a row that can't be without it refers to it.
        """
        self.get(resource, key)
        entry, _ = self._behind(resource, {})
        referring = [
            (holder, field, row)
            for holder, field in _relations_to(entry.name)
            for row in self._tables[holder.name].values()
            if _refers(row[field.name], key)
        ]
        for holder, field, _row in referring:
            if field.required:
                raise StillInUse(entry, holder)
        for _holder, field, row in referring:
            value = row[field.name]
            row[field.name] = [k for k in value if k != key] if field.many else None
        del self._tables[entry.name][key]
        self._tell(entry.name, *dict.fromkeys(holder.name for holder, _field, _row in referring))

    def subscribe(self, callback: Callback) -> None:
        """Have the callback called with the resource's name after every change."""
        self._subscribers.append(callback)

    def snapshot(self) -> Snapshot:
        """The whole content, free of references to it."""
        return {
            "rows": {name: [_copy(row) for row in t.values()] for name, t in self._tables.items()},
            "next": dict(self._next),
        }

    def restore(self, snapshot: Snapshot) -> None:
        """Return to what the snapshot holds; subscribers hear of the resources that differ."""
        before = self._tables
        self._tables = {
            name: {row[CONFIGURATION[name].key]: _copy(row) for row in rows}
            for name, rows in snapshot["rows"].items()
        }
        self._next = dict(snapshot["next"])
        self._tell(*(name for name, table in self._tables.items() if table != before[name]))

    def _behind(self, resource: str, values: Row) -> tuple[Resource, Row]:
        """The resource that keeps the rows, and the values under its names."""
        entry = CONFIGURATION[resource]
        if entry.view is None:
            return entry, values
        return CONFIGURATION[entry.view.of], entry.view.inward(values)

    def _add(self, entry: Resource, values: Row) -> Key:
        number = self._next[entry.name]
        numbered = {"id": number} if entry.key == "id" else {}
        known = {name: value for name, value in values.items() if name in entry.columns}
        row = _complete(entry, entry.defaults() | known | numbered)
        key: Key = row[entry.key]
        self._next[entry.name] = number + 1
        self._tables[entry.name][key] = row
        return key

    def _tell(self, *resources: str) -> None:
        for resource in resources:
            for callback in self._subscribers:
                callback(resource)


def _copy(row: Row) -> Row:
    return {name: _copy_value(value) for name, value in row.items()}


def _copy_value(value: object) -> object:
    if isinstance(value, list):
        return [dict(item) if isinstance(item, dict) else item for item in value]
    return dict(value) if isinstance(value, dict) else value


def _complete(entry: Resource, row: Row) -> Row:
    return entry.complete(row) if entry.complete else row


def _relations_to(resource: str) -> list[tuple[Resource, Field]]:
    return [
        (holder, field)
        for holder in CONFIGURATION.values()
        if holder.view is None
        for field in holder.fields
        if field.kind is Kind.RELATED and field.target == resource
    ]


def _refers(value: object, key: Key) -> bool:
    return key in value if isinstance(value, list) else value == key
