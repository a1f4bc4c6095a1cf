from __future__ import annotations

from typing import Any

from report import sample, sample_pack
from securemode.report import oscal
from securemode.report.models import Standing
from securemode.report.record import compose
from securemode.verdicts import Verdict


def assessed(verdict: Verdict) -> dict[str, Any]:
    found = [sample.finding("A-1", verdict)]
    result = compose([sample.Row(id="A-1")], found, sample.run_facts())
    document: dict[str, Any] = oscal.document(result)["assessment-results"]["results"][0]
    return document


def identifiers(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["uuid"]] if "uuid" in value else []
        return own + [name for entry in value.values() for name in identifiers(entry)]
    return (
        [name for entry in value for name in identifiers(entry)] if isinstance(value, list) else []
    )


def test_only_what_was_seen_to_hold_is_satisfied() -> None:
    states = {
        verdict: assessed(verdict)["findings"][0]["target"]["status"]["state"]
        for verdict in Verdict
    }
    satisfied = {verdict for verdict, state in states.items() if state == "satisfied"}
    assert satisfied == {Verdict.PASS, Verdict.ATTESTED, Verdict.NOT_APPLICABLE}


def test_not_applicable_says_so() -> None:
    target = assessed(Verdict.NOT_APPLICABLE)["findings"][0]["target"]
    assert target["implementation-status"] == {"state": "not-applicable"}
    assert target["status"]["reason"] == "other"


def test_the_same_run_gives_the_same_file_and_another_run_other_identifiers() -> None:
    result = sample_pack.result()
    assert oscal.document(result) == oscal.document(result)
    other = result.model_copy(update={"run": result.run.model_copy(update={"id": "another"})})
    ours, theirs = (set(identifiers(oscal.document(one))) for one in (result, other))
    assert not ours & theirs


def test_identifiers_are_unique_and_references_lead_somewhere() -> None:
    result = sample_pack.result()
    (said,) = oscal.document(result)["assessment-results"]["results"]
    names = identifiers(said)
    assert len(set(names)) == len(names)
    for observation in said["observations"]:
        assert observation["subjects"][0]["subject-uuid"] in names
    related = [
        one["observation-uuid"] for f in said["findings"] for one in f["related-observations"]
    ]
    assert sorted(related) == sorted(one["uuid"] for one in said["observations"])
    judged = [one.id for one in result.requirements if one.standing is Standing.JUDGED]
    assert [one["target"]["target-id"] for one in said["findings"]][: len(judged)] == judged


def test_a_waiver_is_a_risk_with_an_end() -> None:
    (said,) = oscal.document(sample_pack.result())["assessment-results"]["results"]
    (risk,) = said["risks"]
    assert (risk["status"], risk["deadline"]) == (
        "deviation-approved",
        sample_pack.ENDS.isoformat(),
    )
    (finding,) = [one for one in said["findings"] if "related-risks" in one]
    assert finding["target"]["target-id"] == sample_pack.WAIVED
