"""Two runs of the suite: the first secures a lab, the second restores what that one left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FEATURE = "features/04-deployment/declared-reporting.feature"
RUN_TIMEOUT_S = 240
SHARED = (
    "conftest.py",
    "environments",
    "features",
    "locks",
    "pytest.ini",
    "requirements",
    "steps",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project with modules of its own: somebody may be at work on ours meanwhile."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in SHARED:
        (root / name).symlink_to(ROOT / name)
    return root


def _verified(project: Path) -> tuple[dict[str, Any], str]:
    """Result and printed text of one run."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--env=lab", "--setup=lab_secured", FEATURE],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=False,
        env={**os.environ, "PYTHONPATH": str(project / "src"), "COLUMNS": "300"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    latest = project / "reports" / "lab-latest" / "result.json"
    result: dict[str, Any] = json.loads(latest.read_text())
    return result, done.stdout


def _outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {setup["name"]: setup["outcome"] for setup in result["setups"]}


def _verdicts(result: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in result["requirements"]}


def test_the_second_run_finds_the_lab_that_the_first_has_secured(project: Path) -> None:
    first, _ = _verified(project)
    if first["run"]["lab"]["profile"] == "loopback":
        pytest.skip("a lab on loopback has the addresses of its process")
    assert "not performed" not in " ".join(_outcomes(first).values())
    second, printed = _verified(project)
    assert f"restored the state that run {first['run']['id']} had secured" in printed
    restored = _outcomes(second)
    assert list(restored) == ["lab", "security_wizard", "configure_application", "backup"]
    assert all(first["run"]["id"] in outcome for outcome in restored.values())
    assert _verdicts(second) == _verdicts(first)
    assert not list((project / "reports" / "lab-records").iterdir())

    (state,) = (project / "reports" / "lab-secured").glob("*/lab.state")
    state.write_bytes(b"nonsense")
    third, printed = _verified(project)
    assert "no state is restored: the lab did not come up" in printed
    assert "not performed" not in " ".join(_outcomes(third).values())
    assert _verdicts(third) == _verdicts(first)
