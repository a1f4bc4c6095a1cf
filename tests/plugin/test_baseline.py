"""`--baseline`: a run that says what changed since an earlier one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

FEATURE = """Feature: demo
  @each_node @req:WIZ-14 @observed
  Scenario: cool
    When the temperature is read
    Then it is at most {most} degrees
"""


def latest(project: pytest.Pytester) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(
        (project.path / "reports" / "demo-latest" / "result.json").read_text()
    )
    return record


def test_what_regressed_since_stands_in_record_page_and_terminal(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    assert feature(FEATURE.format(most=25)).ret == 0
    earlier = latest(project)["run"]["id"]
    result = feature(FEATURE.format(most=5), f"--baseline=reports/{earlier}")
    assert result.ret == 11
    result.stdout.fnmatch_lines([f"Since*{earlier}: 1 regressed"])
    comparison = latest(project)["comparison"]
    [regressed] = comparison["regressed"]
    assert (regressed["requirement"], regressed["targets"]) == (
        "WIZ-14",
        ["mgmt", "conf1", "conf2"],
    )
    assert comparison["drifted"] == []
    page = project.path / "reports" / "demo-latest" / "report.html"
    assert f'Since run <span class="id">{earlier}' in page.read_text()


def test_the_decision_is_the_same_without(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    assert feature(FEATURE.format(most=5)).ret == 11
    result = feature(FEATURE.format(most=25), "--baseline=reports/demo-latest")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["Since*: 1 fixed"])


def test_a_baseline_that_is_no_run_is_refused_before_anything_is_touched(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    result = feature(FEATURE.format(most=25), "--baseline=features")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*features: holds no result.json*"])
    assert not (project.path / "reports").exists()
