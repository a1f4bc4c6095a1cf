"""Deviations as a reader meets them: the same words at several nodes are one deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from securemode.report import wording
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from securemode.report.models import RequirementResult, Result, TargetResult

STOPPING = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_REVIEWED)
"""What a reader has to act upon, worst first."""

_MOST_SEEN = 3


class Stop(NamedTuple):
    """One deviation, found at one or several targets.

    Attributes:
        requirement: the requirement that it belongs to.
        finding: the first of its findings; all have its kind, statement, expectation and next step.
        targets: every target at which it was found.
        seen: what was seen, and at which targets.
        evidence: every record that it rests on.
        node_ids: what to give to pytest to run it again.
    """

    requirement: RequirementResult
    finding: TargetResult
    targets: tuple[str, ...]
    seen: tuple[tuple[str, tuple[str, ...]], ...]
    evidence: tuple[str, ...]
    node_ids: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What is wrong, and where."""
        return wording.sentence(self.finding, self.targets)

    @property
    def saw(self) -> str:
        """What was seen; where that differs, at which targets."""
        if len(self.seen) == 1:
            return self.seen[0][0]
        shown = [f"{saw} ({wording.listed(at)})" for saw, at in self.seen[:_MOST_SEEN]]
        more = [f"and more at {len(self.seen) - _MOST_SEEN} others"] * (len(self.seen) > _MOST_SEEN)
        return "; ".join([*shown, *more])

    @property
    def statement(self) -> str:
        """WHAT, expected, saw, WHERE and the evidence."""
        said = self.sentence
        if self.finding.expected:
            said += f": expected {self.finding.expected}, saw {self.saw}"
        return wording.closed(said, self.finding.vantage, self.evidence)

    @property
    def next_step(self) -> str:
        """NEXT: what to do about it; nothing where nothing is wrong."""
        if self.finding.verdict not in (*STOPPING, Verdict.WAIVED):
            return ""
        return wording.next_step(self.finding, self.requirement.remedy)

    @property
    def message(self) -> str:
        """All of it in one paragraph."""
        return f"{self.statement} Next: {self.next_step}" if self.next_step else self.statement

    @property
    def ticket(self) -> str:
        """All of it as a text to paste into a tracker."""
        finding, requirement = self.finding, self.requirement
        vantage = f" from {finding.vantage}" if finding.vantage else ""
        lines = (
            f"{requirement.id} {requirement.title}: {finding.verdict}",
            self.sentence,
            finding.expected and f"Expected: {finding.expected}",
            finding.expected and f"Seen: {self.saw}",
            f"Where: {', '.join(self.targets) or 'deployment'}, {finding.kind}{vantage}",
            f"Next: {self.next_step}",
            self.evidence and f"Evidence: {', '.join(self.evidence)}",
        )
        return "\n".join(line for line in lines if line)


def blocking(result: Result) -> Iterator[Stop]:
    """What stops acceptance: by verdict, then by severity."""
    requirements = {requirement.id: requirement for requirement in result.requirements}
    blocked = [requirements[name] for name in result.decision.blocked_by]
    for verdict in (*STOPPING, Verdict.WAIVED):
        for requirement in blocked:
            if verdict in STOPPING or requirement.verdict is Verdict.WAIVED:
                yield from _alike(requirement, verdict)


def found(result: Result, *verdicts: Verdict) -> Iterator[Stop]:
    """Every finding with one of the verdicts, whether it stops acceptance or not."""
    for verdict in verdicts:
        for requirement in result.requirements:
            yield from _alike(requirement, verdict)


def alone(requirement: RequirementResult, finding: TargetResult) -> Stop:
    """One finding by itself."""
    return _together(requirement, (finding,))


def same(requirement: RequirementResult) -> Iterator[Stop]:
    """Every finding, worst first; targets of which all the same was said are one entry."""
    same: dict[TargetResult, list[TargetResult]] = {}
    for finding in requirement.targets:
        words = finding.model_copy(
            update={"target": "", "evidence": (), "node_id": "", "fingerprint": ""}
        )
        same.setdefault(words, []).append(finding)
    return (_together(requirement, findings) for findings in same.values())


def _alike(requirement: RequirementResult, verdict: Verdict) -> Iterator[Stop]:
    alike: dict[tuple[str, ...], list[TargetResult]] = {}
    for finding in requirement.targets:
        if finding.verdict is verdict:
            words = (finding.kind, finding.what, finding.expected, finding.next_step)
            alike.setdefault(words, []).append(finding)
    return (_together(requirement, findings) for findings in alike.values())


def _together(requirement: RequirementResult, findings: Sequence[TargetResult]) -> Stop:
    seen: dict[str, list[str]] = {}
    for finding in findings:
        seen.setdefault(finding.saw, []).append(finding.target or "deployment")
    return Stop(
        requirement,
        findings[0],
        targets=_once(finding.target for finding in findings),
        seen=tuple((saw, _once(targets)) for saw, targets in seen.items()),
        evidence=_once(name for finding in findings for name in finding.evidence),
        node_ids=_once(finding.node_id for finding in findings),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
