"""From the verdicts of the requirements to the one sentence that is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from securemode.report.models import Decision, Outcome
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


class Gate(Protocol):
    """The part of the environment's gate that decides: the verdicts that stop acceptance."""

    @property
    def stops(self) -> Collection[str]:
        """Names of verdicts; *fail* stops whether it is named or not."""
        ...


class Circumstances(NamedTuple):
    """What beside the verdicts bears on the decision."""

    interrupted: bool = False
    partial: bool = False
    guards_violated: int = 0


EXIT_CODES = {
    Outcome.ACCEPTED: 0,
    Outcome.SELECTION_HOLDS: 0,
    Outcome.INTERRUPTED: 2,
    Outcome.ACCEPTED_WITH_WAIVERS: 10,
    Outcome.NOT_ACCEPTED: 11,
    Outcome.INCONCLUSIVE: 12,
    Outcome.NOT_REVIEWED: 13,
}

_STOPPED = {
    Verdict.FAIL: (Outcome.NOT_ACCEPTED, "{} found not to hold: {}. No failure is accepted."),
    Verdict.INCONCLUSIVE: (
        Outcome.INCONCLUSIVE,
        "{} could not be judged: {}. Nothing is accepted unseen.",
    ),
    Verdict.NOT_REVIEWED: (
        Outcome.NOT_REVIEWED,
        "{} not reviewed: {}. Nothing is accepted unseen.",
    ),
}
_UNSEEN = {Verdict.NOT_APPLICABLE, Verdict.NOT_REVIEWED, Verdict.INCONCLUSIVE}
_WORST_FIRST = tuple(Verdict)


def count(number: int, noun: str) -> str:
    """A number and its noun: "1 requirement", "3 requirements"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _named(names: Sequence[str], most: int = 5) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def decide(
    verdicts: Mapping[str, Verdict], circumstances: Circumstances, gate: Gate | None = None
) -> Decision:
    """Decide on the run.

    Args:
        verdicts: verdict of each requirement that takes part, by id.
        circumstances: interruption, selection, violated guards.
        gate: of the environment; without one, only passes, waivers and attestations are accepted.
    """
    stops = _stopping(verdicts, gate)
    if circumstances.interrupted:
        return _interrupted(verdicts, tuple(stops))
    if circumstances.guards_violated and Verdict.FAIL not in stops.values():
        violated = count(circumstances.guards_violated, "guard")
        return _decision(
            Outcome.INCONCLUSIVE,
            f"The suite itself is at fault: {violated} violated. Its passes prove nothing.",
            tuple(stops),
        )
    if stops:
        return _stopped(stops)
    if set(verdicts.values()) <= _UNSEEN:
        return _decision(Outcome.NOT_REVIEWED, "No requirement was verified in this run.")
    return _accepted(verdicts, partial=circumstances.partial)


def _decision(outcome: Outcome, rule: str, blocked_by: Sequence[str] = ()) -> Decision:
    return Decision(
        verdict=outcome, rule=rule, blocked_by=tuple(blocked_by), exit_code=EXIT_CODES[outcome]
    )


def _stopping(verdicts: Mapping[str, Verdict], gate: Gate | None) -> dict[str, Verdict]:
    """The requirements that stop acceptance, worst first."""
    stops = {Verdict.FAIL, *(map(Verdict, gate.stops) if gate is not None else _STOPPED)}
    stopping = [(name, verdict) for name, verdict in verdicts.items() if verdict in stops]
    return dict(sorted(stopping, key=lambda pair: _WORST_FIRST.index(pair[1])))


def _interrupted(verdicts: Mapping[str, Verdict], stops: Sequence[str]) -> Decision:
    failures = sum(verdict is Verdict.FAIL for verdict in verdicts.values())
    seen = f" {count(failures, 'failure')} had been seen by then." if failures else ""
    return _decision(Outcome.INTERRUPTED, f"The run was stopped before its end.{seen}", stops)


def _stopped(stops: Mapping[str, Verdict]) -> Decision:
    """Named after the worst verdict that the gate stops."""
    decider = worst(stops.values())
    deciders = [name for name, verdict in stops.items() if verdict is decider]
    outcome, rule = _STOPPED.get(
        decider, (Outcome.NOT_ACCEPTED, f"{{}} {decider}: {{}}. The gate does not accept this.")
    )
    return _decision(
        outcome, rule.format(count(len(deciders), "requirement"), _named(deciders)), tuple(stops)
    )


def _accepted(verdicts: Mapping[str, Verdict], *, partial: bool) -> Decision:
    waived = [name for name, verdict in verdicts.items() if verdict is Verdict.WAIVED]
    tolerated = sum(v in {Verdict.INCONCLUSIVE, Verdict.NOT_REVIEWED} for v in verdicts.values())
    left = f" The gate leaves {count(tolerated, 'requirement')} open." if tolerated else ""
    covered = f" Covered by a waiver: {_named(waived)}." if waived else ""
    if partial:
        rule = f"Everything that was selected holds.{covered} Acceptance needs the whole run."
        return _decision(Outcome.SELECTION_HOLDS, rule + left)
    if waived:
        rule = f"Nothing stops acceptance.{covered}"
        return _decision(Outcome.ACCEPTED_WITH_WAIVERS, rule + left)
    unseen = "" if tolerated else " Nothing is inconclusive or left unseen."
    return _decision(Outcome.ACCEPTED, f"No requirement fails.{unseen}{left}")
