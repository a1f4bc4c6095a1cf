from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from infinity.server import Asked, Reply, as_json, page, serving
from securemode.environment.secret import Secret
from securemode.environment.site import Site
from securemode.errors import SetupFailed
from securemode.infinity.client import ManagementWriter
from securemode.setups.backup import Backup
from setups.surroundings import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = "/api/admin"
LISTED = f"{ROOT}/configuration/v1/system_backup/"
REQUESTED = f"{ROOT}/command/v1/platform/backup_create/"


class BackupNode:
    """Makes a backup that is listed after some looks; `late` None never lists it."""

    def __init__(self, *ages_days: float, late: int | None = 0) -> None:
        self.rows = [self.row(age, f"old{n}") for n, age in enumerate(ages_days)]
        self.late = late
        self.asked: list[dict[str, Any]] = []
        self.refusal: Reply | None = None
        self.age_of_new_days = 0.0

    @staticmethod
    def row(age_days: float, name: str) -> dict[str, Any]:
        made = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=age_days)
        uri = f"{LISTED}{name}.pexbak/"
        return {"filename": f"{name}.pexbak", "date": made.isoformat(), "resource_uri": uri}

    def __call__(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            assert asked.path == REQUESTED
            self.asked.append(json.loads(asked.body))
            return self.refusal or as_json({"status": "success", "data": {}}, 202)
        if asked.path.startswith(f"{ROOT}/status/v1/backup_request/"):
            return page({"state": "failed", "message": "disk is full"})
        assert asked.path.startswith(LISTED)
        if self.asked and self.late is not None:
            if self.late == 0:
                self.rows.append(self.row(self.age_of_new_days, "new"))
            self.late -= 1
        return page(*self.rows)


def quietly(_: str) -> None:
    """Nobody waits."""


def hurrying(_: float) -> None:
    """The next look comes at once."""


@contextmanager
def runs(
    node: BackupNode, passphrase: str | None = "canary-phrase", **more: Any
) -> Iterator[Backup]:
    secrets: dict[str, Any] = {"backup_passphrase": Secret(passphrase)} if passphrase else {}
    with serving(node) as server:
        api = ManagementWriter(server.url, None, timeout_s=0.5, pause=hurrying)
        yield Backup(environment(Site(backup_age_days=7), **secrets), api, pause=hurrying, **more)


def test_a_backup_is_made_where_there_is_none() -> None:
    node = BackupNode(late=3)
    with runs(node) as setup:
        (change,) = setup.run(quietly)
        assert str(change) == (
            "Management Node: newest backup: none that is recent → of now (BACKUP-01)"
        )
        assert setup.transcript.endswith(" new.pexbak is there")
    assert node.asked == [{"passphrase": "canary-phrase", "request": True}]


def test_a_second_run_makes_none() -> None:
    node = BackupNode()
    with runs(node) as setup:
        setup.run(quietly)
        assert setup.run(quietly) == []
    assert len(node.asked) == 1


@pytest.mark.parametrize(("age_days", "makes_one"), [(6.9, False), (7.1, True), (-0.5, False)])
def test_a_backup_counts_as_long_as_the_site_says(age_days: float, *, makes_one: bool) -> None:
    node = BackupNode(30, age_days)
    with runs(node) as setup:
        assert bool(setup.run(quietly)) is makes_one
    assert bool(node.asked) is makes_one


@pytest.mark.parametrize("date", ["", "yesterday", "2999-01-01T00:00:00"])
def test_a_date_that_says_nothing_does_not_count(date: str) -> None:
    node = BackupNode(0)
    node.rows[0]["date"] = date
    with runs(node) as setup:
        assert setup.run(quietly)
    assert node.asked


def test_without_a_passphrase_none_is_made_and_that_is_said() -> None:
    node = BackupNode(20)
    with runs(node, passphrase=None) as setup:
        assert setup.run(quietly) == []
        assert setup.notes == ["credentials.backup_passphrase is not stated: no backup is made."]
    assert node.asked == []


def test_a_recent_backup_needs_no_passphrase() -> None:
    with runs(BackupNode(1), passphrase=None) as setup:
        assert setup.run(quietly) == []
        assert setup.notes == []


def test_a_backup_that_never_appears() -> None:
    with runs(BackupNode(late=None), completion_s=0.5) as setup:
        with pytest.raises(SetupFailed) as caught:
            setup.run(quietly)
        assert caught.value.message == (
            "No backup appeared within 0.5 s; requests: failed disk is full."
        )


def test_an_answer_that_takes_too_long_is_not_the_end() -> None:
    node = BackupNode()
    node.refusal = Reply(hang=True)
    with runs(node) as setup:
        setup.run(quietly)
        assert "without an answer in time" in setup.transcript


def test_a_command_that_is_refused() -> None:
    node = BackupNode()
    node.refusal = as_json({"status": "failure", "message": "Not now"}, 202)
    refused = r"No backup was made: .*does not succeed: Not now"
    with runs(node) as setup, pytest.raises(SetupFailed, match=refused):
        setup.run(quietly)


def test_a_new_backup_with_an_old_date_is_not_recent() -> None:
    node = BackupNode()
    node.age_of_new_days = 40
    old = "no recent backup: the newest is 40 days old"
    with runs(node) as setup, pytest.raises(SetupFailed, match=old):
        setup.run(quietly)


def test_backups_that_cannot_be_listed() -> None:
    with serving(lambda _: Reply(401)) as server:
        api = ManagementWriter(server.url, None, timeout_s=0.5, pause=hurrying)
        with pytest.raises(SetupFailed, match=r"The backups cannot be listed: .* 401"):
            Backup(environment(), api).plan()


def test_the_passphrase_is_never_said() -> None:
    with runs(BackupNode()) as setup:
        said: list[str] = []
        changes = setup.run(said.append)
        assert "canary" not in "\n".join([setup.transcript, *said, *map(str, changes)])
        assert "canary-phrase" in setup.secrets()
