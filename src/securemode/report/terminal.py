"""What a person reads in the terminal: what will happen, and what came of it."""

from __future__ import annotations

import shlex
import textwrap
from typing import TYPE_CHECKING

from securemode.report import comparison_text, stops, validity, waiving, wording
from securemode.report.controls import in_short
from securemode.report.decision import count
from securemode.report.models import Outcome
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securemode.report.models import Lab, Result
    from securemode.report.stops import Stop

EXIT_MEANINGS = {
    Outcome.ACCEPTED: "accepted",
    Outcome.ACCEPTED_WITH_WAIVERS: "accepted with waivers",
    Outcome.SELECTION_HOLDS: "what was selected holds",
    Outcome.NOT_ACCEPTED: "not accepted: a requirement does not hold",
    Outcome.INCONCLUSIVE: "inconclusive: something could not be judged",
    Outcome.NOT_REVIEWED: "not reviewed: something was left unseen",
    Outcome.INTERRUPTED: "interrupted before the end",
}

_COLOURS = {
    Verdict.FAIL: "1;31",
    Verdict.INCONCLUSIVE: "1;33",
    Verdict.NOT_REVIEWED: "35",
    Verdict.WAIVED: "34",
    Verdict.ATTESTED: "36",
    Verdict.PASS: "32",
    Verdict.NOT_APPLICABLE: "2",
}
_OUTCOME_COLOURS = {
    Outcome.ACCEPTED: "1;32",
    Outcome.ACCEPTED_WITH_WAIVERS: "1;34",
    Outcome.SELECTION_HOLDS: "1;32",
    Outcome.NOT_ACCEPTED: "1;31",
    Outcome.INCONCLUSIVE: "1;33",
    Outcome.NOT_REVIEWED: "1;35",
    Outcome.INTERRUPTED: "1;35",
}
_LABEL_WIDTH = 12
_MOST_AGAIN = 8
_MOST_SHOWN = 20
_NARROWEST = 40


def banner_before(
    *,
    environment: str,
    nodes: Sequence[str],
    scenarios: int,
    requirements: int,
    permissions: Sequence[str] = (),
    connections: int | None = None,
    lab: Lab | None = None,
    width: int = 100,
) -> str:
    """What the run is about to do, before it touches anything."""
    named = f" ({', '.join(nodes)})" if nodes else ""
    most = f", at most {count(connections, 'connection')}" if connections is not None else ""
    allowed = ", ".join(permissions) if permissions else "none"
    what = f"{count(scenarios, 'scenario')} for {count(requirements, 'requirement')}"
    lines = [
        f"{environment}: {count(len(nodes), 'node')}{named}, {what}{most}.",
        f"Intrusive checks allowed: {allowed}.",
    ]
    if lab is not None:
        reason = f": {lab.reason.rstrip('.')}" if lab.reason else ""
        lines.append(f"The target is the embedded lab, profile {lab.profile}{reason}.")
    return "\n".join(_wrapped(line, width) for line in lines)


def summary(result: Result, *, colour: bool, width: int, report: str = "") -> str:
    """What came of the run: deviations first, then the decision and where to read on.

    Args:
        result: the record.
        colour: whether to colour; nothing is said by colour alone.
        width: columns of the terminal.
        report: path of `report.html` as the reader can open it.
    """
    blocking = tuple(stops.blocking(result))
    shown = blocking[:_MOST_SHOWN]
    parts = [_deviation(stop, colour=colour, width=width) for stop in shown]
    if more := len(blocking) - len(shown):
        parts.append(f"… and {more} more of these, all of them in the report.")
    parts += ["\n".join(_decision(result, colour=colour, width=width))]
    parts += ["\n".join(_facts(result, report, width=width))]
    return "\n\n".join(parts) + "\n"


