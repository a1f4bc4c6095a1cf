from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from securemode.errors import SetupFailed
from securemode.setups.lab import Lab
from securemode.setups.secured_lab import Secured, SecuredLab, key_of

KEY = "0123456789abcdef"


class WritingLab(Lab):
    """A lab that writes its state, or fails to."""

    fails = False

    def control(self, do: str, **arguments: Any) -> dict[str, Any]:
        assert do == "keep"
        if self.fails:
            raise SetupFailed("the lab refuses 'keep': faults are on.")
        Path(arguments["file"]).write_text("state")
        return {}


def _left(**changes: Any) -> Secured:
    left = Secured(
        run="20261124T000233Z-lab-ef56",
        at=datetime.now(UTC).isoformat(),
        setups=("lab", "backup"),
        transcripts={"backup": "asked for a backup"},
        files={"last-resort key": "secret"},
    )
    return replace(left, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lab-secured"


def _kept(folder: Path, left: Secured | None = None) -> Secured:
    left = left or _left()
    SecuredLab(folder, KEY).keep(WritingLab({}), left)
    return left


def test_a_later_run_finds_what_was_left(folder: Path, tmp_path: Path) -> None:
    left = _kept(folder)
    later = SecuredLab(folder, KEY)
    assert later.find()
    assert later.restored == left
    assert later.state.read_text() == "state"
    place = tmp_path / "here" / "admin.key"
    later.bring_back({"last-resort key": place})
    assert place.read_text() == "secret"
    assert place.stat().st_mode & 0o777 == 0o600


def test_what_is_kept_is_for_its_owner_alone(folder: Path) -> None:
    _kept(folder)
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}
    assert (folder / KEY / "run.json").stat().st_mode & 0o077 == 0


def test_another_key_finds_nothing_and_takes_its_place(folder: Path) -> None:
    _kept(folder)
    other = SecuredLab(folder, "f" * 16)
    assert not other.find()
    assert "another version" in other.refusal
    other.keep(WritingLab({}), _left())
    assert [path.name for path in folder.iterdir()] == ["f" * 16]


def test_nothing_is_said_where_nothing_was_kept(folder: Path) -> None:
    first = SecuredLab(folder, KEY)
    assert not first.find()
    assert first.refusal == ""


@pytest.mark.parametrize(
    "text",
    ["", "{}", json.dumps({"run": "x", "at": "yesterday", "setups": []}), '{"run":"x","at":"2026"'],
)
def test_what_cannot_be_read_is_not_used(folder: Path, text: str) -> None:
    _kept(folder)
    (folder / KEY / "run.json").write_text(text)
    later = SecuredLab(folder, KEY)
    assert not later.find()
    assert later.restored is None
    assert later.refusal == "what is kept cannot be read"


@pytest.mark.parametrize("age", [timedelta(days=2), timedelta(hours=-1)])
def test_what_is_old_or_of_tomorrow_is_not_used(folder: Path, age: timedelta) -> None:
    _kept(folder, _left(at=(datetime.now(UTC) - age).isoformat()))
    later = SecuredLab(folder, KEY)
    assert not later.find()
    assert "day" in later.refusal


def test_what_the_lab_does_not_write_leaves_nothing_behind(folder: Path) -> None:
    lab = WritingLab({})
    lab.fails = True
    with pytest.raises(SetupFailed, match="faults are on"):
        SecuredLab(folder, KEY).keep(lab, _left())
    assert list(folder.iterdir()) == []


def test_what_a_killed_run_left_unfinished_goes_with_the_next(folder: Path) -> None:
    killed, working = folder / f"{KEY}.1", folder / f"{KEY}.2"
    for unfinished in (killed, working):
        unfinished.mkdir(parents=True)
        (unfinished / "run.json").write_text("{}")
    os.utime(killed, (0, 0))
    assert not SecuredLab(folder, KEY).find()
    _kept(folder)
    assert sorted(path.name for path in folder.iterdir()) == [KEY, working.name]


def test_the_later_of_two_runs_is_kept(folder: Path) -> None:
    _kept(folder)
    later = _kept(folder, _left(run="later"))
    found = SecuredLab(folder, KEY)
    assert found.find()
    assert found.restored == later


def test_everything_that_a_state_depends_on_is_in_its_key(tmp_path: Path) -> None:
    for name in ("src/a.py", "locks/run.txt", "environments/lab.yaml", "conftest.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("before")

    def key(*lab: object, secret: str = "s") -> str:
        environment = SimpleNamespace(name="lab", secret_values=lambda: (secret,))
        return key_of(tmp_path, cast("Any", environment), *lab)

    first = key(2, "auto")
    assert key(2, "auto") == first
    assert len({first, key(3, "auto"), key(2, "loopback"), key(2, "auto", secret="t")}) == 4
    seen = {first}
    for name in ("src/a.py", "locks/run.txt", "environments/lab.yaml", "conftest.py"):
        (tmp_path / name).write_text("after")
        assert key(2, "auto") not in seen
        seen.add(key(2, "auto"))
    cache = tmp_path / "src" / "__pycache__" / "a.pyc"
    cache.parent.mkdir()
    cache.write_text("built")
    assert key(2, "auto") in seen
