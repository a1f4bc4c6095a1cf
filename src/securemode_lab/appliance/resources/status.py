"""What the Management Node reports about the deployment at this moment."""

from __future__ import annotations

from .fields import boolean, choice, integer, moment, text
from .resource import Area, Resource

MANAGEMENT_VM_STATUS = Resource(
    name="management_vm",
    title="Management Node",
    area=Area.STATUS,
    list_methods="GET",
    detail_methods="GET",
    fields=(
        text("name", longest=32, filterable=True),
        integer("configuration_id", filterable=True),
        moment("last_attempted_contact"),
        moment("last_updated", filterable=True),
        boolean("primary", default=None),
        text("sync_status", "UNREACHABLE"),
        text("upgrade_status", "IDLE", filterable=True),
        text("version", filterable=True),
    ),
)

WORKER_VM_STATUS = Resource(
    name="worker_vm",
    title="Conferencing Node",
    area=Area.STATUS,
    list_methods="GET",
    detail_methods="GET",
    fields=(
        text("name", longest=32, filterable=True),
        moment("boot_time"),
        integer("configuration_id", filterable=True),
        text("cpu_capabilities", "Unknown"),
        integer("cpu_count", 0),
        text("cpu_model", "Unknown"),
        text("deploy_status", None),
        text("hypervisor", "Unknown"),
        moment("last_attempted_contact"),
        moment("last_updated", filterable=True),
        boolean("maintenance_mode", filterable=True),
        text("maintenance_mode_reason", longest=250),
        integer("max_audio_calls", 0, filterable=True),
        integer("max_direct_participants", 0),
        integer("max_full_hd_calls", 0, filterable=True),
        integer("max_hd_calls", 0, filterable=True),
        integer("max_media_tokens", 0),
        integer("max_sd_calls", 0, filterable=True),
        integer("media_load", 0, filterable=True),
        integer("media_tokens_used", 0),
        choice("node_type", "CONFERENCING", "PROXYING", filterable=True),
        integer("signaling_count", 0),
        text("sync_status", "UNREACHABLE"),
        text("system_location", longest=250, filterable=True),
        integer("total_ram", 0),
        text("upgrade_status", "IDLE", filterable=True),
        text("version", filterable=True),
    ),
)

ALARM = Resource(
    name="alarm",
    title="Alarm",
    area=Area.STATUS,
    list_methods="GET",
    detail_methods="GET",
    fields=(
        text("name", None, filterable=True),
        boolean("acknowledged"),
        text("details", longest=8096, filterable=True),
        integer("identifier", 0, filterable=True),
        text("instance", longest=250, filterable=True),
        text("level", "info", filterable=True),
        text("node", None, longest=250, filterable=True),
        moment("time_raised", filterable=True),
    ),
)

LICENSING = Resource(
    name="licensing",
    title="Licensing",
    area=Area.STATUS,
    list_methods="GET",
    detail_methods="GET",
    singleton=True,
    fields=(
        integer("audio_count", 0),
        integer("audio_total", 0),
        integer("ghm_count", 0),
        integer("ghm_total", 0),
        integer("otj_count", 0),
        integer("otj_total", 0),
        integer("port_count", 0),
        integer("port_total", 0),
        integer("scheduling_count", 0),
        integer("scheduling_total", 0),
        integer("system_count", 0),
        integer("system_total", 0),
        integer("teams_count", 0),
        integer("teams_total", 0),
        integer("telehealth_count", 0),
        integer("telehealth_total", 0),
        integer("vmr_count", 0),
        integer("vmr_total", 0),
        boolean("customlayouts_active"),
        boolean("googletrustedjoin_active"),
        boolean("zoomtrustedjoin_active"),
    ),
)

BACKUP_REQUEST = Resource(
    name="backup_request",
    title="Backup request",
    area=Area.STATUS,
    list_methods="GET",
    detail_methods="GET",
    shows_key=False,
    fields=(
        moment("created_at"),
        text("download_uri", None),
        text("message"),
        text("state", "initialising"),
        moment("updated_at"),
    ),
)

SNAPSHOT_REQUEST = Resource(
    name="snapshot_request",
    title="Snapshot request",
    area=Area.STATUS,
    list_methods="GET",
    detail_methods="GET",
    shows_key=False,
    fields=(
        moment("created_at"),
        text("download_uri", None),
        text("message"),
        text("state", "initialising"),
        moment("updated_at"),
    ),
)
