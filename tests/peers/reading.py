"""Someone else's readers of the reports, as `tests/peers/readers/install` installs them."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from peers.access import program

INSTALLED = Path(os.environ.get("ACCEPT_READERS", "/usr/local/lib/accept-readers"))
SAF = INSTALLED / "saf" / "node_modules" / ".bin" / "saf"
STIG_MANAGER = INSTALLED / "saf" / "node_modules" / "@nuwcdivnpt" / "stig-manager-client-modules"
AXE = INSTALLED / "saf" / "node_modules" / "axe-core" / "axe.min.js"
TRESTLE = INSTALLED / "oscal" / "bin" / "trestle"
JUNIT_SCHEMA = INSTALLED / "junit" / "junit-10.xsd"
ALL = {
    "SAF CLI": SAF,
    "the reader of STIG Manager": STIG_MANAGER,
    "axe-core": AXE,
    "compliance-trestle": TRESTLE,
    "the JUnit schema of Jenkins": JUNIT_SCHEMA,
}

_READ_CHECKLIST = """
const { reviewsFromCkl, reviewsFromCklb } = require(process.argv[1]);
const data = require("node:fs").readFileSync(process.argv[2], "utf8");
const asked = {
  data,
  fieldSettings: { detail: { required: "always" }, comment: { required: "optional" } },
  allowAccept: false,
  importOptions: {
    autoStatus: { fail: "saved", pass: "saved", notapplicable: "saved" },
    unreviewed: "always",
    unreviewedCommented: "notchecked",
    emptyDetail: "import",
    emptyComment: "import",
    allowCustom: true,
  },
};
const read = process.argv[2].endsWith(".cklb") ? reviewsFromCklb : reviewsFromCkl;
process.stdout.write(JSON.stringify(read(asked)));
"""


def reader(name: str) -> Path:
    """Where the reader is; without it the test is skipped, or fails where CI promised it."""
    if ALL[name].exists():
        return ALL[name]
    said = f"{name} is missing: tests/peers/readers/install installs it"
    if os.environ.get("ACCEPT_CI_PEERS") == "1":
        pytest.fail(said)
    pytest.skip(said)


def saf(*arguments: str | Path) -> str:
    """What SAF CLI prints; it ends with an error where it finds one, and logs where it runs."""
    with tempfile.TemporaryDirectory() as logs:
        return _said(reader("SAF CLI"), *arguments, directory=Path(logs))


def stig_manager(checklist: Path) -> dict[str, Any]:
    """What STIG Manager takes from a checklist in either format."""
    module = reader("the reader of STIG Manager")
    read: dict[str, Any] = json.loads(
        _said(program("node"), "-e", _READ_CHECKLIST, "--", module, checklist)
    )
    return read


def trestle(workspace: Path, *arguments: str | Path) -> str:
    """What compliance-trestle says, in a workspace of its own."""
    return _said(reader("compliance-trestle"), *arguments, directory=workspace)


def validate_junit(report: Path) -> None:
    """Hold a report against the schema by which Jenkins reads it."""
    schema = reader("the JUnit schema of Jenkins")
    _said(program("xmllint"), "--nonet", "--noout", "--schema", schema, report)


def _said(command: str | Path, *arguments: str | Path, directory: Path | None = None) -> str:
    done = subprocess.run(
        [command, *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=directory,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
