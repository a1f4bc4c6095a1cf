"""Controls of the STIGs are answered for on the command line, without a run."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--explain", "esxi-80-000005"], "ESXI-80-000005  Lock a local account*"),
        (
            ["--list-requirements", "--area", "vmch"],
            "25 controls of the vSphere 8 Virtual Machine*",
        ),
    ],
)
def test_a_question_about_controls_is_answered(
    project: pytest.Pytester, arguments: list[str], said: str
) -> None:
    result = project.runpytest_subprocess(*arguments)
    assert result.ret == 0
    result.stdout.fnmatch_lines([said])


def test_an_unknown_control_is_refused_with_its_neighbours(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--explain", "ESXI-80-000251")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(['*There is no control "ESXI-80-000251".*did you mean*'])
