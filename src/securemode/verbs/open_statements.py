"""What a run left to a person: requirements and controls that nobody has attested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.stig.category import STIG_REQUIREMENT
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from securemode.report.control_result import ControlResult
    from securemode.report.models import Result

ATTESTED = "attested"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStatement:
    """One thing of which a person has to say that it holds.

    Attributes:
        requirement: id.
        title: what should hold, in a few words.
        expected: the expectation, as a phrase.
        saw: why it is open.
        control: id of the STIG control, where the requirement is the sum of many.
        targets: names of the hosts at which the control is open.
    """

    requirement: str
    title: str
    expected: str
    saw: str
    control: str = ""
    targets: tuple[str, ...] = ()


def open_statements(result: Result, by_person: Collection[str]) -> Iterator[OpenStatement]:
    """Everything that the run left open for want of a statement, in the order of the record.

    Args:
        result: the record of the run.
        by_person: ids of the STIG controls of which a person has to say something.
    """
    for requirement in result.requirements:
        findings = [
            finding
            for finding in requirement.targets
            if finding.kind == ATTESTED and finding.verdict is Verdict.NOT_REVIEWED
        ]
        if requirement.id == STIG_REQUIREMENT:
            yield from _controls(result, by_person)
        elif findings:
            yield OpenStatement(
                requirement=requirement.id,
                title=requirement.title,
                expected=requirement.expected,
                saw=findings[0].saw or findings[0].what,
            )


def _controls(result: Result, by_person: Collection[str]) -> Iterator[OpenStatement]:
    """The same control of several hosts is asked for once."""
    found: dict[str, list[ControlResult]] = {}
    for control in result.controls:
        is_open = ATTESTED in control.kinds and control.verdict is Verdict.NOT_REVIEWED
        if is_open and control.id in by_person:
            found.setdefault(control.id, []).append(control)
    for id_, rows in found.items():
        yield OpenStatement(
            requirement=STIG_REQUIREMENT,
            title=rows[0].title,
            expected=rows[0].expected,
            saw=rows[0].saw,
            control=id_,
            targets=tuple(row.target for row in rows),
        )
