"""A waiver covers exactly what was accepted: in the outcome of the test, the record, the gate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from securemode.report.reading import read_result
from securemode.verbs import waive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOT = """Feature: demo
  @each_node @req:WIZ-14 @observed
  Scenario: cool
    When the temperature is read
    Then it is at most {most} degrees
"""
FILLED = {
    "<who accepts it>": "Ada Example",
    "<in which capacity>": "security officer",
    "<why it is accepted>": "The room is cooled next year.",
    "<what is done instead>": "A fan.",
    "<where it was decided>": "CHG-7",
}
LONG = ("2026-01-01T00:00:00+01:00", "2999-01-01T00:00:00+01:00")


def record(project: pytest.Pytester) -> dict[str, Any]:
    path = project.path / "reports" / "demo-latest" / "result.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def name_waivers(project: pytest.Pytester, text: str) -> Path:
    """Put a file of waivers beside the environment, and name it there."""
    environment = project.path / "environments" / "demo.yaml"
    environment.write_text(environment.read_text() + "records: {waivers: demo.waivers.yaml}\n")
    path = environment.with_name("demo.waivers.yaml")
    path.write_text(text)
    return path


def accept(project: pytest.Pytester, dates: tuple[str, str] = LONG) -> str:
    """A person fills in the draft for what the last run has seen."""
    result = read_result(project.path / "reports" / "demo-latest")
    [row] = [row for row in result.requirements if row.id == "WIZ-14"]
    text = waive.HEADER + waive.draft(result, row)
    for placeholder, answer in FILLED.items():
        text = text.replace(placeholder, answer)
    for key, date in zip(("starts", "ends"), dates, strict=True):
        line = next(line for line in text.splitlines() if line.startswith(f"    {key}:"))
        text = text.replace(line, f"    {key}: {date}")
    name_waivers(project, text)
    return text


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_what_was_accepted_is_waived_and_what_differs_is_not(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult], workers: tuple[str, ...]
) -> None:
    assert feature(HOT.format(most=5)).ret == 11
    accept(project)

    accepted = feature(HOT.format(most=5), *workers)
    assert accepted.ret == 10
    accepted.stdout.fnmatch_lines(["*ACCEPTED WITH WAIVERS*", "*Waivers: 1 in force.*"])
    assert "3 waived" in accepted.stdout.str()
    seen = record(project)
    assert seen["decision"]["verdict"] == "accepted with waivers"
    [waiver] = seen["waivers"]
    assert (waiver["state"], waiver["covers"]) == ("in force", ["mgmt", "conf1", "conf2"])
    [row] = [row for row in seen["requirements"] if row["id"] == "WIZ-14"]
    assert {(one["verdict"], one["waiver"]["ticket"]) for one in row["targets"]} == {
        ("waived", "CHG-7")
    }

    different = feature(HOT.format(most=4), *workers)
    assert different.ret == 11
    assert "does not apply: what is seen (WF-" in " ".join(different.stdout.str().split())
    assert [one["state"] for one in record(project)["waivers"]] == ["differs"]


def test_a_target_outside_the_scope_still_fails(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    feature(HOT.format(most=5), "features/demo.feature::cool[conf1]")
    assert "scope: [conf1]" in accept(project)
    assert feature(HOT.format(most=5)).ret == 11
    [row] = [row for row in record(project)["requirements"] if row["id"] == "WIZ-14"]
    assert {one["target"]: one["verdict"] for one in row["targets"]} == {
        "mgmt": "fail",
        "conf1": "waived",
        "conf2": "fail",
    }


@pytest.mark.parametrize(
    ("dates", "state", "said"),
    [
        (("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"), "expired", "it ended on 2026-01-02"),
        (("2998-01-01T00:00:00Z", "2999-01-01T00:00:00Z"), "not started", "it begins on 2998-01"),
    ],
)
def test_out_of_its_time_a_waiver_covers_nothing(
    project: pytest.Pytester,
    feature: Callable[..., pytest.RunResult],
    dates: tuple[str, str],
    state: str,
    said: str,
) -> None:
    feature(HOT.format(most=5))
    accept(project, dates)
    result = feature(HOT.format(most=5))
    assert result.ret == 11
    assert said in " ".join(result.stdout.str().split())
    assert [one["state"] for one in record(project)["waivers"]] == [state]


def test_a_waiver_of_what_passes_is_stale(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    feature(HOT.format(most=5))
    accept(project)
    result = feature(HOT.format(most=25))
    assert result.ret == 0
    assert [one["state"] for one in record(project)["waivers"]] == ["stale"]
    assert "is stale: what it accepts is not seen any more" in " ".join(result.stdout.str().split())


def test_what_could_not_be_judged_is_never_waived(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    feature(HOT.format(most=5))
    accept(project)
    foggy = HOT.replace("it is at most {most} degrees", "it is hard to tell")
    assert feature(foggy).ret == 12
    assert [one["state"] for one in record(project)["waivers"]] == ["not looked at"]


def test_a_malformed_file_is_refused_before_anything_is_touched(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    text = "waivers:\n  - requirement: WIZ-99\n    ends: 2026-12-01T00:00:00\n"
    name_waivers(project, text)
    result = feature(HOT.format(most=5))
    assert result.ret == 4
    said = result.stderr.str()
    assert 'demo.waivers.yaml:2: waivers[0].requirement: is "WIZ-99"' in said
    assert "demo.waivers.yaml:3: waivers[0].ends: " in said
    assert "without a time zone. Remedy: state time and zone" in said
    assert not (project.path / "reports").exists()
