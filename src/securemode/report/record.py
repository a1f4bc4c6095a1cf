"""From what the scenarios recorded to the record of the run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode.report.controls import controls_of
from securemode.report.decision import Circumstances, decide
from securemode.report.effect import effect, not_restarted
from securemode.report.fingerprint import fingerprint
from securemode.report.models import (
    Connections,
    EvidenceFile,
    Identity,
    NodeRecord,
    Observations,
    Pending,
    Remedy,
    RequirementResult,
    Result,
    Run,
    Scope,
    SetupRecord,
    Standing,
    TargetResult,
)
from securemode.report.recorded import RecordedFinding
from securemode.report.waiving import assessed, weighed
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from securemode.report.attestation import Attestation
    from securemode.report.catalogue import CatalogueRow
    from securemode.report.decision import Gate
    from securemode.report.waiver import Waiver

SEVERITIES = ("high", "medium", "low")
KINDS = ("observed", "declared", "documented", "attested")
_DEVIATING = frozenset({Verdict.FAIL, Verdict.WAIVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A scenario that this run selected, and one requirement and kind that it claims."""

    requirement: str
    kind: str
    target: str
    scenario: str = ""
    node_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the plug-in knows of the run beside its findings.

    Attributes:
        covered: every (requirement, kind) that this version has a scenario for, selected or not.
        planned: what the selected scenarios claim; a claim that leaves no finding was not reviewed.
        waivers: what persons accept; they have to be valid when the run begins.
        attestations: what persons state, and whether it counts.
        shown: requirement to kind to the number of faults that the proof made it fail with.
    """

    run: Run
    identity: Identity
    nodes: tuple[NodeRecord, ...]
    covered: frozenset[tuple[str, str]]
    planned: tuple[Planned, ...]
    evidence: EvidenceFile
    setups: tuple[SetupRecord, ...] = ()
    observations: Observations = field(default_factory=Observations)
    connections: Connections = field(default_factory=Connections)
    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    shown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    guards_violated: tuple[str, ...] = ()


def compose(
    catalogue: Iterable[CatalogueRow],
    findings: Iterable[RecordedFinding],
    run: RunFacts,
    gate: Gate | None = None,
) -> Result:
    """Compose the record of a run; the same findings in another order compose the same record."""
    rows = tuple(catalogue)
    recorded = tuple(weighed(finding, run.waivers, run.run.began) for finding in findings)
    said = _by_requirement((*recorded, *_left_out(run.planned, recorded)), run.nodes)
    ordered = tuple(finding for each in said.values() for finding in each)
    unrestarted = not_restarted(said)
    requirements = tuple(_requirement(row, said.pop(row.id, ()), run, unrestarted) for row in rows)
    guards = (*run.guards_violated, *(_unknown(name) for name in sorted(said)))
    graver_first = sorted(requirements, key=_gravity)
    verdicts = {r.id: r.verdict for r in graver_first if r.verdict is not None}
    circumstances = Circumstances(run.run.interrupted, run.run.partial, len(guards))
    return Result(
        run=run.run,
        identity=run.identity,
        nodes=run.nodes,
        scope=_scope(requirements),
        requirements=requirements,
        controls=controls_of(recorded),
        waivers=assessed(run.waivers, ordered, run.run.began, partial=run.run.partial),
        attestations=run.attestations,
        counts={v: sum(said is v for said in verdicts.values()) for v in Verdict},
        decision=decide(verdicts, circumstances, gate),
        evidence=run.evidence,
        setups=run.setups,
        observations=run.observations,
        connections=run.connections,
        guards_violated=guards,
    )


def _gravity(requirement: RequirementResult) -> int:
    severity = requirement.severity
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _left_out(
    planned: Iterable[Planned], findings: Iterable[RecordedFinding]
) -> list[RecordedFinding]:
    """A *not reviewed* for every claim of a selected scenario that left no finding."""
    kept = {(finding.requirement, finding.kind, finding.node_id) for finding in findings}
    return [
        RecordedFinding(
            requirement=claim.requirement,
            kind=claim.kind,
            target=claim.target,
            verdict=Verdict.NOT_REVIEWED,
            what="was not looked at",
            expected="an observation",
            saw="the run ended before",
            next_step="repeat the run",
            scenario=claim.scenario,
            node_id=claim.node_id,
        )
        for claim in planned
        if (claim.requirement, claim.kind, claim.node_id) not in kept
    ]


def _by_requirement(
    findings: Iterable[RecordedFinding], nodes: Sequence[NodeRecord]
) -> dict[str, tuple[RecordedFinding, ...]]:
    """Findings of each requirement, kind by kind, in the order of the nodes."""
    positions = {node.name: position for position, node in enumerate(nodes)}

    def place(finding: RecordedFinding) -> tuple[object, ...]:
        return (
            _kind_order(finding.kind),
            positions.get(finding.target, len(positions)),
            finding.target,
            finding.node_id,
            finding.what,
            finding.saw,
            finding.evidence,
        )

    grouped: defaultdict[str, list[RecordedFinding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.requirement].append(finding)
    return {name: tuple(sorted(said, key=place)) for name, said in grouped.items()}


def _kind_order(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


def _requirement(
    row: CatalogueRow,
    findings: Sequence[RecordedFinding],
    run: RunFacts,
    unrestarted: frozenset[str],
) -> RequirementResult:
    covered = run.covered
    kinds = {
        kind: worst(finding.verdict for finding in findings if finding.kind == kind)
        for kind in dict.fromkeys(finding.kind for finding in findings)
    }
    remedy = row.remedy
    return RequirementResult(
        id=row.id,
        title=row.title,
        section=row.section,
        applies_to=str(row.applies_to),
        severity=str(row.severity),
        expected=row.expected,
        why=row.why,
        remedy=Remedy(
            interface=remedy.interface, api=remedy.api, wizard=remedy.wizard, text=remedy.text
        ),
        standing=_standing(row, judged=bool(findings), covered=covered),
        verdict=worst(kinds.values()) if kinds else None,
        wording=effect(row.section, kinds, findings, unrestarted),
        kinds=kinds,
        pending_kinds=tuple(
            kind
            for kind in sorted(map(str, row.kinds), key=_kind_order)
            if (row.id, kind) not in covered and kind not in kinds
        ),
        left_out_kinds=tuple(
            kind for kind in KINDS if (row.id, kind) in covered and kinds and kind not in kinds
        ),
        shown_to_fail_by=dict(run.shown.get(row.id, {})),
        targets=tuple(_target(finding) for finding in findings),
    )


def _standing(row: CatalogueRow, *, judged: bool, covered: frozenset[tuple[str, str]]) -> Standing:
    if judged:
        return Standing.JUDGED
    has_scenario = any(name == row.id for name, _ in covered)
    return Standing.NOT_SELECTED if has_scenario else Standing.NOT_COVERED


def _target(finding: RecordedFinding) -> TargetResult:
    return TargetResult(
        target=finding.target,
        kind=finding.kind,
        verdict=finding.verdict,
        what=finding.what,
        expected=finding.expected,
        saw=finding.saw,
        next_step=finding.next_step,
        evidence=finding.evidence,
        scenario=finding.scenario,
        node_id=finding.node_id,
        vantage=finding.vantage,
        waiver=finding.waiver,
        fingerprint=fingerprint(finding) if finding.verdict in _DEVIATING else "",
    )


def _scope(requirements: Sequence[RequirementResult]) -> Scope:
    standings = [requirement.standing for requirement in requirements]
    return Scope(
        rows_total=len(requirements),
        rows_covered=sum(standing is not Standing.NOT_COVERED for standing in standings),
        rows_judged=sum(standing is Standing.JUDGED for standing in standings),
        pending=tuple(
            Pending(requirement=requirement.id, kind=kind)
            for requirement in requirements
            for kind in requirement.pending_kinds
        ),
    )


def _unknown(requirement: str) -> str:
    return f"a scenario recorded a finding for {requirement}, which the catalogue does not have"
