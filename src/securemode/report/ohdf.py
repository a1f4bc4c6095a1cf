"""`ohdf.json`: the run in the Heimdall Data Format, for Heimdall and the tools of the SAF.

The requirements are one profile, each STIG is another. A reader adds the results of a control up
by a rule of its own: an error counts most, then a failure, then a pass, and what was skipped only
where there is nothing else. The results are written so that its sum is never better than our
verdict: beside a pass, what nobody reviewed is an error; beside a failure, what could not be
looked at is skipped, so that the control stays a failure.

Source: exec-json.json, the schema of the format, and `inspecjs`, the library that reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from securemode.report import exported, stops, views, wording
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from securemode.report.control_result import ControlResult
    from securemode.report.models import RequirementResult, Result, TargetResult

_STATUSES = {
    Verdict.FAIL: "failed",
    Verdict.INCONCLUSIVE: "error",
    Verdict.NOT_REVIEWED: "skipped",
    Verdict.WAIVED: "skipped",
    Verdict.ATTESTED: "passed",
    Verdict.PASS: "passed",
    Verdict.NOT_APPLICABLE: "skipped",
}
_GOOD = {Verdict.PASS, Verdict.ATTESTED}
_IMPACTS = {"high": 0.7, "medium": 0.5, "low": 0.3}


def write(result: Result, path: Path) -> None:
    """Write the whole run."""
    exported.write_json(document(result), path)


def document(result: Result) -> dict[str, Any]:
    """The run as an "Exec JSON Output" of the schema."""
    run = result.run
    return {
        "platform": {
            "name": "secure mode",
            "release": result.identity.product_version or "unknown",
            "target_id": result.identity.system or run.environment,
        },
        "version": run.suite_version,
        "statistics": {"duration": (run.ended - run.began).total_seconds()},
        "profiles": [_guide(result), *_stigs(result)],
    }


def status(verdict: Verdict, others: Collection[Verdict]) -> str:
    """What is said of one result, given the verdicts of its whole control."""
    if verdict is Verdict.INCONCLUSIVE and Verdict.FAIL in others:
        return "skipped"
    if verdict is Verdict.NOT_REVIEWED and worst(others) is verdict and _GOOD & set(others):
        return "error"
    return _STATUSES[verdict]


def _profile(result: Result, name: str, title: str, **more: Any) -> dict[str, Any]:
    controls = more["controls"]
    stated = json.dumps([(one["id"], one["title"], one["desc"]) for one in controls])
    return {
        "name": name,
        "title": title,
        "version": result.run.suite_version,
        "summary": result.decision.rule,
        "supports": [],
        "attributes": [],
        "status": "loaded",
        "sha256": hashlib.sha256(stated.encode()).hexdigest(),
        **more,
    }


def _guide(result: Result) -> dict[str, Any]:
    return _profile(
        result,
        "secure-mode-deployment-guide",
        "Secure mode: requirements of the deployment guide",
        groups=[
            {"id": one.name, "title": one.title, "controls": [row.id for row in one.requirements]}
            for one in views.sections(result)
        ],
        controls=[_requirement(result, one) for one in result.requirements],
    )


def _requirement(result: Result, requirement: RequirementResult) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "title": requirement.title,
        "desc": requirement.why or requirement.expected,
        "descriptions": [
            {"label": "check", "data": requirement.expected},
            {"label": "fix", "data": wording.remedy_text(requirement.remedy)},
        ],
        "impact": _impact(requirement.verdict, requirement.severity),
        "refs": [{"ref": f"deployment guide, section {requirement.section}"}],
        "tags": {
            "severity": requirement.severity,
            "section": requirement.section,
            "verdict": views.state(requirement),
            "wording": requirement.wording,
            "kinds": {kind: str(verdict) for kind, verdict in requirement.kinds.items()},
            "pending_kinds": list(requirement.pending_kinds),
            "left_out_kinds": list(requirement.left_out_kinds),
        },
        "source_location": {"ref": f"requirements: {requirement.id}"},
        "results": _results(result, requirement) or [_absent(result, requirement)],
        **_waived(requirement),
    }


def _impact(verdict: Verdict | None, severity: str) -> float:
    """How much it matters; 0 is how the format says *not applicable*."""
    return 0.0 if verdict is Verdict.NOT_APPLICABLE else _IMPACTS[severity]


def _results(result: Result, requirement: RequirementResult) -> list[dict[str, Any]]:
    verdicts = {finding.verdict for finding in requirement.targets}
    return [
        _result(
            result,
            status(finding.verdict, verdicts),
            f"{finding.target or 'deployment'}, {finding.kind}: {_statement(finding)}",
            stops.alone(requirement, finding).message,
            target=finding.target or "deployment",
            verdict=finding.verdict,
            evidence=finding.evidence,
        )
        for finding in requirement.targets
    ]


def _statement(finding: TargetResult) -> str:
    return f"expected {finding.expected}" if finding.expected else finding.what


def _result(
    result: Result,
    status_: str,
    described: str,
    message: str,
    *,
    target: str,
    verdict: Verdict,
    evidence: Sequence[str],
) -> dict[str, Any]:
    said = wording.printable(message)
    row: dict[str, Any] = {
        "status": status_,
        "code_desc": wording.printable(described),
        "start_time": result.run.began.isoformat(),
        "resource_id": target,
        "resource": f"{verdict}; evidence {', '.join(evidence) or 'none'}",
    }
    if status_ == "skipped":
        return {**row, "skip_message": said}
    if status_ == "error":
        return {**row, "message": said, "exception": str(verdict)}
    return {**row, "message": said}


def _absent(result: Result, requirement: RequirementResult) -> dict[str, Any]:
    """Says of a requirement without findings why it has none."""
    said = f"{requirement.standing} in this run"
    verdict = Verdict.NOT_REVIEWED
    return _result(result, "skipped", said, said, target="", verdict=verdict, evidence=())


def _waived(requirement: RequirementResult) -> dict[str, Any]:
    """The waivers that carry the requirement; nothing where it does not rest on any."""
    waivers = [finding.waiver for finding in requirement.targets if finding.waiver]
    if requirement.verdict is not Verdict.WAIVED or not waivers:
        return {}
    reasons = dict.fromkeys(f"{one.approver}: {one.reason} {one.ticket}".strip() for one in waivers)
    return {
        "waiver_data": {
            "expiration_date": min(one.ends for one in waivers).isoformat(),
            "justification": wording.printable("; ".join(reasons)),
            "run": True,
            "skipped_due_to_waiver": True,
            "message": "The deviation was seen, and a waiver covers exactly it.",
        }
    }


def _stigs(result: Result) -> list[dict[str, Any]]:
    stigs: defaultdict[str, defaultdict[str, list[ControlResult]]]
    stigs = defaultdict(lambda: defaultdict(list))
    for one in result.controls:
        stigs[one.stig][one.id].append(one)
    return [
        _profile(
            result,
            stig.lower().replace(" ", "-"),
            stig,
            groups=[],
            controls=[_control(result, rows) for rows in controls.values()],
        )
        for stig, controls in stigs.items()
    ]


def _control(result: Result, rows: Sequence[ControlResult]) -> dict[str, Any]:
    gravest = min(rows, key=lambda one: one.severity)
    verdicts = [one.verdict for one in rows]
    severity = exported.SEVERITIES[gravest.severity]
    steps = dict.fromkeys(one.next_step for one in rows if one.next_step)
    return {
        "id": gravest.id,
        "title": gravest.title,
        "desc": gravest.reading or gravest.title,
        "descriptions": [{"label": "fix", "data": wording.printable(" ".join(steps))}],
        "impact": _impact(worst(verdicts), severity),
        "refs": [{"ref": gravest.stig}],
        "tags": {
            "severity": severity,
            "verdict": str(worst(verdicts)),
            "stig_id": gravest.id,
            "gid": gravest.vuln,
            "rid": gravest.rule,
            "reading": gravest.reading,
        },
        "source_location": {"ref": f"requirements/stig: {gravest.id}"},
        "results": [
            _result(
                result,
                status(one.verdict, verdicts),
                f"{one.target}, {', '.join(one.kinds)}: expected {one.expected}",
                f"{one.target}: expected {one.expected}, saw {one.saw}",
                target=one.target,
                verdict=one.verdict,
                evidence=one.evidence,
            )
            for one in rows
        ],
    }
