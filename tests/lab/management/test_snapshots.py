"""Diagnostic snapshots: what is in them, what must not be, and who gets them."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import tarfile
import time
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from lab.control.peers import needs
from lab.management.conftest import SNAPSHOT_PASSWORD
from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.permissions import Permission
from securemode_lab.appliance.snapshots import KEPT, WizardRun

if TYPE_CHECKING:
    from pathlib import Path

    from lab.management.conftest import ManagementNode

SNAPSHOT = "/api/admin/command/v1/platform/snapshot/"
REQUESTS = "/api/admin/status/v1/snapshot_request/"
SECURITY = "etc/pexip/security/security.json"
CONFIGURATION = "opt/pexip/share/config/conferencing_configuration.db"
DEFAULT = "opt/pexip/share/config/default.db"
VERSION = "opt/pexip/share/web/static/version/version.json"
OSSTATUS = "var/log/unified_osstatus.log"
WEB_LOG = "var/log/unified_administrator.log"
ENDED = datetime(2026, 5, 4, 2, 1, 0, tzinfo=UTC)
SECRETS = {
    "worker": "password of the node",
    "snmp": "password of snmp",
    "bind": "password of the bind user",
    "ntp": "key of the clock",
}


def _requested(node: ManagementNode, body: dict[str, Any]) -> str:
    """Ask for a snapshot in the background, and wait until it can be downloaded; its address."""
    answer = node.ask("POST", SNAPSHOT, json=body | {"request": True})
    assert (answer.status_code, answer.json()) == (202, {"status": "success", "data": {}})
    for _ in range(100):
        row = node.get(REQUESTS)["objects"][-1]
        if row["download_uri"]:
            assert row["state"] == "completed"
            return str(row["download_uri"])
        time.sleep(0.05)
    raise AssertionError("the snapshot never came")


def _content(node: ManagementNode, **body: Any) -> bytes:
    answer = node.ask("GET", _requested(node, body))
    assert answer.status_code == 200
    return answer.content


def _members(archive: bytes) -> dict[str, tuple[bytes, float]]:
    """Content and time by path."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        found = {}
        for member in opened.getmembers():
            file = opened.extractfile(member)
            assert file is not None
            found[member.name] = (file.read(), member.mtime)
        return found


