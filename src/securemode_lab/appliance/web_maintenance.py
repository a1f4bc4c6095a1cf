"""The pages for backups, diagnostic snapshots and packet captures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .api_commands import DOWNLOADS
from .api_errors import ApiError, first_sentence
from .api_snapshots import span
from .permissions import Permission
from .snapshots import DOWNLOADS as SNAPSHOTS
from .web_shelves import DOWNLOAD, BadForm, Shelf

if TYPE_CHECKING:
    from .api_commands import Commands
    from .captures import Captures
    from .snapshots import Snapshots
    from .web_shelves import Form

BACKUPS_PAGE = DOWNLOADS.removesuffix(DOWNLOAD)
SNAPSHOTS_PAGE = SNAPSHOTS.removesuffix(DOWNLOAD)
CAPTURES_PAGE = "/admin/platform/packetcapture/"


def shelves(commands: Commands, snapshots: Snapshots, captures: Captures) -> list[Shelf]:
    """The pages over what the API's commands make, and over packet captures, which it has not."""

    async def back_up(form: Form) -> object:
        try:
            return commands.back_up(form.get("passphrase", ""))
        except ApiError as error:
            raise BadForm(first_sentence(error)) from None

    async def snapshot(form: Form) -> object:
        try:
            return await snapshots.create(span(form))
        except ApiError as error:
            raise BadForm(first_sentence(error)) from None

    async def capture(form: Form) -> object:
        del form
        return captures.create()

    return [
        Shelf(
            path=BACKUPS_PAGE,
            title="Backup/restore",
            files=commands.backups,
            make=Permission.BACK_UP,
            fetch=Permission.DOWNLOAD_BACKUPS,
            create=back_up,
            delete=commands.backups.delete,
            field=("Passphrase", "passphrase"),
        ),
        Shelf(
            path=SNAPSHOTS_PAGE,
            title="Diagnostic snapshot",
            files=snapshots,
            make=Permission.SNAPSHOT,
            fetch=Permission.SNAPSHOT,
            create=snapshot,
            field=("Hours", "limit"),
        ),
        Shelf(
            path=CAPTURES_PAGE,
            title="Packet capture",
            files=captures,
            make=Permission.CAPTURE_PACKETS,
            fetch=Permission.DOWNLOAD_CAPTURES,
            create=capture,
            delete=captures.delete,
        ),
    ]
