"""Reads a few fields of the product's databases, in memory, whatever else is in them."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.errors import UnreadableRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"SQLite format 3\0"
_JOURNAL = slice(18, 20)
_STEPS = 10_000
_MOST_CALLS = 2_000
_MOST_NODES = 500
_LONGEST_VALUE = 2**20
_REPORTING = ("error_reporting_enabled", "enable_analytics")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the databases of a snapshot tell.

    Attributes:
        management_node: its name; empty where they do not say.
        conferencing_nodes: the names of the others.
        incident_reporting, usage_statistics: whether they are on; None where they do not say.
    """

    management_node: str = ""
    conferencing_nodes: tuple[str, ...] = ()
    incident_reporting: bool | None = None
    usage_statistics: bool | None = None


def configuration_in(database: bytes) -> Configuration:
    """What the configuration database tells; nothing of it where there is none.

    Raises:
        UnreadableRecord: it is no database, or one made to harm.
    """
    if not database:
        return Configuration()
    try:
        with contextlib.closing(_opened(database)) as connection:
            management = _names(connection, "platform_managementvm")
            reporting, statistics = _reporting(connection)
            return Configuration(
                management_node=management[0] if management else "",
                conferencing_nodes=_names(connection, "platform_workervm"),
                incident_reporting=reporting,
                usage_statistics=statistics,
            )
    except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeDecodeError) as error:
        raise UnreadableRecord(
            f"The configuration database of the snapshot cannot be read: {error}.",
            remedy="save the snapshot again.",
        ) from error


def _opened(database: bytes) -> sqlite3.Connection:
    """The database in memory, where it cannot write, run long or grow."""
    if not database.startswith(_MAGIC):
        raise UnreadableRecord("The configuration database of the snapshot is no database.")
    image = bytearray(database)
    image[_JOURNAL] = b"\x01\x01"  # a write-ahead log has no place in memory; what it held is lost
    connection = sqlite3.connect(":memory:")
    connection.deserialize(image)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    calls = iter(range(_MOST_CALLS))
    connection.set_progress_handler(lambda: next(calls, None) is None, _STEPS)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    return connection


def _columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    """The columns of a real table; none where there is no such table, or only a view."""
    query = (
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND sql NOT LIKE '%VIRTUAL%'"
    )
    if connection.execute(query, (table,)).fetchone() is None:
        return frozenset()
    return frozenset(str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})"))


def _names(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    if "name" not in _columns(connection, table):
        return ()
    query = f"SELECT name FROM {table} ORDER BY name LIMIT {_MOST_NODES}"  # noqa: S608 - our own names
    return tuple(str(row[0])[:80] for row in connection.execute(query))


def _reporting(connection: sqlite3.Connection) -> Iterator[bool | None]:
    columns = _columns(connection, "platform_global")
    for column in _REPORTING:
        value: Any = None
        if column in columns:
            query = f"SELECT {column} FROM platform_global LIMIT 1"  # noqa: S608 - our own names
            value = (connection.execute(query).fetchone() or (None,))[0]
        yield bool(value) if value in (0, 1) else None
