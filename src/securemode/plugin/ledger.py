"""Takes down what one scenario found, and turns it into the scenario's outcome."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from securemode.errors import GuardViolated
from securemode.report.recorded import RecordedFinding
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from securemode.features import Claim
    from securemode.sightings import Finding
    from securemode.verdicts import ControlJudgement


def message(finding: RecordedFinding) -> str:
    """WHAT, expected, saw, WHERE, evidence, NEXT: one paragraph, no traceback."""
    if finding.expected:
        said = (
            f"{finding.target} {finding.what}: expected {finding.expected}, saw {finding.saw}, "
            f"from {finding.vantage}"
        )
    else:
        said = finding.what
    said += f", {', '.join(finding.evidence)}."
    return f"{said} Next: {finding.next_step}" if finding.next_step else said


@dataclass(slots=True)
class Ledger:
    """The findings of one scenario.

    Attributes:
        claims: what the scenario claims to verify.
        target: name of what it runs for.
        scenario, node_id: for the report.
        remedy: requirement id to the catalogue's remedy, used where a judge names no next step.
        redact: takes secrets out of a text; whatever a judge says goes through it.
        weigh: applies the environment's waivers to what failed.
    """

    claims: tuple[Claim, ...]
    target: str
    scenario: str
    node_id: str
    remedy: Callable[[str], str]
    redact: Callable[[str], str]
    weigh: Callable[[RecordedFinding], RecordedFinding]
    entries: list[RecordedFinding] = field(default_factory=list)

    def record(self, findings: Sequence[Finding], *, requirement: str = "") -> None:
        """Take down what a Then step found, for all claims or for the one it names."""
        claims = [claim for claim in self.claims if requirement in ("", claim.requirement)]
        if not claims:
            raise GuardViolated(f"{self.node_id}: judges {requirement!r}, which it does not claim.")
        if not findings:
            raise GuardViolated(f"{self.node_id}: a Then step came to no finding.")
        for finding in findings:
            if not all(finding.evidence) or not finding.evidence:
                raise GuardViolated(f"{self.node_id}: a verdict without evidence.")
            self.entries += (self._entry(claim, finding) for claim in claims)

    def _entry(self, claim: Claim, finding: Finding) -> RecordedFinding:
        judgement = finding.judgement
        fails = judgement.verdict is Verdict.FAIL
        remedy = self.remedy(claim.requirement) if fails else ""
        entry = RecordedFinding(
            requirement=claim.requirement,
            kind=claim.kind,
            target=finding.target or self.target,
            verdict=judgement.verdict,
            what=self.redact(judgement.what),
            expected=self.redact(judgement.expected),
            saw=self.redact(judgement.saw),
            next_step=self.redact(judgement.next_step or remedy),
            evidence=finding.evidence,
            scenario=self.scenario,
            node_id=self.node_id,
            vantage=finding.vantage,
            controls=tuple(self._redacted(control) for control in judgement.controls),
        )
        return self.weigh(entry)

    def _redacted(self, control: ControlJudgement) -> ControlJudgement:
        return replace(
            control, expected=self.redact(control.expected), saw=self.redact(control.saw)
        )

    def settle(self) -> None:
        """End the test with the worst verdict; a scenario that came to none is at fault itself."""
        __tracebackhide__ = True
        unjudged = set(self.claims) - {
            claim
            for claim in self.claims
            for entry in self.entries
            if (entry.requirement, entry.kind) == (claim.requirement, claim.kind)
        }
        if unjudged or not self.entries:
            names = ", ".join(sorted(claim.requirement for claim in unjudged))
            raise GuardViolated(f"{self.node_id}: came to no verdict on {names}.")
        verdict = worst(entry.verdict for entry in self.entries)
        text = "\n".join(
            dict.fromkeys(message(entry) for entry in self.entries if entry.verdict is verdict)
        )
        if verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
            pytest.fail(text, pytrace=False)
        if verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_REVIEWED):
            pytest.skip(text)
        if verdict is Verdict.WAIVED:
            pytest.xfail(text)