def _deviation(stop: Stop, *, colour: bool, width: int) -> str:
    """Three lines: which requirement, expected and seen, what to do."""
    finding, requirement = stop.finding, stop.requirement
    shown = requirement.wording if finding.verdict is Verdict.FAIL else ""
    verdict = f"{finding.verdict}: {shown}" if shown else str(finding.verdict)
    mark = _coloured(wording.SYMBOLS[finding.verdict], _COLOURS[finding.verdict], colour=colour)
    verdict = _coloured(verdict, _COLOURS[finding.verdict], colour=colour)
    lines = [
        f"{mark} {requirement.id} {wording.printable(requirement.title)} ({verdict})",
        _wrapped(stop.statement, width, indent="  "),
    ]
    if stop.next_step:
        lines.append(_wrapped(f"Next: {stop.next_step}", width, indent="  "))
    return "\n".join(lines)


def _decision(result: Result, *, colour: bool, width: int) -> Iterator[str]:
    decision = result.decision
    outcome = wording.DECIDED[decision.verdict].upper()
    yield _coloured(outcome, _OUTCOME_COLOURS[decision.verdict], colour=colour)
    yield _wrapped(decision.rule, width)
    yield _wrapped(validity.in_words(result), width)
    yield _wrapped(wording.coverage(result), width)
    if controls := in_short(result.controls):
        yield _wrapped(controls, width)
    for sentence in waiving.in_short(result.waivers):
        yield _wrapped(sentence, width)
    if result.run.lab is not None:
        yield _wrapped(result.run.lab.statement, width)
    for guard in result.guards_violated:
        yield _wrapped(f"The suite is at fault: {guard}", width)
    yield ""
    yield _counts(result, colour=colour, width=width)


def _counts(result: Result, *, colour: bool, width: int) -> str:
    """The seven counts, on as many lines as they need."""
    lines, left = [""], width
    for verdict, number in result.counts.items():
        text = f"{wording.SYMBOLS[verdict]} {number} {verdict}   "
        if len(text.rstrip()) > left and lines[-1]:
            lines, left = [*lines, ""], width
        lines[-1] += _coloured(text, _COLOURS[verdict], colour=colour)
        left -= len(text)
    return "\n".join(line.rstrip() for line in lines)


def _facts(result: Result, report: str, *, width: int) -> Iterator[str]:
    decision = result.decision
    slowest = result.observations.slowest[:3]
    since = result.comparison
    facts = {
        "Since": f"{since.before.id}: {comparison_text.in_short(since)}" if since else "",
        "Blocked by": ", ".join(decision.blocked_by),
        "Slowest": ", ".join(f"{s.probe} of {s.target} {s.seconds:.1f} s" for s in slowest),
        "Report": report,
        "Exit code": f"{decision.exit_code} ({EXIT_MEANINGS[decision.verdict]})",
    }
    for label, text in facts.items():
        if text:
            start = f"{label:<{_LABEL_WIDTH}}"
            yield _wrapped(start + text, width, hanging=" " * _LABEL_WIDTH)
    if again := _again(result):
        yield f"{'Only these':<{_LABEL_WIDTH}}{wording.printable(again)}"


def _again(result: Result) -> str:
    """The command for what failed or could not be judged, on one line, to be pasted."""
    found = stops.found(result, Verdict.FAIL, Verdict.INCONCLUSIVE)
    node_ids = list(dict.fromkeys(name for stop in found for name in stop.node_ids))
    if not node_ids:
        return ""
    command = shlex.join(["pytest", f"--env={result.run.environment}", *node_ids[:_MOST_AGAIN]])
    more = len(node_ids) - _MOST_AGAIN
    return f"{command}  # and {more} more, see result.json" if more > 0 else command


def _coloured(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def _wrapped(text: str, width: int, *, indent: str = "", hanging: str | None = None) -> str:
    """The text within the width; paths and ids are never broken."""
    return textwrap.fill(
        wording.printable(text).replace("\n", " "),
        width=max(width, _NARROWEST),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
