"""`securemode compare`: what is printed, and the exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from report import sample
from securemode.cli import main
from securemode.report.comparison_models import Comparison

if TYPE_CHECKING:
    from pathlib import Path


def run(directory: Path, change: dict[str, str] | None = None) -> str:
    """A run as it lies on the disk; the change goes into a finding that passes."""
    data: dict[str, Any] = json.loads(sample.result().to_json())
    [row] = (row for row in data["requirements"] if row["id"] == "WIZ-02")
    row["targets"][0].update(change or {})
    (directory / "evidence").mkdir(parents=True)
    (directory / "result.json").write_text(json.dumps(data))
    records = sample.evidence_records(sample.findings())
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    (directory / "evidence" / "observations.jsonl").write_text(lines)
    return str(directory)


@pytest.fixture
def same(tmp_path: Path) -> str:
    return run(tmp_path / "a")


@pytest.fixture
def worse(tmp_path: Path) -> str:
    return run(tmp_path / "b", {"verdict": "fail", "what": "is wrong", "saw": "a hole"})


def test_nothing_worse_is_0(same: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", same, same]) == 0
    assert "REGRESSED" not in capsys.readouterr().out


def test_a_regression_is_1(same: str, worse: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", same, worse]) == 1
    said = capsys.readouterr().out
    assert "REGRESSED  1" in said
    assert "saw a hole" in said


def test_a_fix_is_0(same: str, worse: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", worse, same]) == 0
    assert "FIXED  1" in capsys.readouterr().out


def test_json_is_the_whole_comparison(
    same: str, worse: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", same, worse, "--json"]) == 1
    found = Comparison.model_validate_json(capsys.readouterr().out)
    assert [one.requirement for one in found.regressed] == ["WIZ-02"]


def test_what_is_no_run_is_refused(
    same: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", same, str(tmp_path)]) == 4
    said = capsys.readouterr()
    assert "holds no result.json" in said.err
    assert said.out == ""
