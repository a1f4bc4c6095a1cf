"""Compares two runs from their records alone: what regressed, drifted, vanished or is new.

Verdicts are compared check by check, evidence look by look; see `docs/adr/0011-comparison.md`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.report import comparison_checks as checks
from securemode.report import comparison_seen as seen
from securemode.report.comparison_checks import Turn
from securemode.report.comparison_models import ComparedRun, Comparison, VersionChange
from securemode.report.decision import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from securemode.report.comparison_checks import Check, Key, Turned
    from securemode.report.comparison_paths import Declared
    from securemode.report.comparison_seen import Pairs, Seen
    from securemode.report.models import RequirementResult, Result, Run

    Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs: its record, and the records of its evidence."""

    result: Result
    evidence: Sequence[Record]


def compare(before: Side, after: Side, declared: Mapping[str, Declared]) -> Comparison:
    """What changed from one run to the other.

    Args:
        before: the earlier run.
        after: the later run.
        declared: what each probe declares of its observations, by its name.
    """
    first, second = checks.checks(before.result), checks.checks(after.result)
    turned = [one for one in checks.turned(first, second) if _was_asked(one, before, after)]
    pairs = seen.paired(before.evidence, after.evidence)
    labs = before.result.run.lab is not None and after.result.run.lab is not None
    otherwise = tuple(seen.seen_otherwise(pairs, declared, alike=labs))
    told = _told(turned, otherwise)
    explained = {name for turn in told for name in turn.looks}
    judged = _judged(second)
    surface = (one for one in otherwise if one.is_new_surface)
    drifted = (one for one in otherwise if not one.is_new_surface and one.identity not in explained)
    by_key = {turn.key: turn.seen for turn in told}
    return Comparison(
        before=_run(before.result),
        after=_run(after.result),
        cautions=tuple(_cautions(before.result, after.result, pairs)),
        regressed=checks.grouped(turned, Turn.REGRESSED, by_key),
        new_surface=seen.merged(surface, judged),
        vanished=checks.grouped(turned, Turn.VANISHED, by_key),
        still_open=checks.grouped(turned, Turn.STILL_OPEN, by_key),
        drifted=seen.merged(drifted, judged),
        fixed=checks.grouped(turned, Turn.FIXED, by_key),
        new_checks=checks.grouped(turned, Turn.NEW, by_key),
        versions=tuple(_versions(before.result, after.result)),
    )


def _was_asked(one: Turned, before: Side, after: Side) -> bool:
    """A check that a selection left out has neither vanished, nor is it new."""
    if one.turn is Turn.VANISHED and one.after is None:
        return not after.result.run.partial
    if one.turn is Turn.NEW and one.before is None:
        return not before.result.run.partial
    return True


@dataclass(frozen=True, slots=True)
class _Told:
    """A check that turned, the looks that it rests on, and what they saw otherwise."""

    key: Key
    looks: frozenset[str]
    seen: tuple[Seen, ...]


def _told(turned: Iterable[Turned], otherwise: Iterable[Seen]) -> tuple[_Told, ...]:
    """What explains the checks that turned."""
    by_look: defaultdict[str, list[Seen]] = defaultdict(list)
    for one in otherwise:
        by_look[one.identity].append(one)
    return tuple(
        _Told(
            one.key,
            frozenset(one.after.evidence),
            tuple(it for name in one.after.evidence for it in by_look.get(name, ())),
        )
        for one in turned
        if one.after is not None and one.turn in {Turn.REGRESSED, Turn.FIXED}
    )


def _judged(found: Mapping[Key, Check]) -> dict[str, tuple[str, ...]]:
    """Which requirements were judged by a record."""
    by_look: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for key, check in found.items():
        for name in check.evidence:
            by_look[name][key.requirement] = None
    return {name: tuple(requirements) for name, requirements in by_look.items()}