def _query(database: bytes, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(database)
        return connection.execute(query).fetchall()


def _fill(node: ManagementNode) -> None:
    store = node.store
    location = store.insert("system_location", {"name": "here", "dns_servers": [1]})
    store.insert(
        "worker_vm",
        {
            "name": "conf1",
            "hostname": "conf1",
            "domain": "lab.example",
            "address": "198.51.100.21",
            "system_location": location,
            "password": SECRETS["worker"],
            "snmp_mode": "AUTHPRIV",
            "snmp_privacy_password": SECRETS["snmp"],
        },
    )
    store.update("management_vm", 1, {"snmp_authentication_password": SECRETS["snmp"]})
    store.update("authentication", 1, {"ldap_bind_password": SECRETS["bind"]})
    store.update("ntp_server", 1, {"key_id": 11, "key": SECRETS["ntp"]})


def test_the_wizard_s_answers_are_in_it_with_their_time(node: ManagementNode) -> None:
    answers = replace(Answers(), fips_mode=True, cca_id="site")
    node.wizard.append(WizardRun(answers, ENDED))

    text, changed = _members(_content(node, limit=1))[SECURITY]

    assert json.loads(text) == asdict(answers)
    assert len(json.loads(text)) == 29
    assert changed == ENDED.timestamp()


def test_without_wizard_there_is_no_such_file(node: ManagementNode) -> None:
    assert SECURITY not in _members(_content(node))


def test_the_configuration_is_in_its_tables(node: ManagementNode) -> None:
    _fill(node)
    node.store.update("global", 1, {"management_qos": 16, "enable_sip": False})
    node.store.insert("role_mapping", {"name": "group", "value": "CN=x", "roles": [2]})

    members = _members(_content(node))

    shared, own = members[CONFIGURATION][0], members[DEFAULT][0]
    settings = "SELECT management_qos, enable_sip, enable_chat FROM platform_global"
    assert _query(shared, settings) == [(16, 0, 1)]
    nodes = "SELECT name, system_location_id, snmp_mode FROM platform_workervm"
    assert _query(shared, nodes) == [("conf1", 1, "AUTHPRIV")]
    joined = (
        "SELECT address FROM platform_dnsserver s JOIN platform_managementvm_dns_servers m "
        "ON m.dnsserver_id = s.id WHERE m.managementvm_id = 1"
    )
    assert _query(shared, joined) == [("198.51.100.3",)]
    assert _query(shared, "SELECT name, mtu FROM platform_systemlocation") == [("here", 1500)]
    assert _query(shared, "SELECT * FROM platform_httpproxy") == []
    assert _query(own, "SELECT source FROM permissions_authentication") == [("LOCAL",)]
    granted = (
        "SELECT count(*) FROM auth_group g JOIN auth_group_permissions p ON p.group_id = g.id "
        "JOIN auth_permission q ON q.id = p.permission_id "
        f"WHERE g.name = 'Read-only' AND q.name = '{Permission.VIEW_LOGS}'"
    )
    assert _query(own, granted) == [(1,)]
    assert _query(own, "SELECT group_id FROM permissions_rolemapping_roles") == [(2,)]


def test_no_secret_can_be_read(node: ManagementNode) -> None:
    _fill(node)
    members = _members(_content(node))

    everything = b"\0".join(content for content, _ in members.values())
    key = node.store.get("tls_certificate", 1)["private_key"].splitlines()[1]
    for secret in (*SECRETS.values(), key, node.auth[1] if node.auth else ""):
        assert secret.encode() not in everything
    kept = "SELECT password, snmp_privacy_password FROM platform_workervm"
    assert all(value.startswith("$~!1") for value in _query(members[CONFIGURATION][0], kept)[0])


def test_version_certificates_and_logs(node: ManagementNode) -> None:
    node.facts["management_vm"] = [{"configuration_id": 1, "version": "41 (80000.0.0)"}]
    _fill(node)
    node.get("/api/admin/configuration/v1/global/1/")

    members = _members(_content(node, limit=1))

    version = {"version-id": "41", "pseudo-version": "41 (80000.0.0)"}
    assert json.loads(members[VERSION][0]) == version
    own = members["opt/pexip/share/certs/tls_certificate_1.pem"][0].decode()
    assert own == node.store.get("tls_certificate", 1)["certificate"]
    assert 'Node="conf1"' in members[OSSTATUS][0].decode()
    assert 'Path="/api/admin/configuration/v1/global/1/"' in members[WEB_LOG][0].decode()


def test_the_hours_bound_the_logs(node: ManagementNode) -> None:
    for path in ("/first/", "/second/", "/third/"):
        node.ask("GET", f"/api/admin/configuration/v1{path}")
        node.clock.advance(70)

    lines = _members(_content(node, limit=3, end_limit=2))[WEB_LOG][0].decode()

    assert "/second/" in lines
    assert "/first/" not in lines
    assert "/third/" not in lines


def test_other_programs_open_it(node: ManagementNode, tmp_path: Path) -> None:
    node.wizard.append(WizardRun(Answers(), ENDED))
    archive = tmp_path / "snapshot.tgz"
    archive.write_bytes(_content(node))
    command = [needs("tar"), "--utc", "--full-time", "-tvzf", str(archive)]
    listed = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    security = next(line for line in listed.splitlines() if SECURITY in line)
    assert "2026-05-04 02:01:00" in security
    subprocess.run(["tar", "-xzf", str(archive), "-C", str(tmp_path)], timeout=20, check=True)
    question = [needs("sqlite3"), str(tmp_path / CONFIGURATION)]
    asked = "PRAGMA integrity_check;\n.tables\n"
    said = subprocess.run(
        question, input=asked, capture_output=True, text=True, timeout=20, check=True
    ).stdout
    assert said.startswith("ok")
    assert "platform_managementvm_ntp_servers" in said


def test_openssl_opens_an_encrypted_one(node: ManagementNode, tmp_path: Path) -> None:
    node.web.vary("snapshot_archive", "encrypted")
    closed, opened = tmp_path / "closed", tmp_path / "opened"
    closed.write_bytes(_content(node))
    assert closed.read_bytes().startswith(b"Salted__")
    command = [needs("openssl"), "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-md", "sha256"]
    files = ["-in", str(closed), "-out", str(opened), "-pass", f"pass:{SNAPSHOT_PASSWORD}"]
    subprocess.run([*command, *files], timeout=20, check=True)
    assert VERSION in _members(opened.read_bytes())


def test_paths_are_a_variant(node: ManagementNode) -> None:
    node.web.vary("snapshot_paths", "dotted")

    assert all(name.startswith("./") for name in _members(_content(node)))


def test_old_ones_are_dropped(node: ManagementNode) -> None:
    addresses = []
    for _ in range(KEPT + 1):
        addresses.append(_requested(node, {}))
        node.clock.advance(1)

    listed = [row["download_uri"] for row in node.get(REQUESTS)["objects"]]
    assert listed == addresses[1:]
    assert node.ask("GET", addresses[0]).status_code == 404
    assert node.ask("GET", addresses[1]).status_code == 200


def test_one_without_request_is_there_with_the_answer(node: ManagementNode) -> None:
    answer = node.ask("POST", SNAPSHOT, json={})

    address = answer.json()["data"]["download_uri"]
    assert VERSION in _members(node.ask("GET", address).content)


def test_who_may_not_make_them_may_not_download_them(node: ManagementNode) -> None:
    rows = node.store.rows("permission")
    left = [row["id"] for row in rows if row["name"] != Permission.SNAPSHOT]
    node.store.update("role", 2, {"permissions": left})
    node.add_person("writer", 2)
    node.add_person("reader", 1)
    address = _requested(node, {})

    writer = ("writer", "password of writer")
    assert node.ask("POST", SNAPSHOT, json={}, auth=writer).status_code == 403
    assert node.ask("GET", REQUESTS, auth=writer).status_code == 403
    assert node.ask("GET", address, auth=writer).status_code == 403
    assert node.ask("GET", address, auth=("reader", "password of reader")).status_code == 200
    assert node.ask("GET", address, auth=("reader", "wrong")).status_code == 401
    assert node.ask("GET", address, auth=None).status_code == 302


def test_a_session_downloads_it_too(node: ManagementNode) -> None:
    address = _requested(node, {})
    browser = node.browser()
    node.log_in(browser)

    assert VERSION in _members(browser.get(node.url + address, timeout=10).content)


@pytest.mark.parametrize("name", ["nothing", "../../etc/passwd", ""])
def test_what_is_not_there_is_a_404(node: ManagementNode, name: str) -> None:
    address = f"/admin/platform/snapshot/download/{name}/"

    assert node.ask("GET", address).status_code in (302, 404)
