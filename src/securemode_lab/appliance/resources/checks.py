"""Rules that concern more than one field of a row, or the rest of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resource import ALL_FIELDS, Database, Errors

if TYPE_CHECKING:
    from .fields import Row

SMALLEST_MEDIA_RANGE = 100


def port_ranges(row: Row, database: Database) -> Errors:  # noqa: ARG001 (a rule's signature)
    """Ranges run upwards, and the media range has room for at least one hundred ports."""
    errors: Errors = {}
    if row["signalling_ports_start"] > row["signalling_ports_end"]:
        errors["signalling_ports_end"] = ["The end of the port range is before its start."]
    if row["media_ports_end"] - row["media_ports_start"] + 1 < SMALLEST_MEDIA_RANGE:
        errors["media_ports_end"] = [
            f"The range of media ports must hold at least {SMALLEST_MEDIA_RANGE} ports."
        ]
    return errors


def passphrase_of_backups(row: Row, database: Database) -> Errors:  # noqa: ARG001 (a rule's signature)
    """Automatic backups are encrypted, so they need a passphrase."""
    if row["autobackup_enabled"] and not row["autobackup_passphrase"]:
        return {"autobackup_passphrase": ["A passphrase is required for automatic backups."]}
    return {}


def licence_is_present(row: Row, database: Database) -> Errors:  # noqa: ARG001 (a rule's signature)
    """A system without licence refuses new Virtual Meeting Rooms."""
    if database.rows("licence"):
        return {}
    return {ALL_FIELDS: ["No licence is available for this service."]}
