"""What a checklist of STIG Viewer says, whichever of its two formats it is written in.

A checklist is about one host or virtual machine. It says what our tables of the STIGs and the run
hold; what STIG Viewer would take from the STIG itself, such as its discussion, is left empty.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from securemode.report import controls, exported, wording
from securemode.stig.category import STIG_REQUIREMENT
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.report.attestation import Attestation
    from securemode.report.control_result import ControlResult
    from securemode.report.models import NodeRecord, Result, TargetResult

STATUSES = {
    Verdict.FAIL: "open",
    Verdict.WAIVED: "open",
    Verdict.INCONCLUSIVE: "not_reviewed",
    Verdict.NOT_REVIEWED: "not_reviewed",
    Verdict.ATTESTED: "not_a_finding",
    Verdict.PASS: "not_a_finding",
    Verdict.NOT_APPLICABLE: "not_applicable",
}
"""What a checklist calls our verdicts: a waived control is open, and a comment says the rest."""

_RELEASE = re.compile(r"(?P<title>.*) V(?P<version>\d+)R(?P<release>\d+)")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]")


class Entry(NamedTuple):
    """One control.

    Attributes:
        control: as it stands in the record.
        vuln: DISA's number of the vulnerability, by which readers tell entries apart; in records
            that do not have it yet the id of the control.
        severity: "high", "medium" or "low".
        status: one of `STATUSES`.
        details: what was expected and seen.
        comments: how it was read, who attested or waived it, what to do next.
    """

    control: ControlResult
    vuln: str
    severity: str
    status: str
    details: str
    comments: str


class Sheet(NamedTuple):
    """One STIG.

    Attributes:
        stig: the STIG and its release, as the record names it.
        title: its name alone.
        version: its version, a number; empty where the record has none.
        release: its release, likewise.
        entries: its controls, by their ids.
    """

    stig: str
    title: str
    version: str
    release: str
    entries: tuple[Entry, ...]


class Checklist(NamedTuple):
    """All that is to be said of one host or virtual machine.

    Attributes:
        name: what its files are called, without suffix: "checklist-conf1".
        target: name of the host, or of the node whose virtual machine it is.
        address: the first address of that node; empty for a host.
        fqdn: its name in the DNS, likewise.
        remark: which run it is from, and what a reader may not miss.
        sheets: every STIG that was verified there.
    """

    name: str
    target: str
    address: str
    fqdn: str
    remark: str
    sheets: tuple[Sheet, ...]


def checklists(result: Result) -> tuple[Checklist, ...]:
    """One a target, in the order of the record."""
    sheets: defaultdict[str, list[Sheet]] = defaultdict(list)
    for baseline in controls.baselines(result.controls):
        sheets[baseline.target].append(_sheet(result, baseline))
    names = _file_names(result, sheets)
    nodes = {node.name: node for node in result.nodes}
    return tuple(
        _checklist(result, names[target], target, nodes.get(target), tuple(found))
        for target, found in sheets.items()
    )


def _checklist(
    result: Result, name: str, target: str, node: NodeRecord | None, sheets: tuple[Sheet, ...]
) -> Checklist:
    lab = f" {result.run.lab.statement}" if result.run.lab else ""
    return Checklist(
        name=name,
        target=wording.printable(target),
        address=next(iter(node.addresses), "") if node else "",
        fqdn=node.fqdn if node else "",
        remark=wording.printable(f"Run {result.run.id}.{lab}"),
        sheets=sheets,
    )


def _file_names(result: Result, targets: dict[str, list[Sheet]]) -> dict[str, str]:
    """A name for the files of each target: what is unfit becomes "-", and no two are the same."""
    names: dict[str, str] = {}
    for target in targets:
        name = f"checklist-{_UNFIT.sub('-', target)}"
        if name.lower() in {taken.lower() for taken in names.values()}:
            name = f"{name}-{exported.identifier(result, target)[:8]}"
        names[target] = name
    return names


def _sheet(result: Result, baseline: controls.Baseline) -> Sheet:
    named = _RELEASE.fullmatch(baseline.stig)
    title, version, release = named.groups() if named else (baseline.stig, "", "")
    rows = sorted(baseline.rows, key=lambda one: one.id)
    return Sheet(baseline.stig, title, version, release, tuple(_entry(result, one) for one in rows))


def _entry(result: Result, control: ControlResult) -> Entry:
    kinds = ", ".join(control.kinds)
    details = (
        f"Expected: {control.expected}",
        f"Seen: {control.saw}",
        f"Verdict: {control.verdict}" + (f" ({kinds})" if kinds else ""),
        f"Evidence: {', '.join(control.evidence) or 'none'}",
    )
    return Entry(
        control=control,
        vuln=control.vuln or control.id,
        severity=exported.SEVERITIES[control.severity],
        status=STATUSES[control.verdict],
        details=wording.printable("\n".join(details)),
        comments=wording.printable("\n".join(_comments(result, control))),
    )


def _comments(result: Result, control: ControlResult) -> Iterator[str]:
    if control.reading:
        yield f"Reading taken: {control.reading}"
    if control.verdict is Verdict.ATTESTED:
        yield from (_attested(one) for one in result.attestations if _is_about(one, control))
    if control.verdict in {Verdict.FAIL, Verdict.WAIVED}:
        yield from dict.fromkeys(_waivers(result, control.target))
    if control.next_step:
        yield f"Next: {control.next_step}"


def _is_about(attestation: Attestation, control: ControlResult) -> bool:
    return (
        attestation.requirement == STIG_REQUIREMENT
        and not attestation.lacks
        and (not attestation.controls or control.id in attestation.controls)
        and (not attestation.targets or control.target in attestation.targets)
    )


def _attested(said: Attestation) -> str:
    second = f", confirmed by {said.confirmed_by}" if said.confirmed_by else ""
    return (
        f"Attested by {said.by}{second}, verified {said.verified}, valid until {said.valid_until}: "
        f"{said.statement} ({said.how})"
    )


def _waivers(result: Result, target: str) -> Iterator[str]:
    """What is waived of the requirement that the controls of the target add up to."""
    for finding in _sums(result):
        if finding.target == target and finding.waiver:
            waiver = finding.waiver
            yield (
                f"Waived with {STIG_REQUIREMENT} by {waiver.approver} until "
                f"{waiver.ends.isoformat()}: {waiver.reason}"
            )


def _sums(result: Result) -> Iterator[TargetResult]:
    for requirement in result.requirements:
        if requirement.id == STIG_REQUIREMENT:
            yield from requirement.targets
