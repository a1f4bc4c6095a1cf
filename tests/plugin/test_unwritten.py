"""A report that cannot be written is the suite's fault, and never passes in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

FEATURE = """Feature: demo
  @each_node @req:WIZ-14 @observed
  Scenario: cool
    When the temperature is read
    Then it is at most 25 degrees
"""
BROKEN = """

from securemode.report import ohdf

def broken(*_):
    raise KeyError("severity")

ohdf.write = broken
"""


def test_a_report_that_is_missing_is_said_and_no_acceptance(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    steps = project.path / "demo_steps.py"
    steps.write_text(steps.read_text() + BROKEN)
    result = feature(FEATURE)
    result.stdout.fnmatch_lines(
        ["ERROR: ohdf.json was not written, the suite is at fault: KeyError: 'severity'"]
    )
    assert result.ret == 3
    run = project.path / "reports" / "demo-latest"
    assert not (run / "ohdf.json").exists()
    assert (run / "manifest.json").exists()
