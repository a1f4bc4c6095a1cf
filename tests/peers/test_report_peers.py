"""Someone else's readers take the reports for what they are, and see in them what the run says."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from peers import reading
from report import sample_pack
from securemode.report import pack
from securemode.report.models import Standing
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.report.models import Result

RESULTS = {
    Verdict.PASS: "pass",
    Verdict.ATTESTED: "pass",
    Verdict.FAIL: "fail",
    Verdict.NOT_APPLICABLE: "notapplicable",
    Verdict.NOT_REVIEWED: "notchecked",
}
CHECKLISTS = ("esxi1.lab.example", "conf1", "conf2")


@pytest.fixture(scope="module")
def result() -> Result:
    return sample_pack.result()


@pytest.fixture(scope="module")
def run(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run")
    assert not pack.write(result, [], directory).unwritten
    return directory


def summary(report: Path) -> dict[str, Any]:
    """What SAF counts in the profile of the guide; it looks at the first profile only."""
    (said,) = json.loads(reading.saf("summary", "--input", report, "--format", "json"))
    assert said["profileName"] == "secure-mode-deployment-guide"
    return dict(said)


def test_saf_counts_what_the_run_says(run: Path, result: Result) -> None:
    guide = summary(run / "ohdf.json")
    verdicts = Counter(one.verdict for one in result.requirements)
    assert guide["failed"]["total"] == verdicts[Verdict.FAIL] > 0
    assert guide["passed"]["total"] == verdicts[Verdict.PASS] + verdicts[Verdict.ATTESTED]
    assert guide["error"]["total"] == verdicts[Verdict.INCONCLUSIVE] > 0
    away = sum(one.standing is not Standing.JUDGED for one in result.requirements)
    assert guide["skipped"]["total"] == verdicts[Verdict.NOT_REVIEWED] + away
    hidden = verdicts[Verdict.NOT_APPLICABLE] + verdicts[Verdict.WAIVED]
    assert guide["no_impact"]["total"] == hidden > 0


def test_a_threshold_of_saf_holds_or_stops(run: Path) -> None:
    asked = ("validate", "threshold", "-i", run / "ohdf.json", "-I")
    assert "All validation tests passed" in reading.saf(*asked, "{passed.total.min: 1}")
    with pytest.raises(AssertionError, match="Threshold not met"):
        reading.saf(*asked, "{failed.total.max: 0}")


def test_saf_makes_a_checklist_of_the_run(run: Path, result: Result, tmp_path: Path) -> None:
    reading.saf("convert", "hdf2ckl", "-i", run / "ohdf.json", "-o", tmp_path / "made.ckl")
    text = (tmp_path / "made.ckl").read_text(encoding="utf-8")
    controls = {one.id for one in result.controls}
    assert text.count("<VULN>") == len(result.requirements) + len(controls)


@pytest.mark.parametrize("target", CHECKLISTS[:2])
def test_saf_reads_the_checklists(run: Path, result: Result, tmp_path: Path, target: str) -> None:
    made = tmp_path / "made.json"
    reading.saf("convert", "ckl2hdf", "-i", run / f"checklist-{target}.ckl", "-o", made)
    (profile,) = json.loads(made.read_text(encoding="utf-8"))["profiles"]
    ours = {one.vuln: one for one in result.controls if one.target == target}
    assert {one["id"] for one in profile["controls"]} == ours.keys()
    for control in profile["controls"]:
        assert control["tags"]["rid"] == ours[control["id"]].rule
        assert control["tags"]["stig_id"] == ours[control["id"]].id
        failed = {one["status"] for one in control["results"]} == {"failed"}
        assert failed == (ours[control["id"]].verdict is Verdict.FAIL)


@pytest.mark.parametrize("target", CHECKLISTS)
@pytest.mark.parametrize("suffix", ["ckl", "cklb"])
def test_stig_manager_takes_over_every_review(
    run: Path, result: Result, target: str, suffix: str
) -> None:
    read = reading.stig_manager(run / f"checklist-{target}.{suffix}")
    assert read["target"]["name"] == target
    (checklist,) = read["checklists"]
    ours = {one.rule: RESULTS[one.verdict] for one in result.controls if one.target == target}
    assert {one["ruleId"]: one["result"] for one in checklist["reviews"]} == ours
    assert all("EV-0001" in one["detail"] for one in checklist["reviews"])


def test_trestle_takes_the_assessment_results(run: Path, tmp_path: Path) -> None:
    reading.trestle(tmp_path, "init", "--local")
    reading.trestle(tmp_path, "import", "-f", run / "oscal-ar.json", "-o", "run")
    said = reading.trestle(tmp_path, "validate", "--all")
    assert "VALID: Model" in said


def test_trestle_refuses_what_is_none(run: Path, tmp_path: Path) -> None:
    document = json.loads((run / "oscal-ar.json").read_text())
    del document["assessment-results"]["results"][0]["reviewed-controls"]
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_text(json.dumps(document))
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    reading.trestle(workspace, "init", "--local")
    with pytest.raises(AssertionError, match="reviewed-controls"):
        reading.trestle(workspace, "import", "-f", spoilt, "-o", "run")


def test_jenkins_could_read_the_cases(run: Path) -> None:
    reading.validate_junit(run / "junit.xml")
