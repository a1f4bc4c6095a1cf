"""All set-ups of environments/lab.yaml on one lab, in runs that may be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.control.running import RunningLab
    from setups.death import Point

SETUPS = (
    "deploy_management_node",
    "install_wizard",
    "security_wizard",
    "deploy_conferencing_nodes",
    "reserve_resources",
    "configure_bios",
    "configure_application",
    "backup",
)
TESTS = Path(__file__).parents[1]
PROGRAM = TESTS / "setups" / "all_setups_operator.py"


class Operator:
    """Whoever runs set-ups on a lab, and what the runs keep beside it.

    Args:
        lab: empty at first.
        directory: for what is kept, and for what the runs say.
    """

    def __init__(self, lab: RunningLab, directory: Path) -> None:
        self.lab = lab
        self._kept = directory / "kept"
        self._words = directory / "said"
        joining = lab._joining()
        self._asked = 0
        with self._words.open("w") as said:
            self._process = subprocess.Popen(
                [*joining, sys.executable, str(PROGRAM), str(TESTS.parent)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                env={**os.environ, "PYTHONPATH": str(TESTS)},
            )
        self._tell(lab.document)

    def runs(self, *setups: str, dies: Point | None = None) -> dict[str, Any]:
        """What a run of set-ups answers: its changes, or that it was killed."""
        self._asked += 1
        dying = asdict(dies) if dies else None
        self._tell(
            {"number": self._asked, "setups": setups, "kept": str(self._kept), "dies": dying}
        )
        assert self._process.stdout is not None
        answer: dict[str, Any] = {}
        while answer.get("number") != self._asked:  # a test that timed out left its answer behind
            answer = json.loads(self._process.stdout.readline())
        return answer

    @property
    def said(self) -> str:
        """The last that the runs said, for a message."""
        return self._words.read_text()[-3000:]

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _tell(self, what: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
