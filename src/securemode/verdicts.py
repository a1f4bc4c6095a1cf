"""What can be said of a requirement, and how several sayings add up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """One of seven, listed from worst to best; see `docs/adr/0002-verdicts.md`."""

    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_REVIEWED = "not reviewed"
    WAIVED = "waived"
    ATTESTED = "attested"
    PASS = "pass"
    NOT_APPLICABLE = "not applicable"


_WORST_FIRST = tuple(Verdict)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of several verdicts; nothing at all was *not reviewed*.

    *Not applicable* is the mildest: it only stands where nothing else was said.
    """
    return min(verdicts, key=_WORST_FIRST.index, default=Verdict.NOT_REVIEWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlJudgement:
    """What a judge says of one control of a STIG.

    Attributes:
        id: of the control: "ESXI-80-000005".
        stig: the STIG and its release: "ESXi 8 STIG V2R3".
        severity: "CAT I", "CAT II" or "CAT III".
        title: what should hold, in a few words.
        verdict: the verdict.
        expected: the expectation, as a phrase.
        saw: what was seen, as a phrase.
        reading: which reading was taken, where text and test of the STIG disagree.
        next_step: what to do where it is open.
        vuln: DISA's number of the vulnerability: "V-258729".
        rule: DISA's number of the rule, with its revision: "SV-258729r958390_rule".
    """

    id: str
    stig: str
    severity: str
    title: str
    verdict: Verdict
    expected: str
    saw: str
    reading: str = ""
    next_step: str = ""
    vuln: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of one observation.

    Attributes:
        verdict: the verdict.
        what: the statement, with the target as its unspoken subject: "accepts TLS 1.1 on 443".
        expected: the expectation, as a phrase: "1.2 and later".
        saw: what was seen, as a phrase: "1.1, 1.2, 1.3".
        next_step: what to do about it, where it differs from the catalogue's remedy.
        controls: what it adds up, where the requirement is a whole baseline.
    """

    verdict: Verdict
    what: str
    expected: str
    saw: str
    next_step: str = ""
    controls: tuple[ControlJudgement, ...] = ()


def holds(what: str, *, expected: str, saw: str) -> Judgement:
    """The requirement was seen to hold."""
    return Judgement(Verdict.PASS, what, expected, saw)


def deviates(what: str, *, expected: str, saw: str, next_step: str = "") -> Judgement:
    """The requirement was seen not to hold."""
    return Judgement(Verdict.FAIL, what, expected, saw, next_step)


def unclear(what: str, *, expected: str, saw: str, next_step: str = "") -> Judgement:
    """The observation does not tell: no positive control, or witnesses disagree."""
    return Judgement(Verdict.INCONCLUSIVE, what, expected, saw, next_step)


def statement(*, good: bool, what: str, otherwise: str, expected: str, saw: str) -> Judgement:
    """`holds(what)` where good, else `deviates(otherwise)`: a judgement by one comparison."""
    if good:
        return holds(what, expected=expected, saw=saw)
    return deviates(otherwise, expected=expected, saw=saw)
