"""`oscal-ar.json`: the run as OSCAL assessment results, for tools of governance.

Each finding of ours is an *observation* there, each judged requirement and each control of a STIG
a *finding*, which only knows "satisfied" and "not-satisfied"; what is neither says so in its
reason. Identifiers are made of the run's: written again, the file is the same.

Source: NIST, OSCAL assessment results model, version 1.2.1.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from securemode.report import exported, stops
from securemode.report.models import Standing
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from securemode.report.control_result import ControlResult
    from securemode.report.models import RequirementResult, Result, TargetResult

OSCAL_VERSION: Final = "1.2.1"

_METHODS = {"observed": "TEST", "attested": "INTERVIEW"}
_OTHERWISE = "EXAMINE"
_ELSEWHERE = "deployment"
_STATES = {
    Verdict.FAIL: ("not-satisfied", "fail"),
    Verdict.INCONCLUSIVE: ("not-satisfied", "other"),
    Verdict.NOT_REVIEWED: ("not-satisfied", "other"),
    Verdict.WAIVED: ("not-satisfied", "other"),
    Verdict.ATTESTED: ("satisfied", "pass"),
    Verdict.PASS: ("satisfied", "pass"),
    Verdict.NOT_APPLICABLE: ("satisfied", "other"),
}


def write(result: Result, path: Path) -> None:
    """Write the whole run."""
    exported.write_json(document(result), path)


def document(result: Result) -> dict[str, Any]:
    """The run as an `assessment-results` document."""
    resource = exported.identifier(result, "oscal", "requirements")
    return {
        "assessment-results": {
            "uuid": exported.identifier(result, "oscal"),
            "metadata": {
                "title": f"Secure mode acceptance, run {result.run.id}",
                "last-modified": result.run.ended.isoformat(),
                "version": exported.line(result.run.id),
                "oscal-version": OSCAL_VERSION,
                "remarks": _remarks(result),
            },
            "import-ap": {"href": f"#{resource}"},
            "results": [_assessment(result)],
            "back-matter": {"resources": [_requirements_resource(result, resource)]},
        }
    }


def _remarks(result: Result) -> str:
    who = result.identity
    stated = (who.customer, who.site, who.contract, who.system, who.product_version)
    parts = [part for part in stated if part]
    parts += [result.run.lab.statement] if result.run.lab else []
    return exported.line("; ".join(parts))


def _requirements_resource(result: Result, uuid: str) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "title": "Requirements of the acceptance suite",
        "description": (
            "What was to be verified: the requirements that the suite, version "
            f"{exported.line(result.run.suite_version)}, takes from the deployment guide, and the "
            "STIGs that the record of the run names. There is no assessment plan in OSCAL."
        ),
    }


def _assessment(result: Result) -> dict[str, Any]:
    observations: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    judged = [one for one in result.requirements if one.standing is Standing.JUDGED]
    for requirement in judged:
        seen = [_observation(result, requirement, one, n) for n, one in _numbered(requirement)]
        observations += seen
        findings.append(_finding(result, requirement, seen))
    for rows in _controls(result):
        seen = [_control_observation(result, one) for one in rows]
        observations += seen
        findings.append(_control_finding(result, rows, seen))
    risks = [risk for requirement in judged for risk in _risks(result, requirement)]
    parts = {"observations": observations, "risks": risks, "findings": findings}
    return {
        "uuid": exported.identifier(result, "oscal", "result"),
        "title": f"Run {exported.line(result.run.id)}",
        "description": exported.line(result.decision.rule),
        "start": result.run.began.isoformat(),
        "end": result.run.ended.isoformat(),
        "props": [{"name": "decision", "value": str(result.decision.verdict)}],
        "local-definitions": {"inventory-items": _inventory(result)},
        "reviewed-controls": {"control-selections": [_selection(findings)]},
        **{name: part for name, part in parts.items() if part},
    }


def _numbered(requirement: RequirementResult) -> Iterable[tuple[str, TargetResult]]:
    return ((str(number), one) for number, one in enumerate(requirement.targets))


def _controls(result: Result) -> Iterator[Sequence[ControlResult]]:
    """The rows of the controls, control by control."""
    rows: defaultdict[tuple[str, str], list[ControlResult]] = defaultdict(list)
    for one in result.controls:
        rows[one.stig, one.id].append(one)
    yield from rows.values()


def _targets(result: Result) -> Iterator[str]:
    yield from (node.name for node in result.nodes)
    yield from (one.target or _ELSEWHERE for row in result.requirements for one in row.targets)
    yield from (one.target for one in result.controls)
    yield _ELSEWHERE


def _inventory(result: Result) -> list[dict[str, Any]]:
    """Every target: node, host, location, and the deployment as a whole."""
    return [
        {"uuid": _subject(result, target), "description": exported.line(target)}
        for target in dict.fromkeys(_targets(result))
    ]


def _subject(result: Result, target: str) -> str:
    return exported.identifier(result, "oscal", "target", target or _ELSEWHERE)


def _selection(findings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    ids = [finding["target"]["target-id"] for finding in findings]
    return (
        {"include-controls": [{"control-id": id_} for id_ in ids]} if ids else {"include-all": {}}
    )


def _observation(
    result: Result, requirement: RequirementResult, finding: TargetResult, number: str
) -> dict[str, Any]:
    named = (requirement.id, finding.kind, finding.target, number)
    return _seen(
        result,
        exported.identifier(result, "oscal", "observation", *named),
        title=f"{requirement.id} at {finding.target or _ELSEWHERE}, {finding.kind}",
        description=stops.alone(requirement, finding).message,
        kinds=(finding.kind,),
        target=finding.target,
        verdict=finding.verdict,
        evidence=finding.evidence,
    )


def _control_observation(result: Result, control: ControlResult) -> dict[str, Any]:
    named = (control.stig, control.id, control.target)
    return _seen(
        result,
        exported.identifier(result, "oscal", "observation", *named),
        title=f"{control.id} at {control.target}",
        description=f"Expected {control.expected}, saw {control.saw}. {control.reading}",
        kinds=control.kinds,
        target=control.target,
        verdict=control.verdict,
        evidence=control.evidence,
    )


def _seen(
    result: Result,
    uuid: str,
    *,
    title: str,
    description: str,
    kinds: Sequence[str],
    target: str,
    verdict: Verdict,
    evidence: Sequence[str],
) -> dict[str, Any]:
    seen: dict[str, Any] = {
        "uuid": uuid,
        "title": exported.line(title),
        "description": exported.line(description),
        "props": [{"name": "verdict", "value": str(verdict)}],
        "methods": list(dict.fromkeys(_METHODS.get(kind, _OTHERWISE) for kind in kinds))
        or [_OTHERWISE],
        "subjects": [{"subject-uuid": _subject(result, target), "type": "inventory-item"}],
        "collected": result.run.ended.isoformat(),
    }
    if evidence:
        records = f"Records {', '.join(evidence)}."
        seen["relevant-evidence"] = [{"href": result.evidence.file, "description": records}]
    return seen


def _finding(
    result: Result, requirement: RequirementResult, seen: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    verdict = requirement.verdict or Verdict.NOT_REVIEWED
    found = _concluded(result, requirement.id, requirement.title, verdict, seen)
    risks = [{"risk-uuid": risk["uuid"]} for risk in _risks(result, requirement)]
    return {**found, "related-risks": risks} if risks else found


def _control_finding(
    result: Result, rows: Sequence[ControlResult], seen: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    verdict = worst(one.verdict for one in rows)
    return _concluded(result, rows[0].id, rows[0].title, verdict, seen)


def _concluded(
    result: Result, id_: str, title: str, verdict: Verdict, seen: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    state, reason = _STATES[verdict]
    target: dict[str, Any] = {
        "type": "objective-id",
        "target-id": id_,
        "status": {"state": state, "reason": reason, "remarks": f"Verdict: {verdict}."},
    }
    if verdict is Verdict.NOT_APPLICABLE:
        target["implementation-status"] = {"state": "not-applicable"}
    found: dict[str, Any] = {
        "uuid": exported.identifier(result, "oscal", "finding", id_),
        "title": exported.line(f"{id_} {title}"),
        "description": exported.line(title),
        "target": target,
    }
    related = [{"observation-uuid": one["uuid"]} for one in seen]
    return {**found, "related-observations": related} if related else found


def _risks(result: Result, requirement: RequirementResult) -> list[dict[str, Any]]:
    """The deviations of a requirement that a person has approved, as risks with their end."""
    waivers = [(one.target, one.waiver) for one in requirement.targets if one.waiver]
    return [
        {
            "uuid": exported.identifier(result, "oscal", "risk", requirement.id, str(number)),
            "title": exported.line(f"{requirement.id} waived at {target or _ELSEWHERE}"),
            "description": exported.line(waiver.reason),
            "statement": exported.line(f"Approved by {waiver.approver} {waiver.ticket}"),
            "status": "deviation-approved",
            "deadline": waiver.ends.isoformat(),
        }
        for number, (target, waiver) in enumerate(waivers)
    ]
