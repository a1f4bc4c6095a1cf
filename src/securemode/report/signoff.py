"""`signoff.pdf`: two to four A4 pages on which a person can sign; the details are in the report."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from reportlab.platypus import KeepTogether

from securemode.report import paper, stops, validity, views, wording
from securemode.report.models import Outcome, Standing
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from securemode.report.models import Result
    from securemode.report.stops import Stop

MOST_PAGES = 4
_ENTRIES = (12, 7, 4, 2, 1)
"""How many of a kind are listed: the first number with which the pages suffice."""
_ROLES = ("Tester", "Witness", "Customer")
_LONGEST = 260
_COLOURS = {
    Verdict.FAIL: "#a62f27",
    Verdict.INCONCLUSIVE: "#875800",
    Verdict.NOT_REVIEWED: "#5c5290",
    Verdict.WAIVED: "#1c6285",
    Verdict.ATTESTED: "#1a6b66",
    Verdict.PASS: "#2a6b47",
    Verdict.NOT_APPLICABLE: "#626a6f",
}
_DECISION_COLOURS = {
    Outcome.ACCEPTED: _COLOURS[Verdict.PASS],
    Outcome.ACCEPTED_WITH_WAIVERS: _COLOURS[Verdict.WAIVED],
    Outcome.SELECTION_HOLDS: _COLOURS[Verdict.PASS],
    Outcome.NOT_ACCEPTED: _COLOURS[Verdict.FAIL],
    Outcome.INCONCLUSIVE: _COLOURS[Verdict.INCONCLUSIVE],
    Outcome.NOT_REVIEWED: _COLOURS[Verdict.NOT_REVIEWED],
    Outcome.INTERRUPTED: _COLOURS[Verdict.NOT_REVIEWED],
}
_PAGE = re.compile(rb"/Type /Page\b")


def write(result: Result, path: Path) -> None:
    """Write the pages; the same record makes the same bytes."""
    path.write_bytes(render(result))


def render(result: Result) -> bytes:
    """The pages as PDF: four at most, however much there is to list."""
    for most in _ENTRIES:
        pages = _document(result, most)
        if len(_PAGE.findall(pages)) <= MOST_PAGES:
            break
    return pages


def _document(result: Result, most: int) -> bytes:
    about = result.identity.system or result.run.environment
    story = (
        *_verdict(result),
        *_identity(result),
        *_scorecard(result),
        *_stops(result, most),
        *_waivers(result, most),
        *_attestations(result, most),
        *_signatures(result),
    )
    return paper.document(
        story,
        title=f"Acceptance sign-off: {about}, run {result.run.id}",
        left=f"Acceptance sign-off · {about}",
        right=f"Run {result.run.id}",
        foot=f"result.json SHA-256 {_record_sha256(result)}",
    )


def _verdict(result: Result) -> Iterator[Any]:
    decision, run = result.decision, result.run
    partial = run.partial and f"Partial run: only {run.selection or 'a selection'} was asked for."
    lines = [
        (wording.DECIDED[decision.verdict], "verdict"),
        (decision.rule, "text"),
        (validity.in_words(result), "text"),
        (wording.coverage(result), "text"),
        (partial or "", "strong"),
        (run.lab.statement if run.lab else "", "strong"),
        *((f"The suite is at fault: {guard}", "strong") for guard in result.guards_violated[:3]),
    ]
    yield paper.paragraph("Acceptance of secure mode: sign-off", "title")
    yield paper.banner(lines, _DECISION_COLOURS[decision.verdict])


def _identity(result: Result) -> Iterator[Any]:
    run, identity = result.run, result.identity
    names = [node.name for node in result.nodes]
    commit = f", commit {run.suite_commit[:12]}" if run.suite_commit else ""
    known = (
        ("Customer", identity.customer),
        ("Site", identity.site),
        ("Contract", identity.contract),
        ("System", identity.system),
        ("Product version", identity.product_version),
        ("Nodes", f"{len(names)}: {wording.listed(names)}"),
        ("Environment", f"{run.environment}, SHA-256 {run.environment_sha256}"),
        ("Run", f"{run.id}, {run.began:%Y-%m-%d %H:%M} to {run.ended:%Y-%m-%d %H:%M} UTC"),
        ("By, from", f"{run.operator or 'unknown'}, from {wording.listed(run.vantages)}"),
        ("Intrusive checks", wording.listed(run.permissions) or "none were allowed"),
        ("Suite", f"securemode {run.suite_version}{commit}"),
        ("To repeat it", run.command),
    )
    yield paper.paragraph("What was verified, and how", "heading")
    yield paper.facts([(label, paper.shortened(said, _LONGEST)) for label, said in known])


def _scorecard(result: Result) -> Iterator[Any]:
    """The seven counts of each section of the guide, and what takes no part in the decision."""
    outside = (str(Standing.NOT_SELECTED), str(Standing.NOT_COVERED))
    rows = []
    for section in views.sections(result):
        states = [views.state(requirement) for requirement in section.requirements]
        counts = [*map(states.count, map(str, Verdict)), sum(map(states.count, outside))]
        rows.append((section.title, counts))
    total = [sum(column) for column in zip(*(counts for _, counts in rows), strict=True)]
    yield paper.paragraph("Scorecard: requirements by section of the guide", "heading")
    yield paper.numbers(
        ("Section", *map(str, Verdict), "not part of this run"), [*rows, ("All", total)]
    )


def _stops(result: Result, most: int) -> Iterator[Any]:
    blocking = tuple(stops.blocking(result))
    yield paper.paragraph("What stops acceptance", "heading")
    if not blocking:
        yield paper.paragraph("Nothing does.")
    for stop in blocking[:most]:
        yield _stop(stop)
    yield from _more(len(blocking) - most, "of these, all of them in report.html")


def _stop(stop: Stop) -> Any:
    finding, requirement = stop.finding, stop.requirement
    effect = f": {requirement.wording}" if requirement.wording else ""
    where = ", ".join(
        part
        for part in (
            wording.listed(stop.targets) or "deployment",
            finding.kind,
            finding.vantage and f"from {finding.vantage}",
            wording.listed(stop.evidence),
        )
        if part
    )
    said = (
        ("", stop.sentence),
        ("Expected:", finding.expected),
        ("Seen:", stop.saw if finding.expected else ""),
        ("Where:", where),
        ("Next:", stop.next_step),
    )
    title = f"{requirement.id} {requirement.title} ({finding.verdict}{effect})"
    details = [(label, paper.shortened(text, _LONGEST)) for label, text in said]
    content = (paper.paragraph(paper.shortened(title, _LONGEST), "strong"), paper.labelled(details))
    return paper.beside_bar(content, _COLOURS[finding.verdict])


def _waivers(result: Result, most: int) -> Iterator[Any]:
    yield paper.paragraph("Waivers", "heading")
    if not result.waivers:
        yield paper.paragraph("None.")
        return
    rows = [
        (
            f"{one.requirement} {wording.listed(one.scope)}",
            f"{one.approver} {one.ticket}",
            f"{one.reason} {one.compensating}",
            str(one.state),
            _day(one.ends),
        )
        for one in sorted(result.waivers, key=lambda one: one.ends)
    ]
    yield _listed(("Requirement", "Approved by", "Reason", "State", "Ends"), rows, most)
    yield from _more(len(rows) - most, "waivers, in report.html")


def _attestations(result: Result, most: int) -> Iterator[Any]:
    yield paper.paragraph("Attestations", "heading")
    if not result.attestations:
        yield paper.paragraph("None.")
        return
    rows = [
        (
            f"{one.requirement} {wording.listed(one.targets)}",
            one.by + (f"; confirmed by {one.confirmed_by}" if one.confirmed_by else ""),
            one.statement,
            f"does not count: {one.lacks}" if one.lacks else "counts",
            _day(one.valid_until),
        )
        for one in sorted(result.attestations, key=lambda one: one.valid_until)
    ]
    yield _listed(("Requirement", "Stated by", "Statement", "State", "Ends"), rows, most)
    yield from _more(len(rows) - most, "attestations, in report.html")


def _listed(head: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> Any:
    cells = [[paper.shortened(text.strip(), _LONGEST // 2) for text in row] for row in rows[:most]]
    return paper.table(head, cells, (28, 42, 58, 26, 20))


def _day(end: date) -> str:
    return f"{end:%Y-%m-%d}"


def _signatures(result: Result) -> Iterator[Any]:
    """What is signed, down to the bytes, and where."""
    lab = f" {result.run.lab.statement}" if result.run.lab else ""
    said = (
        f"The undersigned have read the report of run {result.run.id}, which comes to: "
        f"{wording.DECIDED[result.decision.verdict].lower()}.{lab}"
    )
    hashes = (
        ("result.json", f"SHA-256 {_record_sha256(result)}"),
        ("Evidence", f"SHA-256 {result.evidence.sha256} ({result.evidence.records:,} records)"),
        ("To check it all", f"securemode verify reports/{result.run.id} --ca ca.pem"),
    )
    yield KeepTogether(
        [
            paper.paragraph("Signatures", "heading"),
            paper.paragraph(said),
            paper.facts(hashes),
            paper.paragraph(" "),
            paper.fields(("Role", "Name", "Date", "Signature"), _ROLES, (26, 56, 30, 62)),
        ]
    )


def _more(number: int, what: str) -> Iterator[Any]:
    if number > 0:
        yield paper.paragraph(f"… and {number:,} more {what}.")


def _record_sha256(result: Result) -> str:
    return hashlib.sha256(result.to_json().encode()).hexdigest()
