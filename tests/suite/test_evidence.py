from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.errors import TimedOut
from securemode.evidence import (
    Circumstances,
    EvidenceLog,
    evidence_id,
    outcome_of,
    parameters,
    records,
)
from securemode.redaction import Redactor
from suite.doubles import NODE, Reading, Thermometer

if TYPE_CHECKING:
    from pathlib import Path

NOW = Circumstances("2026-11-23T12:00:00.000Z", "2026-11-23T12:00:01.000Z", 1)


@pytest.fixture
def log(tmp_path: Path) -> EvidenceLog:
    return EvidenceLog(tmp_path, Redactor(["hunter22"]))


def test_an_observation_comes_back_as_it_was(log: EvidenceLog) -> None:
    probe, reading = Thermometer(), Reading(21, ("warm",))
    log.observed("EV-1", probe, "local", NOW, reading)
    [record] = records(log.directory)
    assert outcome_of(record, probe) == reading
    assert (record["target"], record["attempts"]) == ("conf1", 1)


def test_an_error_comes_back_as_it_was(log: EvidenceLog) -> None:
    log.observed("EV-1", Thermometer(), "local", NOW, TimedOut("no answer", remedy="wait"))
    [record] = records(log.directory)
    error = outcome_of(record, Thermometer())
    assert isinstance(error, TimedOut)
    assert (error.message, error.remedy) == ("no answer", "wait")


def test_nothing_is_written_unredacted(log: EvidenceLog) -> None:
    log.observed("EV-1", Thermometer(), "local", NOW, Reading(1, ("said hunter22",)))
    log.noted("transcript", "mgmt", "password: hunter22")
    assert "hunter22" not in log.path.read_text()


def test_a_record_cut_off_by_a_kill_hides_no_other(log: EvidenceLog) -> None:
    log.observed("EV-1", Thermometer(), "local", NOW, Reading(1))
    with log.path.open("a") as file:
        file.write('{"id": "EV-2", "pro')
    assert [record["id"] for record in records(log.directory)] == ["EV-1"]


def test_ids_tell_looks_apart_and_nothing_else() -> None:
    probe = Thermometer()
    same = evidence_id(probe.name, parameters(Thermometer(NODE)), "local")
    assert evidence_id(probe.name, parameters(probe), "local") == same
    assert evidence_id(probe.name, parameters(probe), "office") != same
    assert evidence_id(probe.name, parameters(Thermometer(degrees=3)), "local") != same


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_ids_do_not_depend_on_the_order_of_parameters(given_: dict[str, int | str]) -> None:
    turned = dict(reversed(list(given_.items())))
    assert evidence_id("x", given_, "local") == evidence_id("x", turned, "local")
    assert json.dumps(given_)
