"""The sample run with a waiver, and with both STIGs at a host and at two virtual machines."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from report import sample
from securemode.report.control_result import ControlResult
from securemode.report.record import compose
from securemode.report.waiver import Waiver
from securemode.stig.catalogue import Stigs
from securemode.targets import Scope
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.report.models import Result
    from securemode.stig.models import Stig

HOST = "esxi1.lab.example"
MACHINES = ("conf1", "conf2")
ENDS = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
WAIVED = "WIZ-21"
_SAID = (Verdict.FAIL, Verdict.NOT_REVIEWED, Verdict.NOT_APPLICABLE, Verdict.ATTESTED)


@cache
def stigs() -> Stigs:
    return Stigs.load(Path(__file__).parents[2] / "requirements" / "stig")


def result() -> Result:
    waiver = Waiver(
        approver="R. Roe, officer", reason="The proxy in front adds it.", ends=ENDS, ticket="CHG-7"
    )
    found = [
        sample.finding(
            one.requirement,
            Verdict.WAIVED,
            kind=one.kind,
            target=one.target,
            expected=one.expected,
            saw=one.saw,
            waiver=waiver,
        )
        if one.requirement == WAIVED and one.verdict is Verdict.FAIL
        else one
        for one in sample.findings()
    ]
    composed = compose(sample.catalogue(), found, sample.run_facts())
    return composed.model_copy(update={"controls": tuple(_controls())})


def _controls() -> Iterator[ControlResult]:
    yield from _rows(stigs().of(Scope.HOST), HOST)
    for machine in MACHINES:
        yield from _rows(stigs().of(Scope.VIRTUAL_MACHINE), machine)


def _rows(stig: Stig, target: str) -> Iterator[ControlResult]:
    """The first controls have one each of the rarer verdicts, the others hold."""
    said = dict(enumerate(_SAID))
    for number, control in enumerate(stig.controls):
        yield ControlResult(
            id=control.id,
            stig=f"{stig.title} {stig.release}",
            target=target,
            severity=str(control.severity),
            title=control.title,
            verdict=said.get(number, Verdict.PASS),
            expected="as it should be",
            saw="as it is <&> \u202e\x1b[31m",
            reading=control.reading,
            next_step=control.remedy if number == 0 else "",
            kinds=("declared",),
            evidence=("EV-0001",),
            vuln=control.vuln,
            rule=control.rule,
        )
