from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from securemode_lab.appliance.variants import VARIANTS, defaults
from securemode_lab.records.files import RecordFiles

if TYPE_CHECKING:
    from securemode_lab.records.record import Records

OS_PASSWORD, WEB_PASSWORD = "os-admin-password", "web-admin-password"
VALUES: dict[str, str | bool] = {
    "hostname": "mgmt",
    "domain": "lab.example",
    "ip": "198.51.100.10",
    "mask": "255.255.254.0",
    "gw": "198.51.100.1",
    "dns": "198.51.100.3",
    "ntp": "198.51.100.4",
    "user": "admin",
    "pass": WEB_PASSWORD,
    "error_reports": False,
    "enable_analytics": False,
}


@pytest.fixture
def files(tmp_path: Path) -> RecordFiles:
    return RecordFiles(tmp_path / "records", VALUES, OS_PASSWORD)


def _log(files: RecordFiles, records: Records | None = None, **variants: str) -> str:
    asyncio.run(files.obey(records or files.well, defaults() | variants))
    return Path(files.paths["installation_transcript"]).read_bytes().decode()


def _attested(files: RecordFiles, records: Records) -> dict[str, Any]:
    asyncio.run(files.obey(records, defaults()))
    read = YAML(typ="safe").load(Path(files.paths["attestations"]))
    assert list(read) == ["attestations"]
    return {entry["requirement"]: entry for entry in read["attestations"]}


def _altered(records: Records, **changes: Any) -> Records:
    entries = tuple(replace(entry, **changes) for entry in records.attestations)
    return replace(records, attestations=entries)


def test_the_log_is_what_the_terminal_showed(files: RecordFiles) -> None:
    log = _log(files, installation_log="raw")
    assert log.startswith("login: admin\r\n")
    assert "\r\nNew password: \r\nRetype new password: \r\n[sudo] password for admin: \r\n" in log
    assert "Hostname (pexman): mgmt\r\nDomain suffix: lab.#\b \bexample\r\n" in log
    assert "Web administration username (admin): \r\n" in log
    assert log.endswith("The system will now reboot.\r\n")


def test_a_log_of_script_has_its_frame(files: RecordFiles) -> None:
    days = [datetime.now(UTC)]
    log = _log(files)
    days.append(datetime.now(UTC))  # it may be midnight
    assert log.startswith(tuple(f"Script started on {day:%Y-%m-%d} " for day in days))
    assert 'COLUMNS="80" LINES="24"]\n' in log
    assert log.endswith('[COMMAND_EXIT_CODE="0"]\n')
    assert log.count("\r\n") > 15


def test_a_copied_log_has_no_control_characters(files: RecordFiles) -> None:
    log = _log(files, installation_log="copied")
    assert log.replace("\n", "").isprintable()
    assert "\nDomain suffix: lab.example\nIP address: 198.51.100.10\n" in log


@pytest.mark.parametrize(
    "variants",
    [
        dict(zip(("wizard_wording", "wizard_brackets", "installation_log"), values, strict=True))
        for values in product(
            VARIANTS["wizard_wording"], VARIANTS["wizard_brackets"], VARIANTS["installation_log"]
        )
    ],
    ids=lambda variants: "-".join(variants.values()),
)
def test_no_password_is_shown(files: RecordFiles, variants: dict[str, str]) -> None:
    log = _log(files, None, **variants)
    assert "198.51.100.10" in log
    assert OS_PASSWORD not in log
    assert WEB_PASSWORD not in log


def test_nobody_else_reads_them(files: RecordFiles) -> None:
    _log(files)
    folder = Path(files.paths["attestations"]).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_other_answers_are_typed(files: RecordFiles) -> None:
    told: dict[str, str | bool] = {
        "error_reports": True,
        "contact_email_address": "operator@lab.example",
    }
    log = _log(files, replace(files.well, installation=told), installation_log="copied")
    assert "reporting (NO): YES\nContact e-mail address: operator@lab.example\nSend usage" in log
    assert "statistics (NO):\n" in log


def test_an_aborted_installation_ends_at_its_last_question(files: RecordFiles) -> None:
    log = _log(files, replace(files.well, aborted=True), installation_log="raw")
    assert log.endswith("Send usage statistics (NO): ^C\r\nInstallation aborted.\r\n")


def test_statements_are_valid_and_their_evidence_is_there(files: RecordFiles) -> None:
    attested, today = _attested(files, files.well), datetime.now(UTC).date()
    assert set(attested) == {"LAST-04", "BACKUP-02", "WIZ-02", "HOST-01", "BIOS-03", "CONT-02"}
    for entry in attested.values():
        assert entry["by"]["name"] != entry["confirmed_by"]["name"]
        assert entry["verified"] <= today < entry["valid_until"]
        (shown,) = entry["evidence"]
        content = (Path(files.paths["attestations"]).parent / shown["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == shown["sha256"]
        assert len(entry["statement"].split()) > 3
        assert len(entry["how"].split()) > 3


@pytest.mark.parametrize("requirement", ["WIZ-02", "BIOS-03"])
def test_the_evidence_of_a_console_is_a_picture(files: RecordFiles, requirement: str) -> None:
    (shown,) = _attested(files, files.well)[requirement]["evidence"]
    content = (Path(files.paths["attestations"]).parent / shown["file"]).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")


def test_one_person_is_one_person(files: RecordFiles) -> None:
    attested = _attested(files, _altered(files.well, confirmed_by=None))
    assert all("confirmed_by" not in entry for entry in attested.values())


def test_altered_evidence_is_another_file(files: RecordFiles) -> None:
    entry = _attested(files, _altered(files.well, altered=True))["LAST-04"]
    (shown,) = entry["evidence"]
    path = Path(files.paths["attestations"]).parent / shown["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() != shown["sha256"]
    _attested(files, files.well)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == shown["sha256"]


def test_dates_are_those_of_the_statement(files: RecordFiles) -> None:
    today = datetime.now(UTC).date()
    entry = _attested(files, _altered(files.well, valid_until=today - timedelta(days=1)))["LAST-04"]
    assert entry["valid_until"] == today - timedelta(days=1)


def test_without_an_installation_there_is_no_log_of_one(tmp_path: Path) -> None:
    files = RecordFiles(tmp_path / "records", None, OS_PASSWORD)
    asyncio.run(files.obey(files.well, defaults()))
    assert set(files.paths) == {"attestations"}
    assert not list((tmp_path / "records").glob("*.log"))
