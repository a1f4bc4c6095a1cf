"""What a step gets back from the observatory, and how it is put before a judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

from securemode.errors import CannotLook, Interrupted, NotInEvidence
from securemode.verdicts import Judgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation with its circumstances.

    Attributes:
        evidence: id of the record in `evidence/`, for example "EV-K7QX2MD".
        probe: name of the probe.
        target: name of what was looked at.
        vantage: from where.
        began: UTC, ISO 8601.
        attempts: how often it was tried.
        outcome: the observation, the error because of which it could not be made, or the
            judgement where a step withheld the probe.
    """

    evidence: str
    probe: str
    target: str
    vantage: str
    began: str
    attempts: int
    outcome: object


@dataclass(frozen=True, slots=True)
class Finding:
    """A judgement and the evidence that it rests on."""

    judgement: Judgement
    evidence: tuple[str, ...]
    target: str
    vantage: str


def of_the_scenario(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The whole was read, one object of it judged: say so of the scenario's own target."""
    return tuple(replace(finding, target="") for finding in findings)


def _could_not_look(error: CannotLook) -> Judgement:
    unseen = isinstance(error, Interrupted | NotInEvidence)
    verdict = Verdict.NOT_REVIEWED if unseen else Verdict.INCONCLUSIVE
    return Judgement(
        verdict,
        what=f"could not be looked at ({type(error).__name__})",
        expected="an observation",
        saw=error.message,
        next_step=error.remedy,
    )


class Sightings(Sequence[Sighting]):
    """What one When step saw: one sighting a probe, in the order in which the step named them."""

    def __init__(self, sightings: Sequence[Sighting]) -> None:
        self._sightings = tuple(sightings)

    @overload
    def __getitem__(self, index: int) -> Sighting: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sighting]: ...
    def __getitem__(self, index: int | slice) -> Sighting | Sequence[Sighting]:
        return self._sightings[index]

    def __len__(self) -> int:
        return len(self._sightings)

    def __iter__(self) -> Iterator[Sighting]:
        return iter(self._sightings)

    def each(self, judge: Callable[..., Judgement], **expected: Any) -> tuple[Finding, ...]:
        """Put every observation before the judge, one by one: one finding a sighting."""
        return tuple(self._finding((sighting,), judge, expected) for sighting in self)

    def together(self, judge: Callable[..., Judgement], **expected: Any) -> tuple[Finding, ...]:
        """Put all observations before the judge at once, as positional arguments: one finding."""
        return (self._finding(self._sightings, judge, expected),)

    def _finding(
        self,
        sightings: tuple[Sighting, ...],
        judge: Callable[..., Judgement],
        expected: dict[str, Any],
    ) -> Finding:
        return Finding(
            judgement=_judged([sighting.outcome for sighting in sightings], judge, expected),
            evidence=tuple(sighting.evidence for sighting in sightings),
            target=sightings[0].target,
            vantage=sightings[0].vantage,
        )


def _judged(
    outcomes: list[object], judge: Callable[..., Judgement], expected: dict[str, Any]
) -> Judgement:
    """The judge's word, or ours where something was withheld or could not be looked at."""
    for outcome in outcomes:
        if isinstance(outcome, CannotLook):
            return _could_not_look(outcome)
        if isinstance(outcome, Judgement):
            return outcome
    return judge(*outcomes, **expected)
