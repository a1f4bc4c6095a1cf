"""How findings are put into words, the same in every report; see the house style, "Messages"."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from securemode.report.models import Outcome
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode.report.models import Remedy, Result, TargetResult

SYMBOLS = {
    Verdict.FAIL: "✗",
    Verdict.INCONCLUSIVE: "?",
    Verdict.NOT_REVIEWED: "○",
    Verdict.WAIVED: "⚑",
    Verdict.ATTESTED: "✎",
    Verdict.PASS: "✓",
    Verdict.NOT_APPLICABLE: "–",  # noqa: RUF001 - a dash that reads as one
}

DECIDED = {
    Outcome.ACCEPTED: "Accepted",
    Outcome.ACCEPTED_WITH_WAIVERS: "Accepted with waivers",
    Outcome.SELECTION_HOLDS: "The selection holds",
    Outcome.NOT_ACCEPTED: "Not accepted",
    Outcome.INCONCLUSIVE: "Inconclusive",
    Outcome.NOT_REVIEWED: "Not fully reviewed",
    Outcome.INTERRUPTED: "Interrupted",
}

MEANINGS = {
    Verdict.FAIL: "seen not to hold",
    Verdict.INCONCLUSIVE: "could not be looked at, or witnesses disagree",
    Verdict.NOT_REVIEWED: "needs a person, permission, vantage or record that this run lacked",
    Verdict.WAIVED: "does not hold, and a valid waiver covers exactly this deviation",
    Verdict.ATTESTED: "a valid attestation of a named person covers it",
    Verdict.PASS: "seen to hold, with evidence",
    Verdict.NOT_APPLICABLE: "the environment states what makes it so",
}

_NEXT = {
    Verdict.INCONCLUSIVE: "find in the evidence what stood in the way, then repeat the run",
    Verdict.NOT_REVIEWED: "repeat the run with what it lacked",
}
MOST_NAMED = 6


def printable(text: str) -> str:
    """The text with control and format characters spelled out.

    What a target sends ends up in reports: an escape sequence must not reach a terminal, nor a
    right-to-left override turn a line around.
    """
    if text.isprintable():
        return text
    return "".join(_spelled(character) for character in text)


def _spelled(character: str) -> str:
    if character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return f"\\u{ord(character):04x}"
    return character


def listed(names: Sequence[str]) -> str:
    """The names as a text; of very many the first few, and how many more there are."""
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: MOST_NAMED - 1])} and {len(names) - MOST_NAMED + 1} more"


def sentence(finding: TargetResult, targets: Sequence[str] = ()) -> str:
    """WHAT: "conf2 accepts TLS 1.1 on 443"; a reason for not looking is a sentence of its own."""
    if not finding.expected:
        return finding.what
    if len(targets) > 1:
        return f"{listed(targets)}: {finding.what}"
    return f"{finding.target} {finding.what}"


def closed(said: str, vantage: str, evidence: Sequence[str]) -> str:
    """A statement with its vantage and evidence, and the full stop."""
    place = [f"from {vantage}"] if vantage else []
    return ", ".join((said.rstrip("."), *place, listed(evidence))).removesuffix(", ") + "."


def next_step(finding: TargetResult, remedy: Remedy) -> str:
    """What to do: the finding's own next step, or what the catalogue or common sense says."""
    step = finding.next_step or _NEXT.get(finding.verdict, "") or remedy_text(remedy)
    return step if not step or step.endswith(".") else f"{step}."


def remedy_places(remedy: Remedy) -> tuple[tuple[str, str], ...]:
    """What to do and where, each with its label; the text says what the wizard is to be told."""
    places = (
        ("", remedy.text),
        ("Security wizard", "" if remedy.text else remedy.wizard),
        ("Administrator interface", remedy.interface),
        ("Management API", remedy.api),
    )
    return tuple(place for place in places if place[1])


def remedy_text(remedy: Remedy) -> str:
    """The remedy in one paragraph."""
    places = (f"{label}: {text}" if label else text for label, text in remedy_places(remedy))
    return " ".join(place if place.endswith(".") else f"{place}." for place in places)


def coverage(result: Result) -> str:
    """How much of the guide the run speaks of."""
    scope = result.scope
    covered = f"{scope.rows_covered} of {scope.rows_total} requirements are covered by this version"
    if scope.rows_judged == scope.rows_covered:
        return f"{covered}."
    return f"{covered}; this run judged {scope.rows_judged} of them."