def _run(result: Result) -> ComparedRun:
    return ComparedRun(
        id=result.run.id,
        environment=result.run.environment,
        began=result.run.began,
        outcome=result.decision.verdict,
        exit_code=result.decision.exit_code,
    )


def _cautions(before: Result, after: Result, pairs: Pairs) -> Iterator[str]:
    """Why the comparison says less than it seems to."""
    first, second = before.run, after.run
    if second.rejudges:
        yield (
            f"{second.id} judged the evidence of {second.rejudges} again and looked at nothing: "
            "what differs is the tool, not the product."
        )
    if first.environment != second.environment:
        yield (
            f"The environments differ: {first.environment} before, {second.environment} now. Two "
            "deployments are compared, not two states of one."
        )
    elif first.environment_sha256 != second.environment_sha256:
        yield f"The file of the environment {second.environment} was changed between the runs."
    if first.began > second.began:
        yield "The run to compare with is the later one: what is called fixed may have regressed."
    for run in (first, second):
        if run.partial:
            asked = f" ({run.selection})" if run.selection else ""
            yield (
                f"{run.id} was a selection{asked}: what it did not ask for is neither vanished "
                "nor new."
            )
        if run.interrupted:
            yield f"{run.id} was interrupted: what it did not reach is not reviewed."
    yield from _of_labs(first, second)
    yield from _uncompared(before, after, pairs)


def _of_labs(first: Run, second: Run) -> Iterator[str]:
    if bool(first.lab) != bool(second.lab):
        yield "One of the runs verified the embedded lab, the other a product."
    elif first.lab and not second.rejudges:
        yield (
            "Both runs verified the embedded lab, which makes its certificates and identifiers "
            "anew each time: those are not compared."
        )


def _uncompared(before: Result, after: Result, pairs: Pairs) -> Iterator[str]:
    if first := sorted(set(before.run.permissions) - set(after.run.permissions)):
        yield f"Allowed before and not now: {', '.join(first)}."
    if second := sorted(set(after.run.permissions) - set(before.run.permissions)):
        yield f"Allowed now and not before: {', '.join(second)}."
    if pairs.only_before or pairs.only_after:
        yield (
            f"{count(pairs.only_before, 'look')} before and {count(pairs.only_after, 'look')} now "
            "have no counterpart: what they saw is not compared."
        )


def _versions(before: Result, after: Result) -> Iterator[VersionChange]:
    named = {node.name: node.version for node in before.nodes}
    pairs = {
        "product": (before.identity.product_version, after.identity.product_version),
        **{
            f"product at {node.name}": (named[node.name], node.version)
            for node in after.nodes
            if node.name in named
        },
        "suite": (_suite(before), _suite(after)),
        "Python": (before.run.python, after.run.python),
        "requirement catalogue": _catalogues(before, after),
    }
    for of, (first, second) in pairs.items():
        if first != second:
            yield VersionChange(of=of, before=first, after=second)


def _suite(result: Result) -> str:
    commit = f" ({result.run.suite_commit[:12]})" if result.run.suite_commit else ""
    return f"{result.run.suite_version}{commit}"


def _catalogues(before: Result, after: Result) -> tuple[str, str]:
    """Which rows of the catalogue only one of the runs has, or words otherwise."""
    first = {row.id: _row(row) for row in before.requirements}
    second = {row.id: _row(row) for row in after.requirements}
    changed = [name for name in first if name in second and first[name] != second[name]]
    gone = [name for name in first if name not in second]
    come = [name for name in second if name not in first]
    if not (changed or gone or come):
        return "", ""
    words = {"new": come, "gone": gone, "worded otherwise": changed}
    said = "; ".join(f"{word}: {', '.join(names)}" for word, names in words.items() if names)
    return count(len(first), "row"), f"{count(len(second), 'row')} ({said})"


def _row(row: RequirementResult) -> tuple[str, ...]:
    return (row.title, row.section, row.applies_to, row.severity, row.expected)
