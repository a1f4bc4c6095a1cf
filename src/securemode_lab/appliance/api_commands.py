"""Commands of the API: `/api/admin/command/v1/<group>/<name>/`, POST only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from .api_backups import Backups, NoBackup
from .api_errors import ApiError, invalid, not_in_the_lab
from .api_imports import import_bundle
from .api_snapshots import span
from .permissions import Permission
from .snapshots import DOWNLOADS as SNAPSHOTS

if TYPE_CHECKING:
    from .api_status import Status
    from .resources.fields import Row
    from .sessions import Clock
    from .snapshots import Snapshots
    from .store import Store

Body: TypeAlias = dict[str, Any]
Dial: TypeAlias = Callable[[Body], Awaitable[str]]
Disconnect: TypeAlias = Callable[[Body], Awaitable[None]]

LONGEST_PASSPHRASE = 1000
DOWNLOADS = "/admin/platform/backup/download/"


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what runs, what it needs, and which permission allows it."""

    run: Callable[[Body], Awaitable[Body]]
    required: tuple[str, ...]
    permission: Permission


class Commands:
    """The commands by group and name.

    Attributes:
        dial: places an outbound call with the command's parameters and returns the participant's
            id; None where the lab has nothing that can call.
        disconnect: ends such a call.
    """

    def __init__(self, store: Store, status: Status, clock: Clock, snapshots: Snapshots) -> None:
        self._store = store
        self._status = status
        self._clock = clock
        self._snapshots = snapshots
        self.backups = Backups(store)
        self.dial: Dial | None = None
        self.disconnect: Disconnect | None = None
        change = Permission.CHANGE_CONFIGURATION
        self.groups: dict[str, dict[str, Command]] = {
            "conference": {},
            "participant": {
                "dial": Command(self._dial, ("destination",), Permission.CONTROL_CONFERENCES),
                "disconnect": Command(
                    self._disconnect, ("participant_id",), Permission.CONTROL_CONFERENCES
                ),
            },
            "platform": {
                "backup_create": Command(self._back_up, ("passphrase",), Permission.BACK_UP),
                "backup_restore": Command(self._restore, ("package", "passphrase"), change),
                "certificates_import": Command(self._import, ("bundle",), change),
                "snapshot": Command(self._snapshot, (), Permission.SNAPSHOT),
            },
        }

    async def run(self, name: str, command: Command, body: Body) -> Body:
        """The command's answer.

        Raises:
            ApiError: 400 where something is missing, 501 where the lab can't do it.
        """
        missing = [field for field in command.required if not body.get(field)]
        if missing:
            raise invalid(name, {field: ["This field is required."] for field in missing})
        return {"status": "success", "data": await command.run(body)}

    def back_up(self, passphrase: str) -> Row:
        """Make a backup; its row.

        Raises:
            ApiError: 400; the passphrase is missing or too long.
        """
        text = "" if passphrase else "This field is required."
        if len(passphrase) > LONGEST_PASSPHRASE:
            text = f"Ensure this value has at most {LONGEST_PASSPHRASE} characters."
        if text:
            raise invalid("backup_create", {"passphrase": [text]})
        version = next((row["version"] for row in self._status.rows("management_vm")), "")
        return self.backups.create(passphrase, self._clock(), version)

    async def _back_up(self, body: Body) -> Body:
        backup = self.back_up(str(body["passphrase"]))
        moment = backup["date"]
        if body.get("request"):
            self._status.record(
                "backup_request",
                {
                    "created_at": moment,
                    "updated_at": moment,
                    "state": "completed",
                    "download_uri": f"{DOWNLOADS}{backup['filename']}/",
                },
            )
        return {}

    async def _restore(self, body: Body) -> Body:
        package = body["package"]
        if not isinstance(package, bytes):
            raise invalid("backup_restore", {"package": ["Upload the file of a backup."]})
        try:
            self.backups.restore(package, str(body["passphrase"]))
        except NoBackup as error:
            raise invalid("backup_restore", {"package": [str(error)]}) from None
        return {}

    async def _import(self, body: Body) -> Body:
        bundle = body["bundle"]
        text = bundle.decode(errors="replace") if isinstance(bundle, bytes) else str(bundle)
        try:
            import_bundle(self._store, text, str(body.get("private_key_passphrase") or ""))
        except ValueError as error:
            raise invalid("certificates_import", {"bundle": [str(error)]}) from None
        return {}

    async def _snapshot(self, body: Body) -> Body:
        wanted = span(body)
        if body.get("request"):
            self._snapshots.request(wanted)
            return {}
        return {"download_uri": f"{SNAPSHOTS}{await self._snapshots.create(wanted)}/"}

    async def _dial(self, body: Body) -> Body:
        if self.dial is None:
            raise not_in_the_lab("outbound calls without a SIP service")
        try:
            return {"participant_id": await self.dial(body)}
        except LookupError as error:
            raise ApiError(400, {"dial": {"destination": [str(error)]}}) from None

    async def _disconnect(self, body: Body) -> Body:
        if self.disconnect is None:
            raise not_in_the_lab("calls without a SIP service")
        await self.disconnect(body)
        return {}
