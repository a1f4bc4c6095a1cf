"""Logs, backups, licences and diagnostics."""

from __future__ import annotations

from .activation import activate
from .checks import passphrase_of_backups
from .fields import Secret, boolean, choice, integer, mapping, moment, text, to_many
from .resource import Resource

LOG_LEVEL = Resource(
    name="log_level",
    title="Log level",
    fields=(
        text("name", None, required=True, unique=True, longest=250, filterable=True),
        choice("level", "NOTSET", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", filterable=True),
    ),
)

AUTOBACKUP = Resource(
    name="autobackup",
    title="Automatic backup",
    singleton=True,
    list_methods="GET",
    detail_methods="GET PATCH",
    check=passphrase_of_backups,
    fields=(
        boolean("autobackup_enabled"),
        integer("autobackup_interval", 24, 1, 24),
        text("autobackup_passphrase", longest=100, secret=Secret.TOKEN),
        integer("autobackup_start_hour", 1, 0, 23),
        text("autobackup_upload_password", longest=100, secret=Secret.TOKEN),
        text("autobackup_upload_url", longest=255),
        text("autobackup_upload_username", longest=100),
    ),
)

SYSTEM_BACKUP = Resource(
    name="system_backup",
    title="System backup",
    key="filename",
    list_methods="GET",
    detail_methods="GET DELETE",
    fields=(
        text("build", readonly=True),
        moment("date", readonly=True),
        text("filename", readonly=True),
        integer("size", 0, readonly=True),
        text("version", readonly=True),
        text("sha256sum", readonly=True),
        text("type", readonly=True),
    ),
)

LICENCE = Resource(
    name="licence",
    title="Licence",
    key="fulfillment_id",
    complete=activate,
    list_methods="GET POST",
    detail_methods="GET DELETE",
    fields=(
        integer("activatable", readonly=True),
        integer("activatable_overdraft", readonly=True),
        integer("concurrent", 0, readonly=True),
        integer("concurrent_overdraft", 0, readonly=True),
        text("entitlement_id", None, required=True),
        text("expiration_date", readonly=True),
        text("features", None, readonly=True),
        text("fulfillment_id", readonly=True),
        text("fulfillment_type", None, readonly=True),
        integer("hybrid", readonly=True),
        integer("hybrid_overdraft", readonly=True),
        text("license_type", readonly=True),
        boolean("offline_mode"),
        text("product_id", None, readonly=True),
        integer("repair", readonly=True),
        text("server_chain", readonly=True),
        text("start_date", readonly=True),
        text("status", readonly=True),
        integer("trust_flags", readonly=True),
        mapping("vendor_dictionary", readonly=True),
    ),
)

DIAGNOSTIC_GRAPHS = Resource(
    name="diagnostic_graphs",
    title="Diagnostic graph",
    fields=(
        to_many("datasets", "diagnostic_graphs_dataset"),
        integer("order", required=True, filterable=True),
        text("title", None, required=True, filterable=True),
    ),
)
