"""Records as files of the environment and as the set-up's own, and the start of every node."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from peers.access import access_to
from records.recorded import recorded
from records.snapshots import ENDED_TEXT, SECRET, Made, encrypted
from securemode.environment.models import Records
from securemode.environment.secret import Secret
from securemode.errors import UnreadableRecord
from securemode.observations.node_starts import NodeStart
from securemode.observations.records import Wizard
from securemode.probes import node_starts
from securemode.probes.node_starts import NodeStarts
from securemode.probes.records import (
    GivenSnapshot,
    InstallationTranscript,
    OwnWizardRecord,
    WizardTranscript,
)
from securemode.records.own_record import WizardRecord, beside, kept_of, place, record_text
from securemode.targets import Deployment, Node, Role

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.probes.probe import Access

NODE = Node(name="mgmt", role=Role.MANAGEMENT, ipv4="127.0.0.1")
PEOPLE = {one.path.stem: one for one in recorded("people")}


def access(records: Records | None = None, **more: Any) -> Access:
    made = access_to(NODE)
    environment = made.environment.model_copy(update={"records": records or Records()})
    return dataclasses.replace(made, environment=environment, **more)


def round_trip(observation: object) -> object:
    adapter: TypeAdapter[Any] = TypeAdapter(type(observation))
    return adapter.validate_json(adapter.dump_json(observation))


@pytest.mark.parametrize("name", ["plain", "second-run", "newer-release"])
def test_a_supplied_transcript(name: str) -> None:
    one = PEOPLE[name]
    seen = WizardTranscript(target=NODE).look(access(Records(security_transcript=one.path)))
    assert seen.record == f"the transcript {name}.log"
    assert seen.wizard is Wizard.COMPLETED
    assert dict(seen.answers) == one.answers
    assert list(seen.remarks) == one.more.get("remarks", [])
    assert round_trip(seen) == seen


def test_a_transcript_without_an_end() -> None:
    records = Records(security_transcript=PEOPLE["aborted"].path)
    seen = WizardTranscript(target=NODE).look(access(records))
    assert (seen.wizard, seen.answers) == (Wizard.LEFT, ())
    assert seen.remarks == ("1 run was left unfinished",)
    other = Records(
        security_transcript=PEOPLE["no-wizard"].path,
        installation_transcript=PEOPLE["no-wizard"].path,
    )
    assert WizardTranscript(target=NODE).look(access(other)).wizard is Wizard.NOT_SHOWN
    assert InstallationTranscript(target=NODE).look(access(other)).wizard is Wizard.NOT_SHOWN


def test_a_transcript_of_the_installation_keeps_no_more_than_it_has_to() -> None:
    records = Records(installation_transcript=PEOPLE["installation-echoed-password"].path)
    seen = InstallationTranscript(target=NODE).look(access(records))
    assert (seen.wizard, seen.sets_password) == (Wizard.COMPLETED, True)
    assert seen.answers == (("error_reports", "NO"), ("enable_analytics", "NO"))
    assert "canary" not in repr(seen)
    assert round_trip(seen) == seen


@pytest.mark.parametrize("probe", [WizardTranscript, InstallationTranscript, GivenSnapshot])
def test_a_record_that_is_not_stated(probe: Any) -> None:
    assert probe(target=NODE).look(access()).wizard is Wizard.NO_RECORD
    assert probe(target=NODE).connections() == ()


def test_a_record_that_has_gone(tmp_path: Path) -> None:
    gone = Records(security_transcript=tmp_path / "a.log", snapshot=tmp_path / "b.tgz")
    for probe in (WizardTranscript(target=NODE), GivenSnapshot(target=NODE)):
        with pytest.raises(UnreadableRecord, match="cannot be read: No such file"):
            probe.look(access(gone))


def test_the_sets_ups_own_record(tmp_path: Path) -> None:
    path = place(tmp_path, "lab", "this one")
    path.parent.mkdir()
    written = WizardRecord((("fips_mode", "YES"),), "2026-11-23T10:00:00.000Z", ("1 services",))
    path.write_text(record_text(written), encoding="utf-8")
    seen = OwnWizardRecord(target=NODE).look(access(own_record=path))
    assert (seen.wizard, seen.answers, seen.ended) == (
        Wizard.COMPLETED,
        written.answers,
        written.ended,
    )
    assert seen.configured_before == ("1 services",)
    assert round_trip(seen) == seen


def test_the_set_up_s_own_log_of_the_installation_stands_in_for_the_operator_s(
    tmp_path: Path,
) -> None:
    log = beside(place(tmp_path, "lab", "this one"), "installation.log")
    assert InstallationTranscript(target=NODE).look(access(own_installation=log)).wizard is (
        Wizard.NO_RECORD
    )
    log.parent.mkdir()
    log.write_bytes(PEOPLE["installation-echoed-password"].path.read_bytes())
    seen = InstallationTranscript(target=NODE).look(access(own_installation=log))
    stated = Records(installation_transcript=PEOPLE["installation-echoed-password"].path)
    theirs = InstallationTranscript(target=NODE).look(access(stated))
    assert (seen.wizard, seen.answers) == (theirs.wizard, theirs.answers)
    assert seen.wizard is Wizard.COMPLETED


def test_everything_of_one_deployment_is_found_beside_its_record(tmp_path: Path) -> None:
    mine, other = place(tmp_path, "lab", "this one"), place(tmp_path, "lab", "another")
    kept = [mine, beside(mine, "bios.json"), beside(mine, "bootstrap")]
    mine.parent.mkdir()
    for path in (*kept, beside(other, "bios.json")):
        path.touch()
    assert kept_of(mine) == sorted(kept)


def test_the_record_of_another_deployment_is_not_taken(tmp_path: Path) -> None:
    path = place(tmp_path, "lab", "an older lab")
    path.parent.mkdir()
    path.write_text(record_text(WizardRecord((), "")), encoding="utf-8")
    other = access(own_record=place(tmp_path, "lab", "this lab"))
    assert OwnWizardRecord(target=NODE).look(other).wizard is Wizard.NO_RECORD
    assert OwnWizardRecord(target=NODE).look(access()).wizard is Wizard.NO_RECORD


def test_a_record_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UnreadableRecord, match="not as it was written"):
        OwnWizardRecord(target=NODE).look(access(own_record=path))


def test_a_given_snapshot_keeps_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "diagnostic_snapshot_1.tgz"
    path.write_bytes(encrypted(Made().packed(), tmp_path, "-pbkdf2"))
    records = Records(snapshot=path, snapshot_password=Secret("open sesame"))
    seen = GivenSnapshot(target=NODE).look(access(records))
    assert seen.record == "the diagnostic snapshot diagnostic_snapshot_1.tgz"
    assert (seen.wizard, seen.ended, seen.version) == (Wizard.COMPLETED, ENDED_TEXT, "41")
    assert len(seen.answers) == 25
    assert (seen.incident_reporting, seen.usage_statistics) == (False, True)
    assert SECRET not in repr(seen)
    assert round_trip(seen) == seen


def test_a_snapshot_of_a_product_whose_wizard_was_never_run(tmp_path: Path) -> None:
    path = tmp_path / "s.tgz"
    path.write_bytes(Made(stored=None).packed())
    seen = GivenSnapshot(target=NODE).look(access(Records(snapshot=path)))
    assert (seen.wizard, seen.answers, seen.ended) == (Wizard.NEVER_RUN, (), "")


def test_what_of_a_snapshot_does_not_fit_is_said(tmp_path: Path) -> None:
    path = tmp_path / "s.tgz"
    path.write_bytes(Made(stored={"fips_mode": 3, "quantum": True}).packed())
    seen = GivenSnapshot(target=NODE).look(access(Records(snapshot=path)))
    assert seen.remarks == (
        'it holds an answer that is not known: "quantum"',
        'its "Enable FIPS compliance mode" is no answer',
    )


def test_the_start_of_every_node(monkeypatch: pytest.MonkeyPatch) -> None:
    class Api:
        def status_list(self, resource: str) -> list[dict[str, Any]]:
            assert resource == "worker_vm"
            return [{"name": "conf1", "boot_time": "2026-11-23T10:00:00"}, {"name": "conf2"}]

    monkeypatch.setattr(node_starts, "management_api", lambda *_a, **_k: Api())
    seen = NodeStarts(target=Deployment(management=NODE)).look(access())
    assert seen.nodes == (NodeStart("conf1", "2026-11-23T10:00:00"), NodeStart("conf2", ""))
    assert round_trip(seen) == seen
