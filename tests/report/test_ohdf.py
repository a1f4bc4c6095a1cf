from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report import sample, sample_pack
from securemode.report import ohdf
from securemode.report.record import compose
from securemode.verdicts import Verdict, worst

GREEN = {Verdict.PASS, Verdict.ATTESTED}


def summed_up(control: dict[str, Any]) -> str:
    """What Heimdall makes of a control; see `ohdf`."""
    statuses = [one["status"] for one in control["results"]]
    if "error" in statuses:
        return "error"
    waived = control.get("waiver_data", {}).get("skipped_due_to_waiver")
    if waived or control["impact"] == 0:
        return "not applicable"
    return next(one for one in ("failed", "passed", "skipped") if one in statuses)


def control_of(verdicts: list[Verdict]) -> dict[str, Any]:
    found = [
        sample.finding("A-1", verdict, target=f"conf{number}")
        for number, verdict in enumerate(verdicts)
    ]
    result = compose([sample.Row(id="A-1")], found, sample.run_facts())
    control: dict[str, Any] = ohdf.document(result)["profiles"][0]["controls"][0]
    return control


@given(verdicts=st.lists(st.sampled_from(Verdict), min_size=1, max_size=4))
def test_a_reader_never_sums_up_to_more_than_the_verdict(verdicts: list[Verdict]) -> None:
    said = summed_up(control_of(verdicts))
    verdict = worst(verdicts)
    if said == "passed":
        assert verdict in {*GREEN, Verdict.WAIVED}
    assert (said == "failed") == (verdict is Verdict.FAIL)
    if verdict in GREEN:
        assert said == "passed"
    if verdict in {Verdict.INCONCLUSIVE, Verdict.NOT_REVIEWED}:
        assert said in {"error", "skipped"}
    if verdict is Verdict.NOT_APPLICABLE:
        assert said == "not applicable"


def test_every_requirement_is_a_control_and_every_finding_a_result() -> None:
    result = sample_pack.result()
    guide, *stigs = ohdf.document(result)["profiles"]
    assert [one["id"] for one in guide["controls"]] == [one.id for one in result.requirements]
    for control, requirement in zip(guide["controls"], result.requirements, strict=True):
        assert len(control["results"]) == max(1, len(requirement.targets))
        assert control["tags"]["severity"] == requirement.severity
    assert [one["title"] for one in stigs] == sorted({one.stig for one in result.controls})
    assert sum(len(c["results"]) for one in stigs for c in one["controls"]) == len(result.controls)


def test_what_took_no_part_is_skipped_and_says_why() -> None:
    controls = ohdf.document(sample.result())["profiles"][0]["controls"]
    (control,) = [one for one in controls if one["id"] == "WIZ-01"]
    assert [one["status"] for one in control["results"]] == ["skipped"]
    assert control["results"][0]["skip_message"] == "not covered in this run"


def test_a_waiver_travels_with_its_end() -> None:
    rows = [sample.Row(id="A-1")]
    waiver = next(
        one.waiver
        for row in sample_pack.result().requirements
        for one in row.targets
        if one.waiver is not None
    )
    found = [sample.finding("A-1", Verdict.WAIVED, waiver=waiver)]
    profile = ohdf.document(compose(rows, found, sample.run_facts()))["profiles"][0]
    said = profile["controls"][0]["waiver_data"]
    assert said["expiration_date"] == sample_pack.ENDS.isoformat()
    assert "The proxy in front adds it. CHG-7" in said["justification"]


@pytest.mark.parametrize(("severity", "impact"), [("high", 0.7), ("medium", 0.5), ("low", 0.3)])
def test_severity_is_impact(severity: str, impact: float) -> None:
    result = compose(
        [sample.Row(id="A-1", severity=severity)], [sample.finding("A-1")], sample.run_facts()
    )
    assert ohdf.document(result)["profiles"][0]["controls"][0]["impact"] == impact
