"""What the Management Node reports about the calls of this moment.

Call objects are keyed by UUID (facts, 1.1). Of their fields only those are here that the lab knows.
"""

from __future__ import annotations

from .fields import boolean, choice, integer, moment, text
from .resource import Area, Resource

PARTICIPANT_STATUS = Resource(
    name="participant",
    title="Participant",
    area=Area.STATUS,
    list_methods="GET",
    detail_methods="GET",
    fields=(
        text("id", None, filterable=True),
        choice("call_direction", "out", "in", filterable=True),
        text("call_uuid", filterable=True),
        text("conference", longest=250, filterable=True),
        moment("connect_time", filterable=True),
        text("destination_alias", longest=250, filterable=True),
        text("display_name", longest=250, filterable=True),
        choice("encryption", "Off", "On", filterable=True),
        boolean("has_media", filterable=True),
        text("media_node", None, filterable=True),
        text("protocol", filterable=True),
        text("remote_address", filterable=True),
        integer("remote_port", 0, filterable=True),
        choice("role", "guest", "chair", filterable=True),
        text("service_tag", longest=250, filterable=True),
        text("service_type", "conference", filterable=True),
        text("signalling_node", None, filterable=True),
        text("source_alias", longest=250, filterable=True),
        text("system_location", longest=250, filterable=True),
    ),
)

CONFERENCE_STATUS = Resource(
    name="conference",
    title="Conference",
    area=Area.STATUS,
    list_methods="GET",
    detail_methods="GET",
    fields=(
        text("id", None, filterable=True),
        boolean("is_started", filterable=True),
        text("name", longest=250, filterable=True),
        text("service_type", "conference", filterable=True),
        text("tag", longest=250, filterable=True),
    ),
)
