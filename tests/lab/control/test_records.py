"""What the operator keeps and what the Management Node keeps, and how both go wrong."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.control.test_control import _api
from securemode_lab.faults import FAULTS, RecordDefect, RecordMistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.control.running import RunningLab

WIZARD = """
import paramiko, socket, sys, time
address, port, password = sys.argv[1:]
connection = socket.create_connection((address, int(port)), 5)
client = paramiko.Transport(connection)
client.start_client(timeout=5)
client.auth_password("admin", password)
channel = client.open_session(timeout=5)
channel.settimeout(5)
channel.get_pty("xterm", 80, 24)
channel.invoke_shell()
lines = ["securitywizard", password, "YES", *24 * [""]]
channel.sendall("".join(line + "\\r" for line in lines).encode())
shown = b""
while received := channel.recv(4096):
    shown += received
print(shown.decode())
"""
SNAPSHOT = """
import base64, http.client, io, json, ssl, sys, tarfile, time
address, login = sys.argv[1:]
def ask(method, path, body=None):
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection(address, timeout=5, context=context)
    authorization = "Basic " + base64.b64encode(login.encode()).decode()
    connection.request(method, path, body,
        {"Authorization": authorization, "Content-Type": "application/json"})
    return connection.getresponse().read()
ask("POST", "/api/admin/command/v1/platform/snapshot/", json.dumps({"limit": 1, "request": True}))
for _ in range(50):
    requests = json.loads(ask("GET", "/api/admin/status/v1/snapshot_request/"))["objects"]
    newest = max(requests, key=lambda row: row["created_at"])
    if newest.get("download_uri"):
        break
    time.sleep(0.1)
archive = tarfile.open(fileobj=io.BytesIO(ask("GET", newest["download_uri"])))
found = [member for member in archive if member.name.endswith("security/security.json")]
for member in found:
    print(json.dumps([member.mtime, json.load(archive.extractfile(member))]))
