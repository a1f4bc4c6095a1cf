"""Has the Management Node make a backup, where it holds none that is recent.

A backup is made behind the scenes: the command only asks for it, and a new object of
`system_backup` says that it is there. It stays on the Management Node; carrying it to where the
site keeps its backups is for a person (BACKUP-02).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import CannotLook, SetupFailed, TimedOut
from securemode.evidence import now
from securemode.infinity.access import admitted
from securemode.infinity.client import ManagementWriter, key_of
from securemode.setups.setup import Change, Setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.models import Environment
    from securemode.infinity.client import Row, Rows
    from securemode.setups.setup import Progress

RESOURCE = "system_backup"
COMPLETION_S = 180.0
LAB_COMPLETION_S = 10.0

CLOCKS_MAY_DIFFER = timedelta(days=1)
"""A backup from further in the future says nothing about its age."""


class Backup(Setup):
    """Makes a backup unless one of the last `site.backup_age_days` days exists.

    Args:
        environment: site values and credentials.
        api: of the Management Node; where it is left out, that of whoever may list backups.
        completion_s: how long the Management Node may take.
        pause: waits between looks; takes seconds.

    Source: guide, "Backup and restore"; API, "command/v1/platform/backup_create".
    """

    name: ClassVar[str] = "backup"

    def __init__(
        self,
        environment: Environment,
        api: ManagementWriter | None = None,
        *,
        completion_s: float | None = None,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__()
        self._environment = environment
        self._api = api
        usual_s = LAB_COMPLETION_S if environment.lab else COMPLETION_S
        self._completion_s = usual_s if completion_s is None else completion_s
        self._pause = pause
        self._done: list[str] = []

    @property
    def transcript(self) -> str:
        """What was asked for, and what came of it."""
        return "\n".join(self._done)

    def secrets(self) -> tuple[str, ...]:
        """Every secret of the environment, the passphrase among them."""
        return self._environment.secret_values()

    def plan(self) -> list[Change]:
        """A backup, where there is no recent one and the environment has a passphrase for it."""
        self.notes.clear()
        age = _newest_age(self._backups())
        if self._is_recent(age):
            return []
        if self._environment.credentials.backup_passphrase is None:
            self.notes.append("credentials.backup_passphrase is not stated: no backup is made.")
            return []
        held = "none that is recent" if age is None else _in_days(age)
        return [Change("Management Node", "newest backup", held, "of now", "BACKUP-01")]

    def apply(self, progress: Progress) -> None:
        """Ask for a backup and wait until it is listed.

        Raises:
            SetupFailed: it is refused or does not appear in time.
        """
        passphrase = self._environment.credentials.backup_passphrase
        if passphrase is None:
            return
        before = {key_of(row) for row in self._backups()}
        assert self._api is not None  # listing them found who may
        values = {"passphrase": passphrase.reveal(), "request": True}
        try:
            self._api.command("platform/backup_create", values)
        except TimedOut:
            self._done.append(f"{now()} asked for a backup, without an answer in time")
        except CannotLook as error:
            raise SetupFailed(
                f"No backup was made: {error.message}", remedy=error.remedy
            ) from error
        else:
            self._done.append(f"{now()} asked for a backup")
        made = self._new_one(before)
        self._done.append(f"{now()} {made} is there")
        progress(f"{self.name}: {made}")

    def _new_one(self, before: set[str]) -> str:
        """The backup that was not there before."""
        deadline = time.monotonic() + self._completion_s
        wait_s = 0.1
        while True:
            if new := [key for row in self._backups() if (key := key_of(row)) not in before]:
                return new[0]
            if time.monotonic() >= deadline:
                break
            self._pause(wait_s)
            wait_s = min(2 * wait_s, 5.0)
        raise SetupFailed(
            f"No backup appeared within {self._completion_s:g} s; requests: {self._requests()}.",
            remedy="look under Utilities > Backup and restore, and at the disk's free space.",
        )

    def _requests(self) -> str:
        """What the product says of its backup requests, in its own words."""
        try:
            rows = self._api.status_list("backup_request") if self._api else []
        except CannotLook as error:
            return f"not shown ({error.message.rstrip('.')})"
        said = (f"{row.get('state')} {row.get('message') or ''}".strip() for row in rows)
        return ", ".join(said) or "none"

    def verify(self) -> None:
        """A recent backup is listed."""
        age = _newest_age(self._backups())
        if not self._is_recent(age):
            newest = "" if age is None else f": the newest is {_in_days(age)}"
            raise SetupFailed(
                f"The Management Node holds no recent backup{newest}.",
                remedy="compare the clocks of the Management Node and of this machine.",
            )

    def _is_recent(self, age: timedelta | None) -> bool:
        return age is not None and age <= timedelta(days=self._environment.site.backup_age_days)

    def _backups(self) -> Rows:
        try:
            if self._api is not None:
                return self._api.list(RESOURCE)
            self._api, rows = admitted(
                ManagementWriter, self._environment, lambda api: api.list(RESOURCE)
            )
            return rows  # noqa: TRY300 - the way here is the one without an error
        except CannotLook as error:
            raise SetupFailed(
                f"The backups cannot be listed: {error.message}", remedy=error.remedy
            ) from error


def _newest_age(rows: Rows) -> timedelta | None:
    """Age of the newest backup whose date says something; None where there is none."""
    at = datetime.now(UTC)
    ages = [at - made for row in rows if (made := _made_at(row)) is not None]
    return min((age for age in ages if age >= -CLOCKS_MAY_DIFFER), default=None)


def _in_days(age: timedelta) -> str:
    return f"{age / timedelta(days=1):.0f} days old"


def _made_at(row: Row) -> datetime | None:
    """When a backup was made: UTC, which the product does not say."""
    try:
        moment = datetime.fromisoformat(str(row.get("date")))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
