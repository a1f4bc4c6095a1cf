"""Two whole runs against one state of one lab: nothing changed, and judged again nothing turns."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from robustness.runs import ROOT, RUN_TIMEOUT_S
from securemode.run_comparison import compared, read_side

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from robustness.runs import Laboratory
    from securemode.report.comparison_models import Comparison

pytestmark = pytest.mark.timeout(3 * RUN_TIMEOUT_S)

MAIN = "import sys; from securemode.cli import main; sys.exit(main())"


@pytest.fixture(scope="module")
def runs(secured_laboratory: Laboratory) -> Sequence[Path]:
    """Two runs against one state of one lab."""
    lab, made = secured_laboratory.lab, []
    for _ in range(2):
        lab.done("restore", name="secured")
        run = secured_laboratory.verify("--setup=none")
        made.append(secured_laboratory.directory / "reports" / run.result["run"]["id"])
    return made


@pytest.fixture(scope="module")
def since(runs: Sequence[Path]) -> Comparison:
    return compared(read_side(runs[0]), read_side(runs[1]))


@pytest.mark.parametrize("group", ["regressed", "vanished", "fixed", "new_checks"])
def test_no_verdict_turns(since: Comparison, group: str) -> None:
    assert getattr(since, group) == ()


def test_nothing_drifts(since: Comparison) -> None:
    assert [f"{one.places} {one.probe}: {one.path}" for one in since.drifted] == []
    assert since.new_surface == ()


def test_judged_again_it_is_what_it_was(runs: Sequence[Path], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "rejudge", str(runs[0]), "--out", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [again] = tmp_path.glob("*-rejudged")
    before, after = read_side(runs[0]).result, read_side(again).result
    assert after.requirements == before.requirements
    assert after.controls == before.controls
