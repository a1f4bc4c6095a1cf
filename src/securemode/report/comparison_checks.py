"""Compares the verdicts of two runs, check by check: requirement, kind and target."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from securemode.report.comparison_models import CheckChange
from securemode.report.comparison_seen import merged
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from securemode.report.comparison_seen import Seen
    from securemode.report.models import Result

CONTROL = "control"
"""The kind of a check that is a control of a STIG."""

FINE = frozenset({Verdict.PASS, Verdict.ATTESTED, Verdict.NOT_APPLICABLE})
SEVERITIES = ("high", "CAT I", "medium", "CAT II", "low", "CAT III")


class Key(NamedTuple):
    """What makes a check the same check in both runs."""

    requirement: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one run says of one check: the worst of its findings."""

    title: str
    severity: str
    verdict: Verdict
    what: str
    expected: str
    saw: str
    next_step: str
    evidence: tuple[str, ...]


class Turn(Enum):
    """How a check turned from one run to the next."""

    REGRESSED = "regressed"
    VANISHED = "vanished"
    STILL_OPEN = "still open"
    FIXED = "fixed"
    NEW = "new"


class Turned(NamedTuple):
    """One check and how it turned; a run that did not judge it has none."""

    turn: Turn
    key: Key
    before: Check | None
    after: Check | None


def checks(result: Result) -> dict[Key, Check]:
    """Every check of a run, in the order of its record."""
    found: dict[Key, Check] = {}
    for key, check in (*_of_requirements(result), *_of_controls(result)):
        known = found.get(key)
        found[key] = check if known is None else _worse(known, check)
    return found


def _of_requirements(result: Result) -> Iterator[tuple[Key, Check]]:
    for row in result.requirements:
        for finding in row.targets:
            yield (
                Key(row.id, finding.kind, finding.target),
                Check(
                    title=row.title,
                    severity=row.severity,
                    verdict=finding.verdict,
                    what=finding.what,
                    expected=finding.expected,
                    saw=finding.saw,
                    next_step=finding.next_step,
                    evidence=finding.evidence,
                ),
            )


def _of_controls(result: Result) -> Iterator[tuple[Key, Check]]:
    for control in result.controls:
        yield (
            Key(control.id, CONTROL, control.target),
            Check(
                title=control.title,
                severity=control.severity,
                verdict=control.verdict,
                what=control.title,
                expected=control.expected,
                saw=control.saw,
                next_step=control.next_step,
                evidence=control.evidence,
            ),
        )


def _worse(one: Check, other: Check) -> Check:
    graver = min(one, other, key=lambda check: list(Verdict).index(check.verdict))
    evidence = tuple(dict.fromkeys((*one.evidence, *other.evidence)))
    return Check(**{name: getattr(graver, name) for name in _FIELDS} | {"evidence": evidence})


_FIELDS = ("title", "severity", "verdict", "what", "expected", "saw", "next_step")


def turned(before: Mapping[Key, Check], after: Mapping[Key, Check]) -> Iterator[Turned]:
    """Every check that turned, or is open in both runs."""
    for key in dict.fromkeys((*before, *after)):
        first, second = before.get(key), after.get(key)
        if turn := _turn(_verdict(first), _verdict(second)):
            yield Turned(turn, key, first, second)


def _verdict(check: Check | None) -> Verdict | None:
    return check.verdict if check else None


def _turn(before: Verdict | None, after: Verdict | None) -> Turn | None:
    """How a verdict turned; what was *not applicable* or *not reviewed* can't vanish."""
    judged_before = before not in {None, Verdict.NOT_APPLICABLE, Verdict.NOT_REVIEWED}
    if before is None:
        return Turn.NEW
    if after is None or (after is Verdict.NOT_APPLICABLE and judged_before):
        return Turn.VANISHED if judged_before else None
    if before is Verdict.NOT_APPLICABLE and after in FINE:
        return Turn.NEW if after is not before else None
    return _of_judged(before, after)


def _of_judged(before: Verdict, after: Verdict) -> Turn | None:
    if after in FINE:
        return None if before in FINE else Turn.FIXED
    fell_back = before is Verdict.WAIVED and after is not Verdict.WAIVED
    return Turn.REGRESSED if before in FINE or fell_back else Turn.STILL_OPEN


def grouped(
    found: Iterable[Turned], turn: Turn, seen: Mapping[Key, tuple[Seen, ...]]
) -> tuple[CheckChange, ...]:
    """The checks that turned so, one entry of all targets that turned alike, worst first.

    Args:
        found: every check that turned.
        turn: the way of turning that is asked for.
        seen: what the looks behind a check saw otherwise.
    """
    alike: defaultdict[tuple[object, ...], list[Turned]] = defaultdict(list)
    for one in found:
        if one.turn is turn:
            alike[_likeness(one)].append(one)
    changes = (_change(group, seen) for group in alike.values())
    return tuple(sorted(changes, key=_gravity))


def _likeness(one: Turned) -> tuple[object, ...]:
    said = one.after or one.before
    verdicts = (_verdict(one.before), _verdict(one.after))
    return (one.key.requirement, one.key.kind, *verdicts, said and said.what)


def _change(group: list[Turned], seen: Mapping[Key, tuple[Seen, ...]]) -> CheckChange:
    _, key, before, after = group[0]
    said = after or before
    assert said is not None
    checks_ = [one.after or one.before for one in group]
    otherwise = dict.fromkeys(it for one in group for it in seen.get(one.key, ()))
    return CheckChange(
        requirement=key.requirement,
        title=said.title,
        severity=said.severity,
        kind=key.kind,
        targets=tuple(one.key.target for one in group),
        before=_verdict(before),
        after=_verdict(after),
        what=said.what,
        expected=said.expected,
        saw=said.saw,
        saw_before=before.saw if before and after else "",
        next_step=said.next_step,
        evidence=tuple(dict.fromkeys(name for one in checks_ if one for name in one.evidence)),
        seen=merged(otherwise, {}),
    )


def _gravity(change: CheckChange) -> tuple[int, int]:
    verdicts = list(Verdict)
    verdict = change.after or change.before
    severity = change.severity
    return (
        verdicts.index(verdict) if verdict else len(verdicts),
        SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES),
    )
