"""`punchlist.csv`: what stops acceptance or is waived, to be given an owner and a due date.

Spreadsheets take a cell that begins with =, +, - or @ for a formula; no cell of ours does.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from securemode.report import stops, wording
from securemode.stig.category import STIG_REQUIREMENT
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.report.control_result import ControlResult
    from securemode.report.models import Result

COLUMNS = (
    "requirement",
    "title",
    "severity",
    "verdict",
    "where",
    "expected",
    "saw",
    "next step",
    "waived by",
    "waived until",
    "evidence",
    "owner",
    "due date",
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - which count as well


def write(result: Result, path: Path) -> None:
    """Write the list; the mark at its beginning tells spreadsheets that it is UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for row in (*_requirements(result), *_controls(result)):
            rows.writerow([harmless(cell) for cell in (*row, "", "")])


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    said = wording.printable(text)
    return f"'{said}" if said.lstrip("'\" \t\r\n").startswith(_FORMULA) else said


def _requirements(result: Result) -> Iterator[tuple[str, ...]]:
    blocking = (stop for stop in stops.blocking(result) if stop.finding.verdict in stops.STOPPING)
    for stop in (*blocking, *stops.found(result, Verdict.WAIVED)):
        waiver = stop.finding.waiver
        yield (
            stop.requirement.id,
            stop.requirement.title,
            stop.requirement.severity,
            str(stop.finding.verdict),
            ", ".join(stop.targets) or "deployment",
            stop.finding.expected or "an answer",
            stop.saw or stop.sentence,
            stop.next_step,
            waiver.approver if waiver else "",
            waiver.ends.isoformat() if waiver else "",
            ", ".join(stop.evidence),
        )


def _controls(result: Result) -> Iterator[tuple[str, ...]]:
    """The controls of the STIGs by which HOST-01 stops acceptance, each once for its targets."""
    if STIG_REQUIREMENT not in result.decision.blocked_by:
        return
    alike: dict[tuple[str, ...], list[ControlResult]] = {}
    for one in result.controls:
        if one.verdict in stops.STOPPING:
            words = (one.id, str(one.verdict), one.expected, one.saw)
            alike.setdefault(words, []).append(one)
    for rows in alike.values():
        first = rows[0]
        yield (
            f"{STIG_REQUIREMENT} {first.id}",
            first.title,
            first.severity,
            str(first.verdict),
            ", ".join(one.target for one in rows),
            first.expected,
            first.saw,
            first.next_step,
            "",
            "",
            ", ".join(dict.fromkeys(name for one in rows for name in one.evidence)),
        )
