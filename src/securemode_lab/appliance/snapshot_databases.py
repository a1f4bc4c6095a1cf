"""The databases in a diagnostic snapshot: the tables of the configuration, secrets unreadable.

Names of tables and columns that the facts (section 4.3) do not give follow the framework's habit.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .resources import CONFIGURATION
from .resources.fields import Field, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .resources.fields import Row
    from .resources.resource import Resource

    Kept = Callable[[Resource, Field, Row], str | None]
    Rows = Mapping[str, list[Row]]

_OWN_TABLES = {
    "authentication": "permissions_authentication",
    "oauth2_client": "permissions_oauth2client",
    "permission": "auth_permission",
    "role": "auth_group",
    "role_mapping": "permissions_rolemapping",
}
"""Resources that are kept beside the replicated configuration, in `default.db`."""
_OWN_COLUMNS = {"permission": "permission", "role": "group"}
"""What the framework calls their rows in tables that refer to them."""
_NO_ROWS = ("platform_httpproxy", "platform_systemtuneable")
_FILES = frozenset({"system_backup"})
"""Resources without table: their rows are files."""


@dataclass(frozen=True, slots=True)
class Databases:
    """The two files, as SQLite writes them."""

    configuration: bytes
    default: bytes


def databases(rows: Rows, kept: Kept) -> Databases:
    """Both databases with all that the store holds.

    Args:
        rows: by resource, secrets in clear.
        kept: how the product keeps a secret.
    """
    stored = [r for r in CONFIGURATION.values() if r.view is None and r.name not in _FILES]
    shared = [resource for resource in stored if resource.name not in _OWN_TABLES]
    own = [resource for resource in stored if resource.name in _OWN_TABLES]
    return Databases(_database(shared, rows, kept, _NO_ROWS), _database(own, rows, kept))


def table(resource: str) -> str:
    """The table of a resource."""
    return _OWN_TABLES.get(resource, f"platform_{_model(resource)}")


def _model(resource: str) -> str:
    return _OWN_COLUMNS.get(resource, resource.replace("_", ""))


def _database(
    resources: Iterable[Resource], rows: Rows, kept: Kept, empty: Iterable[str] = ()
) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        for name in empty:
            _create(connection, name, {"id": [], "name": []})
        for resource in resources:
            _write(connection, resource, rows[resource.name], kept)
        connection.commit()
        return connection.serialize()


def _write(connection: sqlite3.Connection, resource: Resource, rows: list[Row], kept: Kept) -> None:
    """The table of a resource, and one more for each of its fields that holds several rows."""
    fields = resource.columns.values()
    columns = {
        _column(field): [_value(resource, field, row, kept) for row in rows]
        for field in fields
        if not field.many
    }
    keys = [row[resource.key] for row in rows]
    _create(connection, table(resource.name), {resource.key: keys} | columns)
    for field in fields:
        if field.many:
            pairs = [(row[resource.key], key) for row in rows for key in row[field.name]]
            joined = {
                "id": list(range(1, len(pairs) + 1)),
                f"{_model(resource.name)}_id": [owner for owner, _ in pairs],
                f"{_model(field.target)}_id": [key for _, key in pairs],
            }
            _create(connection, f"{table(resource.name)}_{field.name}", joined)


def _create(connection: sqlite3.Connection, name: str, columns: Mapping[str, list[Any]]) -> None:
    """A table with its rows, given column by column."""
    names = ", ".join(f'"{column}"' for column in columns)
    connection.execute(f'CREATE TABLE "{name}" ({names})')
    marks = ", ".join("?" * len(columns))
    insertion = f'INSERT INTO "{name}" VALUES ({marks})'  # noqa: S608 (names of our own)
    connection.executemany(insertion, zip(*columns.values(), strict=True))


def _column(field: Field) -> str:
    return f"{field.name}_id" if field.kind is Kind.RELATED else field.name


def _value(resource: Resource, field: Field, row: Row, kept: Kept) -> Any:
    if field.secret is not None:
        return kept(resource, field, row)
    value = row[field.name]
    return json.dumps(value) if isinstance(value, list | dict) else value
