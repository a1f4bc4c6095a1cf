"""Services > Virtual Meeting Rooms, as far as encryption and access are concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .checks import licence_is_present
from .fields import boolean, choice, listing, text
from .resource import Resource

if TYPE_CHECKING:
    from .fields import Row
    from .resource import Database, Errors


def _service(row: Row, database: Database) -> Errors:
    """A licence is needed, and an alias belongs to one service."""
    aliases = [_alias(entry) for entry in row["aliases"]]
    if not all(aliases):
        return {"aliases": ["Each alias needs a text 'alias'."]}
    others = [other for other in database.rows("conference") if other["name"] != row["name"]]
    taken = {_alias(entry) for other in others for entry in other["aliases"]}
    if taken.intersection(aliases):
        return {"aliases": ["Alias with this Alias already exists."]}
    return licence_is_present(row, database)


def _alias(entry: object) -> str:
    alias = entry.get("alias") if isinstance(entry, dict) else None
    return alias.casefold() if isinstance(alias, str) else ""


CONFERENCE = Resource(
    name="conference",
    title="Virtual Meeting Room",
    check=_service,
    fields=(
        text("name", None, required=True, unique=True, longest=250, filterable=True),
        choice(
            "service_type",
            "conference",
            "lecture",
            "two_stage_dialing",
            "test_call",
            "media_playback",
            filterable=True,
        ),
        listing("aliases", help="Embedded: objects with 'alias' and 'description'."),
        text("description", longest=250, filterable=True),
        text("tag", longest=250, filterable=True),
        text("pin", shortest=4, longest=20),
        text("guest_pin", shortest=4, longest=20),
        boolean("allow_guests", filterable=True),
        choice("crypto_mode", "", "besteffort", "on", "off", help="Empty: as the global setting."),
    ),
)
