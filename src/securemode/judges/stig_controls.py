"""Whether one control of a STIG holds on one target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.judges.stig_operations import (
    ABSENCE_IS_GOOD,
    OPERATIONS,
    in_words,
    items,
    offending,
    phrase,
    plain,
)
from securemode.judges.stig_reading import Reading, Unread, Unstated, not_applying
from securemode.stig.models import VALUE, Operation, input_named
from securemode.verdicts import ControlJudgement, Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode.stig.models import Control, Stig


@dataclass(frozen=True, slots=True)
class Weighed:
    """One comparison: its verdict, and both sides as phrases."""

    verdict: Verdict
    expected: str
    saw: str


def judged(control: Control, reading: Reading, stig: Stig) -> ControlJudgement:
    """What the target's own word comes to for one control."""
    weighed = _applied(control, reading) or _weighed(control, reading)
    steps = {
        Verdict.FAIL: control.remedy,
        Verdict.NOT_REVIEWED: "state it under vsphere.stig in the environment.",
    }
    return said(control, stig, weighed, reading, next_step=steps.get(weighed.verdict, ""))


def said(
    control: Control, stig: Stig, weighed: Weighed, reading: Reading, *, next_step: str = ""
) -> ControlJudgement:
    """The judgement of a control, with everything that a reader wants to know of it."""
    severity = control.severity
    if control.severity_without_tpm and reading.found("fact tpm") is False:
        severity = control.severity_without_tpm
    return ControlJudgement(
        id=control.id,
        stig=f"{stig.title} {stig.release}",
        severity=str(severity),
        title=control.title,
        verdict=weighed.verdict,
        expected=weighed.expected,
        saw=weighed.saw,
        reading=control.reading,
        next_step=next_step,
        vuln=control.vuln,
        rule=control.rule,
    )


def _applied(control: Control, reading: Reading) -> Weighed | None:
    """The control's verdict where it does not apply here, or nobody can tell whether it does."""
    if plain(reading.seen.subject) in reading.excepted(control.exceptions):
        why = f"vsphere.stig.{control.exceptions} names {reading.seen.subject}"
        return Weighed(Verdict.NOT_APPLICABLE, "an approved exception", why)
    reason = not_applying(control.applies_when, reading)
    if isinstance(reason, Unread):
        return Weighed(Verdict.INCONCLUSIVE, f"an answer: {control.applies_when}", reason.why)
    if reason:
        return Weighed(Verdict.NOT_APPLICABLE, f"only where {control.applies_when}", reason)
    return None


def _weighed(control: Control, reading: Reading) -> Weighed:
    found = {name: reading.found(source) for name, source in control.reads.items()}
    if control.exceptions:
        approved = reading.excepted(control.exceptions)
        found = {name: _without(value, approved) for name, value in found.items()}
    if control.may_be_missing and found.get(VALUE) is None:
        return Weighed(Verdict.PASS, phrase(control.op, control.expected), "there is none")
    if control.op is Operation.ALL:
        return _all(control.expected, found, reading)
    if control.op is Operation.ANY:
        return _any(control, found, reading)
    return _one(control.op, control.expected, found[VALUE], reading)


def _without(found: Any, approved: frozenset[str]) -> Any:
    """What was found, less what the site approves of by its name."""
    if not isinstance(found, dict):
        return found
    return {name: value for name, value in found.items() if plain(name) not in approved}


def _one(operation: Operation, stated: Any, found: Any, reading: Reading) -> Weighed:
    """One value against one expectation."""
    wanted = reading.expected(stated)
    if isinstance(wanted, Unstated) and operation in ABSENCE_IS_GOOD:
        wanted = None
    if isinstance(wanted, Unstated):
        expected = f"the value of vsphere.stig.{wanted.name}, which is not stated"
        is_empty = operation is Operation.SITE_LIST and not _is_unread(found) and not items(found)
        verdict = Verdict.FAIL if is_empty else Verdict.NOT_REVIEWED
        return Weighed(verdict, expected, found.why if _is_unread(found) else in_words(found))
    expected = phrase(operation, wanted)
    if isinstance(found, Unread):
        return Weighed(Verdict.INCONCLUSIVE, expected, found.why)
    if found is None and operation not in ABSENCE_IS_GOOD:
        return Weighed(Verdict.FAIL, expected, "not set")
    if OPERATIONS[operation](found, wanted):
        return Weighed(Verdict.PASS, expected, in_words(found))
    return Weighed(Verdict.FAIL, expected, in_words(offending(operation, found, wanted)))


def _is_unread(found: Any) -> bool:
    return isinstance(found, Unread)


def _all(facets: Mapping[str, Any], found: Mapping[str, Any], reading: Reading) -> Weighed:
    """Every facet has to hold; the worst decides, and what is said is of those like it."""
    weighed = {
        name: _one(*_expectation(stated), found[name], reading)
        for name, stated in facets.items()
        if not _left_out(stated, reading)
    }
    verdict = worst(each.verdict for each in weighed.values())
    decisive = {name: each for name, each in weighed.items() if each.verdict is verdict}
    return Weighed(
        verdict,
        "; ".join(f"{_facet(name)} {each.expected}" for name, each in decisive.items()),
        "; ".join(f"{_facet(name)} {each.saw}" for name, each in decisive.items()),
    )


def _facet(name: str) -> str:
    return name.replace("_", " ")


def _expectation(stated: Any) -> tuple[Operation, Any]:
    """A facet's operation and expectation; a plain value has to be equal."""
    if isinstance(stated, dict) and "op" in stated:
        return Operation(stated["op"]), stated.get("expected")
    return Operation.EQ, stated


def _left_out(stated: Any, reading: Reading) -> bool:
    """Whether a facet depends on a value that the site may leave open, and does."""
    named = input_named(_expectation(stated)[1])
    return bool(named and named[1] and getattr(reading.inputs, named[0]) is None)


def _any(control: Control, found: Mapping[str, Any], reading: Reading) -> Weighed:
    """One alternative has to hold, of those among which the site leaves the choice."""
    decided = {name for name, source in control.reads.items() if source.startswith("site ")}
    weighed = {}
    for alternative, facets in control.expected.items():
        choice = [stated == found[name] for name, stated in facets.items() if name in decided]
        rest = {name: stated for name, stated in facets.items() if name not in decided}
        if all(choice):
            weighed[alternative] = _all(rest, found, reading)
    best = [each for each in weighed.values() if each.verdict is Verdict.PASS]
    if best:
        return best[0]
    return Weighed(
        worst(each.verdict for each in weighed.values()),
        ", or ".join(each.expected for each in weighed.values()),
        "; ".join(each.saw for each in weighed.values()),
    )