"""
DEFECTS = [fault for fault in FAULTS if isinstance(fault, RecordDefect)]
MISTAKES = [fault for fault in FAULTS if isinstance(fault, RecordMistake)]
OF_THE_WIZARD = 25
RESTART_S = 30


@pytest.fixture
def wizard_run(lab: RunningLab) -> Iterator[RunningLab]:
    """A lab whose security wizard was run with the answer that it takes nothing but FIPS mode."""
    password = lab.document["credentials"]["os_admin"]["password"]
    address = lab.management["ipv4"]
    shown = lab.python(WIZARD, address, str(lab.port(22)), password)
    assert "Security settings saved." in shown
    deadline = time.monotonic() + RESTART_S
    while not _has_restarted(lab.done("state")):
        assert time.monotonic() < deadline, "the Management Node does not restart"
        time.sleep(0.05)
    yield lab
    lab.done("restore", name="factory")


def _files(lab: RunningLab) -> dict[str, bytes]:
    folder = Path(lab.document["records"]["attestations"]).parent
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _started(state: dict[str, Any], name: str) -> datetime:
    return next(
        datetime.fromisoformat(node["boot_time"]) for node in state["nodes"] if node["name"] == name
    )


def _has_restarted(state: dict[str, Any]) -> bool:
    on = all(node["on"] for node in state["nodes"])
    return on and _started(state, "mgmt") > datetime.fromisoformat(state["wizard_ended"])


def test_before_the_wizard_nothing_is_recorded(lab: RunningLab) -> None:
    lab.fault("recorded-fips_mode")
    state = lab.done("state")
    assert (state["recorded_answers"], state["wizard_ended"]) == (None, None)


def test_the_wizard_ends_before_its_node_starts_again(wizard_run: RunningLab) -> None:
    state = wizard_run.done("state")
    ended = datetime.fromisoformat(state["wizard_ended"])
    assert ended.tzinfo is not None
    assert _started(state, "conf1") < ended < _started(state, "mgmt")
    assert state["recorded_answers"] == state["answers"]
    assert state["answers"]["fips_mode"] is True
    assert [node["answers"]["fips_mode"] for node in state["nodes"]] == [True, False, False]


def test_a_saved_state_knows_when_the_wizard_ended(wizard_run: RunningLab) -> None:
    ended = wizard_run.done("state")["wizard_ended"]
    wizard_run.done("save", name="wizard run")
    wizard_run.fault("closed-ports-reject")
    later = wizard_run.done("state")
    assert later["wizard_ended"] > ended
    assert all(node["boot_time"] > later["wizard_ended"] for node in later["nodes"])
    wizard_run.done("restore", name="factory")
    assert wizard_run.done("state")["wizard_ended"] is None
    wizard_run.done("restore", name="wizard run")
    assert wizard_run.done("state")["wizard_ended"] == ended


def test_every_answer_of_the_wizard_can_be_recorded_wrongly() -> None:
    assert len(DEFECTS) == OF_THE_WIZARD
    turned = [fault.turns for fault in DEFECTS]
    assert sorted(turned) == [(f"WIZ-{number:02}",) for number in range(1, OF_THE_WIZARD + 1)]


def test_a_wrong_record_changes_one_answer_and_nothing_else(wizard_run: RunningLab) -> None:
    before = wizard_run.done("state")
    for fault in DEFECTS:
        wizard_run.fault(fault.name)
        during = wizard_run.done("state")
        wizard_run.done("fault", name=fault.name, on=False)
        (key,) = fault.answers
        wrong = {**before["recorded_answers"], key: fault.answers[key]}
        assert during["recorded_answers"] == wrong
        unchanged = ("answers", "nodes", "wizard_ended")
        assert [during[part] for part in unchanged] == [before[part] for part in unchanged]
    assert wizard_run.done("state") == before


def _snapshot(lab: RunningLab) -> tuple[float, dict[str, Any]] | None:
    """When `security.json` was written and what it says, in a diagnostic snapshot."""
    web = lab.document["credentials"]["web"]
    login = f"{web['username']}:{web['password']}"
    printed = lab.python(SNAPSHOT, lab.management["ipv4"], login)
    if not printed:
        return None
    written, answers = json.loads(printed)
    return written, answers


def test_a_snapshot_shows_what_is_recorded(wizard_run: RunningLab) -> None:
    wizard_run.fault("recorded-enable_fir")
    wizard_run.fault("recorded-sip_tls_port")
    state, seen = wizard_run.done("state"), _snapshot(wizard_run)
    assert seen is not None
    written, answers = seen
    assert abs(written - datetime.fromisoformat(state["wizard_ended"]).timestamp()) <= 1
    assert answers == state["recorded_answers"]
    assert answers["sip_tls_port"] != state["answers"]["sip_tls_port"]


def test_a_snapshot_shows_nothing_that_never_ran(lab: RunningLab) -> None:
    assert _snapshot(lab) is None


@pytest.mark.parametrize("fault", MISTAKES, ids=lambda fault: fault.name)
def test_a_mistake_is_in_the_files_while_it_is_on(lab: RunningLab, fault: RecordMistake) -> None:
    before = _files(lab)
    lab.fault(fault.name)
    assert _files(lab) != before
    lab.done("fault", name=fault.name, on=False)
    assert _files(lab) == before


def test_a_restored_state_has_its_files(lab: RunningLab) -> None:
    before = _files(lab)
    lab.fault("installed-with-statistics")
    lab.fault("safe-attestation-by-one")
    lab.done("save", name="mistaken")
    mistaken = _files(lab)
    assert {name for name in before if before[name] != mistaken[name]} == {
        "installation.log",
        "attestations.yaml",
    }
    lab.done("restore", name="factory")
    assert _files(lab) == before
    lab.done("restore", name="mistaken")
    assert _files(lab) == mistaken


def test_no_record_shows_a_password(lab: RunningLab) -> None:
    credentials = lab.document["credentials"]
    passwords = [credentials[login]["password"].encode() for login in ("web", "os_admin")]
    for content in _files(lab).values():
        assert not [password for password in passwords if password in content]


def test_the_log_tells_of_this_lab(lab: RunningLab) -> None:
    text = Path(lab.document["records"]["installation_transcript"]).read_text()
    assert f"IP address: {lab.management['ipv4']}\n" in text
    management = _api(lab, "GET", "configuration/v1/management_vm/1")
    for value in ("255.255.254.0", "198.51.100.1"):
        assert f'"{value}"' in management
        assert f": {value}\n" in text


def test_something_may_be_configured_before_the_wizard(lab: RunningLab) -> None:
    early = [fault for fault in lab.done("faults")["faults"] if fault["early"]]
    assert [fault["name"] for fault in early] == ["configured-before-the-wizard"]
    lab.fault("configured-before-the-wizard")
    assert "Weekly meeting" in _api(lab, "GET", "configuration/v1/conference")
    assert '"logon_banner": "Welcome."' in _api(lab, "GET", "configuration/v1/global/1")
    lab.done("fault", name="configured-before-the-wizard", on=False)
    assert "Weekly meeting" not in _api(lab, "GET", "configuration/v1/conference")
