"""Every way in which a feature file could pass without verifying is refused, with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = """
Feature: demo
  @each_node @req:WIZ-14 @observed
  Scenario: cool
    When the temperature is read
    Then it is at most 25 degrees
"""

TWICE = (
    GOOD
    + """
  Rule: another
    @each_node @req:WIZ-14 @observed
    Scenario: cool
      When the temperature is read
      Then it is at most 5 degrees
"""
)


def scenario(steps: str, tags: str = "@each_node @req:WIZ-14 @observed", examples: str = "") -> str:
    kind = "Scenario Outline" if examples else "Scenario"
    lines = "".join(f"    {line}\n" for line in steps.splitlines())
    return f"Feature: demo\n  {tags}\n  {kind}: cool\n{lines}{examples}"


LOOK = "When the temperature is read\n"
JUDGE = "Then it is at most 25 degrees"

REFUSED = {
    "duplicate scenario": (TWICE, "the scenario name 'cool' is used twice"),
    "empty scenario": (scenario(""), "the scenario has no steps"),
    "nothing observed": (scenario(JUDGE), "there is no When step"),
    "nothing judged": (scenario(LOOK), "there is no Then step"),
    "empty examples": (
        scenario(
            LOOK + "Then it is at most <most> degrees", examples="    Examples:\n      | most |\n"
        ),
        "the outline has no examples",
    ),
    "unknown column": (
        scenario(
            LOOK + "Then it is at most <many> degrees",
            examples="    Examples:\n      | most |\n      | 25 |\n",
        ),
        "<many> is not a column",
    ),
    "unknown step": (
        scenario(LOOK + "Then all is well"),
        "no definition for the step 'all is well'",
    ),
    "no requirement": (scenario(LOOK + JUDGE, "@each_node @observed"), "claims nothing"),
    "no kind": (scenario(LOOK + JUDGE, "@each_node @req:WIZ-14"), "claims nothing"),
    "unknown requirement": (
        scenario(LOOK + JUDGE, "@req:WIZ-99 @observed @each_node"),
        "unknown requirement 'WIZ-99'",
    ),
    "two kinds": (
        scenario(LOOK + JUDGE, "@each_node @req:WIZ-14 @observed @declared"),
        "claims several kinds",
    ),
    "unknown tag": (
        scenario(LOOK + JUDGE, "@req:WIZ-14 @observed @someday"),
        "unknown tag @someday",
    ),
    "two targets": (
        scenario(LOOK + JUDGE, "@each_node @each_location @req:WIZ-14 @observed"),
        "more than one target",
    ),
    "no scenario": ("Feature: demo\n", "the file has no scenarios"),
    "not gherkin": ("nothing of the kind\n", "is not a feature file"),
}


def test_the_good_one_passes(feature: Callable[..., pytest.RunResult]) -> None:
    result = feature(GOOD)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*3 pass*"])


@pytest.mark.parametrize(("text", "complaint"), REFUSED.values(), ids=REFUSED)
def test_is_refused_at_collection(
    feature: Callable[..., pytest.RunResult], text: str, complaint: str
) -> None:
    result = feature(text)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"*demo.feature:*{complaint}*"])
    assert "Traceback" not in result.stdout.str()


def test_an_ambiguous_step_is_refused(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    with project.path.joinpath("demo_steps.py").open("a") as steps:
        steps.write(
            '\n\n@judgement("it is at most 25 {unit}")\n'
            "def also(seen, unit):\n    return at_most(seen, 25)\n"
        )
    result = feature(GOOD)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*several definitions for the step*demo_steps.also*"])


def test_an_async_step_is_refused(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    with project.path.joinpath("demo_steps.py").open("a") as steps:
        steps.write(
            "\n\nfrom pytest_bdd import then\n\n\n"
            '@then("it is never awaited")\nasync def never():\n    raise AssertionError\n'
        )
    result = feature(scenario(LOOK + "Then it is never awaited"))
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*is async and would never be awaited*"])


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        (LOOK + "Then nothing comes of it", "came to no finding"),
        (LOOK + "Then VMRES-01 holds", "which it does not claim"),
        (LOOK + "Then something plain", "came to no verdict on WIZ-14"),
        ("When something else\n" + JUDGE, "seen"),
    ],
)
def test_a_scenario_that_leaves_nothing_is_the_suites_fault(
    project: pytest.Pytester,
    feature: Callable[..., pytest.RunResult],
    steps: str,
    complaint: str,
) -> None:
    with project.path.joinpath("demo_steps.py").open("a") as file:
        file.write(
            "\n\nfrom pytest_bdd import then, when\n\n\n"
            '@then("something plain")\ndef plain():\n    pass\n\n\n'
            '@when("something else")\ndef other():\n    pass\n'
        )
    result = feature(scenario(steps))
    assert result.ret != 0
    assert complaint in result.stdout.str()


def test_an_unplanned_probe_is_the_suites_fault(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    with project.path.joinpath("demo_steps.py").open("a") as file:
        file.write(
            "\n\nfrom pytest_bdd import when\n\n\n"
            '@when("somebody looks aside", target_fixture="seen")\n'
            "def aside(observatory, node):\n    return observatory.sightings([Thermometer(node)])\n"
        )
    result = feature(scenario("When somebody looks aside\n" + JUDGE))
    assert result.ret != 0
    assert "was not planned" in result.stdout.str()
