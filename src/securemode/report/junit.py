"""`junit.xml`: what a build server reads; a suite a section of the guide, a case a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from securemode.report import stops, views, wording
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from securemode.report.models import RequirementResult, Result, TargetResult

_OUTCOMES = {
    Verdict.FAIL: "failure",
    Verdict.INCONCLUSIVE: "error",
    Verdict.NOT_REVIEWED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.WAIVED: "skipped",
}
"""What is said of a case that did not simply pass: a failure is the target's, an error is ours."""


def write(result: Result, path: Path) -> None:
    """Write every finding, and every guard that was violated as an error of the suite's own."""
    root = ET.Element("testsuites", name=f"secure mode of {result.run.environment}")
    for section in views.sections(result):
        if section.judged:
            _add_suite(root, result, section.title, _cases(section))
    if result.guards_violated:
        _add_suite(root, result, "The suite itself", [_guard(g) for g in result.guards_violated])
    _total(root, root.findall("testsuite"))
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _add_suite(root: ET.Element, result: Result, name: str, cases: Sequence[ET.Element]) -> None:
    suite = ET.SubElement(root, "testsuite", name=wording.printable(name))
    suite.set("timestamp", result.run.began.strftime("%Y-%m-%dT%H:%M:%S"))
    properties = ET.SubElement(suite, "properties")
    for key, value in (("run", result.run.id), ("decision", str(result.decision.verdict))):
        ET.SubElement(properties, "property", name=key, value=wording.printable(value))
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    for count, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(case.find(outcome) is not None for case in cases)))


def _total(root: ET.Element, suites: Sequence[ET.Element]) -> None:
    """The sums of the suites; of those skipped the schema of Jenkins wants none here."""
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))


def _cases(section: views.Section) -> list[ET.Element]:
    return [
        _case(section, requirement, finding)
        for requirement in section.judged
        for finding in requirement.targets
    ]


def _case(
    section: views.Section, requirement: RequirementResult, finding: TargetResult
) -> ET.Element:
    name = (
        f"{requirement.id} {requirement.title} [{finding.target or 'deployment'}, {finding.kind}]"
    )
    case = ET.Element(
        "testcase",
        name=wording.printable(name),
        classname=wording.printable(f"{section.name}.{requirement.id}"),
    )
    message = wording.printable(stops.alone(requirement, finding).message)
    if outcome := _OUTCOMES.get(finding.verdict):
        said = ET.SubElement(case, outcome, type=str(finding.verdict), message=message)
        said.text = wording.printable(finding.node_id)
    else:
        ET.SubElement(case, "system-out").text = message
    return case


def _guard(guard: str) -> ET.Element:
    case = ET.Element("testcase", name="guards", classname="suite")
    ET.SubElement(case, "error", type="guard violated", message=wording.printable(guard))
    return case
