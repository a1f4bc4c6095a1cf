"""A secured lab, and whole runs of the suite against it or against what a test put in its place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.control.running import up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.control.running import RunningLab

ROOT = Path(__file__).parents[2]
RUN_TIMEOUT_S = 300
AT_FAULT = ("Traceback (most recent call last)", "The suite is at fault", "INTERNALERROR")


@dataclass(frozen=True)
class Run:
    """What one run of the suite came to.

    Attributes:
        exit_code: docs/adr/0002-verdicts.md has them.
        printed: everything that the person saw.
        result: the record, empty where the run ended before there was one.
    """

    exit_code: int
    printed: str
    result: Mapping[str, Any]

    def verdict(self, requirement: str) -> str | None:
        """Of the requirement as a whole."""
        return str(self._row(requirement)["verdict"])

    def said(self, requirement: str) -> str:
        """Everything that was found of a requirement, but for what passes."""
        return "\n".join(
            " ".join(str(found[part]) for part in ("verdict", "target", "what", "expected", "saw"))
            for found in self._row(requirement)["targets"]
            if found["verdict"] != "pass"
        )

    def passing(self, requirement: str) -> set[str]:
        """The targets that pass in every way that was looked at."""
        found = self._row(requirement)["targets"]
        return {f["target"] for f in found} - {f["target"] for f in found if f["verdict"] != "pass"}

    def with_verdict(self, *verdicts: str) -> set[str]:
        """The requirements that came to one of these."""
        return {row["id"] for row in self.result["requirements"] if row["verdict"] in verdicts}

    def _row(self, requirement: str) -> Mapping[str, Any]:
        [row] = (row for row in self.result["requirements"] if row["id"] == requirement)
        found: Mapping[str, Any] = row
        return found

    def assert_the_suite_is_not_at_fault(self) -> None:
        for words in AT_FAULT:
            assert words not in self.printed
        assert not self.result["guards_violated"]


@dataclass
class Laboratory:
    """A lab on loopback: whatever a test puts in the place of one of its nodes is there too.

    Attributes:
        lab: its process, document and control socket.
        directory: for the document that runs get, and for their reports.
        asked_by_set_ups: of the Management Node, until the lab was secured.
    """

    lab: RunningLab
    directory: Path
    asked_by_set_ups: list[dict[str, Any]] = field(default_factory=list)

    def verify(self, *arguments: str, document: Mapping[str, Any] | None = None) -> Run:
        """Run the suite; without a document, against the lab as it is."""
        with self.begun(*arguments, document=document) as process:
            printed, _ = process.communicate(timeout=RUN_TIMEOUT_S)
        return self.ended(process.returncode, printed)

    def begun(
        self, *arguments: str, document: Mapping[str, Any] | None = None
    ) -> subprocess.Popen[str]:
        """A run that has only begun."""
        where = self.directory / "lab.json"
        where.write_text(json.dumps(document or self.lab.document))
        command = [sys.executable, "-m", "pytest", "--env=lab", f"--lab={where}"]
        command += [f"--reports={self.directory / 'reports'}", *arguments]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )

    def ended(self, exit_code: int, printed: str) -> Run:
        latest = self.directory / "reports" / "lab-latest"
        assert latest.exists(), printed
        result = json.loads((latest / "result.json").read_text())
        latest.unlink()
        run = Run(exit_code, printed, result)
        run.assert_the_suite_is_not_at_fault()
        return run

    def instead_of_the_management_node(self, ipv4: str) -> dict[str, Any]:
        """The lab's document as if the Management Node had this address."""
        document = dict(self.lab.document)
        document["management_node"] = {**document["management_node"], "ipv4": ipv4, "ipv6": None}
        return document


def secured(directory: Path) -> Iterator[Laboratory]:
    """A lab after all set-ups, kept as `secured`."""
    lab = up("--profile", "loopback")
    try:
        laboratory = Laboratory(lab, directory)
        feature = "features/04-deployment/declared-reporting.feature"
        run = laboratory.verify("--setup=lab_secured", feature)
        assert run.exit_code == 0, run.printed
        laboratory.asked_by_set_ups = lab.done("requests")["requests"]
        lab.done("save", name="secured")
        yield laboratory
    finally:
        lab.stop()
