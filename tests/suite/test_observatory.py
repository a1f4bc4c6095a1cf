from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from securemode.environment.loading import load
from securemode.environment.means import Power
from securemode.errors import GuardViolated, Interrupted, Refused, TimedOut
from securemode.evidence import EvidenceLog, records
from securemode.observatory import Observatory
from securemode.probes.probe import Access, not_applicable
from securemode.redaction import Redactor
from securemode.targets import Role
from securemode.verdicts import Judgement, Verdict, holds
from suite import doubles
from suite.doubles import NODE, Diary, Drill, Reading, Reboot, Thermometer

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = """
identity: {customer: A, site: B, contract: C, system: D}
management_node: {name: conf1, ipv4: 127.0.0.1}
conferencing_nodes: discover
credentials: {web: {username: admin, password: {env: DEMO_PASSWORD}}}
trust: {}
"""


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> Diary:
    diary = Diary()
    monkeypatch.setattr(doubles, "DIARY", diary)
    return diary


@pytest.fixture
def observatory(tmp_path: Path, diary: Diary) -> Observatory:
    (tmp_path / "demo.yaml").write_text(ENVIRONMENT)
    environment = load("demo", tmp_path, resolve=False)
    access = Access(environment, None, 1.0, threading.Event())  # type: ignore[arg-type]
    return Observatory(access, EvidenceLog(tmp_path / "evidence", Redactor()))


def verdict(observatory: Observatory, *wanted: Thermometer) -> Judgement:
    [finding] = observatory.sightings(wanted).each(
        lambda reading: holds("reads", expected="a number", saw=str(reading.degrees))
    )
    return finding.judgement


def test_looks_once_for_any_number_of_askers(observatory: Observatory, diary: Diary) -> None:
    observatory.observe_all([Thermometer(), Thermometer()])
    observatory.observe_all([Thermometer()])
    assert diary.looks == 1
    assert verdict(observatory, Thermometer()).saw == "20"
    assert len(list(records(observatory.log.directory))) == 1


def test_what_was_not_planned_is_not_looked_at(observatory: Observatory, diary: Diary) -> None:
    with pytest.raises(GuardViolated, match="not planned"):
        observatory.sightings([Thermometer()])
    assert diary.looks == 0


def test_a_transient_error_is_tried_once_more(observatory: Observatory, diary: Diary) -> None:
    diary.outcomes = [TimedOut("slow"), Reading(7)]
    observatory.observe_all([Thermometer()])
    assert verdict(observatory, Thermometer()).saw == "7"
    assert next(records(observatory.log.directory))["attempts"] == 2


@pytest.mark.parametrize("error", [TimedOut("slow"), Refused("closed")])
def test_could_not_look_is_inconclusive(
    observatory: Observatory, diary: Diary, error: Exception
) -> None:
    diary.outcomes = [error, error]
    observatory.observe_all([Thermometer()])
    said = verdict(observatory, Thermometer())
    assert said.verdict is Verdict.INCONCLUSIVE
    assert type(error).__name__ in said.what


def test_an_intrusive_probe_is_never_repeated(
    observatory: Observatory, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = observatory.access.environment.model_copy(update={"allow": frozenset({"restart"})})
    monkeypatch.setattr(
        observatory,
        "access",
        Access(allowed, None, 1.0, threading.Event()),  # type: ignore[arg-type]
    )
    diary.outcomes = [TimedOut("slow")]
    observatory.observe_all([Drill()])
    assert diary.looks == 1


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (3, 3)])
def test_restarts_come_last_and_the_management_node_after_all_others(
    observatory: Observatory,
    diary: Diary,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
    most: int,
) -> None:
    power = Power(restart=("true",), at_once=at_once)
    environment = observatory.access.environment.model_copy(update={"power": power})
    monkeypatch.setattr(
        observatory,
        "access",
        Access(environment, None, 1.0, threading.Event()),  # type: ignore[arg-type]
    )
    nodes = [replace(NODE, name=f"conf{number}") for number in range(1, 4)]
    management = replace(NODE, name="mgmt", role=Role.MANAGEMENT)
    probes = [Reboot(management, 9), *(Reboot(node, 5, 0.2) for node in nodes)]
    observatory.observe_all([*probes, Drill(NODE, 3), Thermometer(NODE, 1)])
    assert diary.order[:2] == ["thermometer-1", "drill-3"]
    assert diary.order[2:] == ["reboot-5"] * 3 + ["reboot-9"]
    assert diary.most_at_once == most


def test_an_intrusive_probe_that_is_not_allowed_is_not_reviewed(
    observatory: Observatory, diary: Diary
) -> None:
    said = verdict(observatory, Drill())
    assert (said.verdict, diary.looks) == (Verdict.NOT_REVIEWED, 0)
    assert "allow" in said.next_step


def test_what_was_withheld_leaves_evidence(observatory: Observatory) -> None:
    [sighting] = observatory.sightings([not_applicable("no SIP here")])
    assert next(records(observatory.log.directory))["id"] == sighting.evidence
    assert isinstance(sighting.outcome, Judgement)


def test_what_was_not_reached_after_a_stop_is_not_reviewed(
    observatory: Observatory, diary: Diary
) -> None:
    observatory.access.cancelled.set()
    observatory.observe_all([Thermometer()])
    [sighting] = observatory.sightings([Thermometer()])
    assert isinstance(sighting.outcome, Interrupted)
    assert verdict(observatory, Thermometer()).verdict is Verdict.NOT_REVIEWED
    assert (observatory.interrupted, diary.looks) == (True, 0)


def test_another_worker_reads_the_same_from_the_evidence(
    observatory: Observatory, diary: Diary
) -> None:
    diary.outcomes = [Reading(9, ("cool",))]
    observatory.observe_all([Thermometer(NODE)])
    other = Observatory(observatory.access, observatory.log)
    other.recall([Thermometer(NODE)])
    assert other.sightings([Thermometer(NODE)])[0] == observatory.sightings([Thermometer(NODE)])[0]
    assert diary.looks == 1
