"""`securemode rejudge`: the evidence of a run under other rules, and without a network."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from securemode.errors import GuardViolated
from securemode.verbs.rejudge import touch_nothing

if TYPE_CHECKING:
    from collections.abc import Callable

FEATURE = """Feature: demo
  @each_node @req:WIZ-14 @observed
  Scenario: cool
    When the temperature is read
    Then it is at most {most} degrees
"""
MAIN = "import sys; from securemode.cli import main; sys.exit(main())"


def feature_file(project: pytest.Pytester, most: int) -> None:
    (project.path / "features" / "demo.feature").write_text(FEATURE.format(most=most))


def rejudge(project: pytest.Pytester, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", MAIN, "rejudge", *arguments],
        cwd=project.path,
        env={name: value for name, value in os.environ.items() if name != "DEMO_PASSWORD"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def written(project: pytest.Pytester) -> dict[str, Any]:
    [directory] = (project.path / "reports").glob("*-rejudged")
    record: dict[str, Any] = json.loads((directory / "result.json").read_text())
    return record


@pytest.fixture
def past(project: pytest.Pytester, feature: Callable[..., pytest.RunResult]) -> Path:
    """A run in which everything was cool."""
    assert feature(FEATURE.format(most=25)).ret == 0
    return Path(os.path.realpath(project.path / "reports" / "demo-latest"))


def test_the_same_rules_come_to_the_same_verdicts_without_a_secret(
    project: pytest.Pytester, past: Path
) -> None:
    done = rejudge(project, str(past))
    assert done.returncode == 0, done.stderr
    assert "nothing changed" in done.stdout
    before, after = json.loads((past / "result.json").read_text()), written(project)
    assert after["run"]["rejudges"] == before["run"]["id"]
    assert after["requirements"] == before["requirements"]
    assert after["counts"] == before["counts"]
    assert after["decision"] == before["decision"]
    assert (project.path / "reports" / "demo-latest").resolve() == past


def test_other_rules_are_told(project: pytest.Pytester, past: Path) -> None:
    feature_file(project, 5)
    done = rejudge(project, str(past))
    assert done.returncode == 1, done.stderr
    assert "REGRESSED  1" in done.stdout
    assert written(project)["comparison"]["drifted"] == []


def test_what_was_not_seen_is_not_reviewed_and_not_looked_up(
    project: pytest.Pytester, past: Path
) -> None:
    records = past / "evidence" / "observations.jsonl"
    kept = [line for line in records.read_text().splitlines() if '"target": "conf2"' not in line]
    records.write_text("".join(f"{line}\n" for line in kept))
    done = rejudge(project, str(past), "--out", "again")
    assert done.returncode == 1, done.stderr
    [directory] = (project.path / "again").glob("*-rejudged")
    record = json.loads((directory / "result.json").read_text())
    [row] = (row for row in record["requirements"] if row["id"] == "WIZ-14")
    [gone] = (found for found in row["targets"] if found["target"] == "conf2")
    assert gone["verdict"] == "not reviewed"
    assert f"not in the evidence of run {past.name}" in gone["saw"]


def test_a_selection_is_judged_again_as_one(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    assert feature(FEATURE.format(most=25), "features/demo.feature::cool[conf1]").ret == 0
    done = rejudge(project, "reports/demo-latest")
    assert done.returncode == 0, done.stderr
    assert written(project)["run"]["partial"] is True


def test_no_secret_is_kept(past: Path) -> None:
    text = (past / "evidence" / "environment.json").read_text()
    assert "127.0.0.2" in text
    assert "canary-of-the-demo" not in text


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda file: file.unlink(), "kept no environment"),
        (lambda file: file.write_text("{"), "cannot be read (JSONDecodeError)"),
        (lambda file: file.write_text('{"name": "demo"}'), "identity: Field required"),
    ],
)
def test_a_run_without_its_environment_is_refused(
    project: pytest.Pytester, past: Path, damage: Callable[[Path], object], words: str
) -> None:
    damage(past / "evidence" / "environment.json")
    done = rejudge(project, str(past))
    assert done.returncode == 4
    assert words in done.stderr
    assert not list((project.path / "reports").glob("*-rejudged"))


def test_it_has_to_be_where_the_scenarios_are(
    project: pytest.Pytester, past: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "rejudge", str(past)],
        cwd=tmp_path.parents[-2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4
    assert "the scenarios are there" in done.stderr


REACHING_OUT = {
    "connect": "s = socket.socket(); s.settimeout(1); s.connect(('127.0.0.1', 9))",
    "connect over IPv6": "socket.socket(socket.AF_INET6).connect(('::1', 9))",
    "bind": "socket.socket().bind(('127.0.0.1', 0))",
    "sendto": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))",
    "name": "socket.getaddrinfo('localhost', 80)",
}


@pytest.mark.parametrize("how", REACHING_OUT)
def test_reaching_out_is_refused(how: str) -> None:
    guarded = "import socket, sys; from securemode.verbs.rejudge import touch_nothing; "
    program = f"{guarded}sys.addaudithook(touch_nothing); {REACHING_OUT[how]}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "GuardViolated: socket." in done.stderr


def test_the_machine_itself_may_be_talked_to() -> None:
    with socket.socket(socket.AF_UNIX) as own:
        touch_nothing("socket.connect", (own, "somewhere"))
    with socket.socket() as other, pytest.raises(GuardViolated):
        touch_nothing("socket.connect", (other, ("127.0.0.1", 9)))
