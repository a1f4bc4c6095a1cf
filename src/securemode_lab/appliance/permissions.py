"""What an administrator's role permits.

Nine names are public (the guide's administrator roles); the others are the lab's own, and so are
all codenames but `is_admin` and `use_api`: a check matches permissions by name, never by id or
codename.
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """A permission, by the name that the web interface shows."""

    IS_ADMINISTRATOR = "Is an administrator"
    WEB_INTERFACE = "May use web interface"
    API = "May use API"
    VIEW_LOGS = "May view logs"
    SNAPSHOT = "May generate system snapshot"
    CAPTURE_PACKETS = "May create/delete packet capture"
    DOWNLOAD_CAPTURES = "May download packet capture"
    BACK_UP = "May create/delete system backup"
    DOWNLOAD_BACKUPS = "May download system backup"
    VIEW_CONFIGURATION = "May view configuration"
    VIEW_STATUS = "May view status"
    CHANGE_CONFIGURATION = "May change configuration"
    CONTROL_CONFERENCES = "May control conferences"

    @property
    def codename(self) -> str:
        """Machine name; visibly the lab's where the product's is not public."""
        known = {Permission.IS_ADMINISTRATOR: "is_admin", Permission.API: "use_api"}
        return known.get(self, f"lab_{self.name.lower()}")


AUDITING = (
    Permission.VIEW_LOGS,
    Permission.SNAPSHOT,
    Permission.CAPTURE_PACKETS,
    Permission.DOWNLOAD_CAPTURES,
    Permission.BACK_UP,
    Permission.DOWNLOAD_BACKUPS,
)

_READING = (
    Permission.IS_ADMINISTRATOR,
    Permission.WEB_INTERFACE,
    Permission.API,
    Permission.VIEW_CONFIGURATION,
    Permission.VIEW_STATUS,
)

READ_ONLY = (*_READING, *AUDITING)
READ_WRITE = tuple(Permission)

BACKUPS = (Permission.BACK_UP, Permission.DOWNLOAD_BACKUPS)
MAKING = (*BACKUPS, Permission.SNAPSHOT)
_READS = {
    "system_backup": BACKUPS,
    "backup_request": BACKUPS,
    "snapshot_request": (Permission.SNAPSHOT,),
}
_WRITES = {"system_backup": (Permission.BACK_UP,)}


def to_read(resource: str, *, status: bool) -> tuple[Permission, ...]:
    """Permissions of which one suffices to read the resource."""
    usual = Permission.VIEW_STATUS if status else Permission.VIEW_CONFIGURATION
    return _READS.get(resource, (usual,))


def to_write(resource: str) -> tuple[Permission, ...]:
    """Permissions of which one suffices to change the resource."""
    return _WRITES.get(resource, (Permission.CHANGE_CONFIGURATION,))
