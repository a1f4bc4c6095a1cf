"""`README.txt`: what each file of a run is and how to verify them, in ten lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.report import manifest, wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from securemode.report.models import Result

_LINES = """\
{system}: {decision}. Run {run}. {statement}
report.html               the whole run for readers: open it in a browser, no network is needed
signoff.pdf               the pages to sign
result.json, evidence/    the record that everything else is written from, and what it rests on
punchlist.csv             what stops acceptance or is waived, to be given an owner and a due date
checklist-*.cklb, .ckl    the STIGs of each host and virtual machine, for STIG Viewer 3 and 2
ohdf.json, oscal-ar.json  the run for Heimdall and the SAF, and as OSCAL assessment results
junit.xml                 the run for a build server
manifest.json             SHA-256 and size of every file here: the signatures are made over it
Verify: securemode verify {directory}, or sha256sum of each file beside manifest.json.{unwritten}
"""


def write(
    result: Result, directory: Path, path: Path, unwritten: Sequence[manifest.Unwritten] = ()
) -> None:
    """Write the text; what could not be written is said in its last line."""
    missing = ", ".join(one.file for one in unwritten)
    text = _LINES.format(
        system=wording.printable(result.identity.system or result.run.environment),
        decision=wording.DECIDED[result.decision.verdict],
        run=result.run.id,
        statement=result.run.lab.statement if result.run.lab else "",
        directory=directory.name,
        unwritten=f" NOT WRITTEN, the suite is at fault: {missing}" if missing else "",
    )
    path.write_text("\n".join(map(str.rstrip, text.splitlines())) + "\n", encoding="utf-8")
