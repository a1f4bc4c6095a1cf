"""Commands: real backups, and what the lab can't do."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.management.conftest import ManagementNode

COMMAND = "/api/admin/command/v1/"
BACK_UP = f"{COMMAND}platform/backup_create/"
RESTORE = f"{COMMAND}platform/backup_restore/"
BACKUPS = "/api/admin/configuration/v1/system_backup/"
GLOBAL = "/api/admin/configuration/v1/global/1/"
REQUESTS = "/api/admin/status/v1/backup_request/"


def _download(node: ManagementNode) -> bytes:
    browser = node.browser()
    node.log_in(browser)
    uri = node.get(REQUESTS)["objects"][-1]["download_uri"]
    return browser.get(node.url + uri, timeout=10).content


def test_backup_is_listed_and_restores_what_was(node: ManagementNode) -> None:
    node.facts["management_vm"] = [{"configuration_id": 1, "version": "41 (80000.0.0)"}]
    node.ask("PATCH", GLOBAL, json={"logon_banner": "before"})
    answer = node.ask("POST", BACK_UP, json={"passphrase": "secret", "request": True})
    assert (answer.status_code, answer.json()["status"]) == (202, "success")
    archive = _download(node)
    (listed,) = node.get(BACKUPS)["objects"]
    assert listed["date"] == "2026-05-04T03:02:01.000000"
    assert (listed["version"], listed["build"]) == ("41", "80000.0.0")
    assert listed["size"] == len(archive)
    assert listed["sha256sum"] == hashlib.sha256(archive).hexdigest()
    assert b"before" not in archive

    node.ask("PATCH", GLOBAL, json={"logon_banner": "after"})
    wrong = node.ask("POST", RESTORE, files={"package": archive}, data={"passphrase": "wrong"})
    assert wrong.status_code == 400
    assert node.get(GLOBAL)["logon_banner"] == "after"
    right = node.ask("POST", RESTORE, files={"package": archive}, data={"passphrase": "secret"})
    assert right.status_code == 202
    assert node.get(GLOBAL)["logon_banner"] == "before"
    assert node.get(BACKUPS)["objects"] == [listed]


def test_backup_can_be_deleted(node: ManagementNode) -> None:
    node.ask("POST", BACK_UP, json={"passphrase": "secret", "request": True})
    address = node.get(BACKUPS)["objects"][0]["resource_uri"]
    assert node.ask("DELETE", address).status_code == 204

    assert node.get(BACKUPS)["objects"] == []
    assert b"Not Found" in _download(node)


@pytest.mark.parametrize("package", [b"", b"short", b"x" * 500])
def test_what_is_no_backup_is_refused(node: ManagementNode, package: bytes) -> None:
    answer = node.ask("POST", RESTORE, files={"package": package}, data={"passphrase": "x"})

    assert answer.status_code == 400
    assert "package" in answer.json()["backup_restore"]


@pytest.mark.parametrize(
    ("path", "body", "status", "missing"),
    [
        ("platform/backup_create/", {}, 400, "passphrase"),
        ("platform/backup_create/", {"passphrase": "x" * 1001}, 400, "passphrase"),
        ("platform/certificates_import/", {}, 400, "bundle"),
        ("participant/dial/", {}, 400, "destination"),
        ("participant/dial/", {"destination": "sip:a@b"}, 501, ""),
        ("platform/snapshot/", {"limit": "many"}, 400, "limit"),
        ("platform/snapshot/", {"limit": True}, 400, "limit"),
        ("platform/snapshot/", {"limit": 1, "end_limit": 1}, 400, "limit"),
        ("platform/snapshot/", {"end_limit": -1}, 400, "end_limit"),
        ("platform/nothing/", {}, 404, ""),
    ],
)
def test_commands_that_do_not_run(
    node: ManagementNode, path: str, body: Mapping[str, object], status: int, missing: str
) -> None:
    answer = node.ask("POST", COMMAND + path, json=body)

    assert answer.status_code == status
    if missing:
        assert missing in answer.json()[path.split("/")[1]]
    if status == 501:
        assert "lab does not implement" in answer.json()["error"]


def test_commands_are_posted(node: ManagementNode) -> None:
    answer = node.ask("GET", BACK_UP)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_root_names_the_commands(node: ManagementNode) -> None:
    assert set(node.get(f"{COMMAND}platform/")) == {
        "backup_create", "backup_restore", "certificates_import", "snapshot",
    }  # fmt: skip


def test_dial_is_handed_to_whoever_can_call(node: ManagementNode) -> None:
    async def dial(body: Mapping[str, object]) -> str:
        return f"call to {body['destination']}"

    node.web.dial = dial
    answer = node.ask("POST", f"{COMMAND}participant/dial/", json={"destination": "sip:a@b"})

    assert answer.json() == {"status": "success", "data": {"participant_id": "call to sip:a@b"}}
