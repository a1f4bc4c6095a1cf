"""Who may ask the API for what, and what the request log says of it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from securemode_lab.appliance.permissions import Permission
from securemode_lab.appliance.requestlog import Entry, RequestLog

if TYPE_CHECKING:
    from lab.management.conftest import ManagementNode

GLOBAL = "/api/admin/configuration/v1/global/1/"
BACKUPS = "/api/admin/configuration/v1/system_backup/"
BACK_UP = "/api/admin/command/v1/platform/backup_create/"
SNAPSHOT = "/api/admin/command/v1/platform/snapshot/"
READ_ONLY, READ_WRITE = 1, 2


@pytest.mark.parametrize("auth", [None, ("admin", "wrong"), ("nobody", "right password"), ("", "")])
def test_without_right_credentials_there_is_a_challenge(
    node: ManagementNode, auth: tuple[str, str] | None
) -> None:
    node.auth = auth
    answer = node.ask("PATCH", GLOBAL, json={"enable_ssh": False})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert node.store.get("global", 1)["enable_ssh"] is True


@pytest.mark.parametrize("header", ["Basic !!!", "Basic YQ==", "Bearer x", "Digest y", "Basic"])
def test_damaged_authorization_is_a_401(node: ManagementNode, header: str) -> None:
    answer = node.ask("GET", GLOBAL, auth=None, headers={"Authorization": header})

    assert answer.status_code == 401


def test_curl_agrees(node: ManagementNode) -> None:
    command = ["curl", "-sS", "-i", "--max-time", "10", "--cacert", node.trust]
    address = node.url + GLOBAL

    def curl(*more: str) -> str:
        done = subprocess.run(
            [*command, *more], capture_output=True, text=True, timeout=20, check=True
        )
        return done.stdout

    assert curl(address).startswith("HTTP/1.1 401")
    login = ("-u", ":".join(node.auth or ()))
    body = curl(*login, address).partition("\n\n")[2]
    assert json.loads(body)["enable_ssh"] is True
    change = ("-X", "PATCH", "-H", "Content-Type: application/json", "-d", '{"enable_ssh": false}')
    assert curl(*login, *change, address).startswith("HTTP/1.1 202")
    assert node.store.get("global", 1)["enable_ssh"] is False


def test_read_only_reads_and_writes_nothing(node: ManagementNode) -> None:
    node.add_person("reader", READ_ONLY)
    node.auth = ("reader", "password of reader")

    assert node.ask("GET", GLOBAL).status_code == 200
    assert node.ask("PATCH", GLOBAL, json={"enable_ssh": False}).status_code == 403
    assert node.store.get("global", 1)["enable_ssh"] is True


def test_read_write_writes(node: ManagementNode) -> None:
    node.add_person("writer", READ_WRITE)
    node.auth = ("writer", "password of writer")

    assert node.ask("PATCH", GLOBAL, json={"enable_ssh": False}).status_code == 202


@pytest.mark.parametrize("role", [READ_ONLY, READ_WRITE])
def test_backups_and_snapshots_follow_their_permissions(node: ManagementNode, role: int) -> None:
    node.add_person("person", role)
    auth = ("person", "password of person")

    def answers() -> list[int]:
        return [
            node.ask("POST", BACK_UP, json={"passphrase": "x"}, auth=auth).status_code,
            node.ask("POST", SNAPSHOT, json={}, auth=auth).status_code,
            node.ask("GET", BACKUPS, auth=auth).status_code,
        ]

    assert answers() == [202, 202, 200]
    taken = {Permission.BACK_UP, Permission.DOWNLOAD_BACKUPS, Permission.SNAPSHOT}
    rows = node.store.rows("permission")
    left = [row["id"] for row in rows if row["name"] not in taken]
    node.store.update("role", role, {"permissions": left})
    assert answers() == [403, 403, 403]


def test_an_auditor_backs_up_and_changes_nothing(node: ManagementNode) -> None:
    nine = list(Permission)[:9]
    permissions = [r["id"] for r in node.store.rows("permission") if r["name"] in set(nine)]
    role = node.store.insert("role", {"name": "Auditor", "permissions": permissions})
    node.add_person("auditor", int(role))
    node.auth = ("auditor", "password of auditor")

    assert node.ask("POST", BACK_UP, json={"passphrase": "x"}).status_code == 202
    assert node.ask("PATCH", GLOBAL, json={"enable_ssh": False}).status_code == 403


def test_somebody_without_role_may_nothing(node: ManagementNode) -> None:
    node.add_person("stranger")

    assert node.ask("GET", GLOBAL, auth=("stranger", "password of stranger")).status_code == 403


def test_roles_never_restrict_the_local_administrator(node: ManagementNode) -> None:
    for role in (READ_ONLY, READ_WRITE):
        node.store.update("role", role, {"permissions": []})

    assert node.ask("POST", BACK_UP, json={"passphrase": "x"}).status_code == 202


def test_refusal_is_a_variant(node: ManagementNode) -> None:
    node.add_person("reader", READ_ONLY)
    node.web.vary("role_refusal", "401")

    answer = node.ask(
        "PATCH", GLOBAL, json={"enable_ssh": False}, auth=("reader", "password of reader")
    )

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("source", "local", "person"),
    [("LOCAL", 200, 401), ("LDAP", 401, 200), ("LDAP+LOCAL", 200, 200), ("OIDC+LOCAL", 200, 401)],
)
def test_authentication_source_decides_who_is_known(
    node: ManagementNode, source: str, local: int, person: int
) -> None:
    node.add_person("reader", READ_ONLY)
    node.store.update("authentication", 1, {"source": source})

    assert node.ask("GET", GLOBAL).status_code == local
    assert node.ask("GET", GLOBAL, auth=("reader", "password of reader")).status_code == person


def test_unknown_variants_are_refused(node: ManagementNode) -> None:
    with pytest.raises(ValueError, match="role_refusal"):
        node.web.vary("role_refusal", "500")


def test_log_tells_who_did_what_and_never_bodies_or_queries(node: ManagementNode) -> None:
    node.ask("GET", f"{GLOBAL}?canary=1", auth=None)
    node.ask("GET", GLOBAL)
    node.ask("PATCH", GLOBAL, json={"logon_banner": "canary"})
    node.ask("PATCH", GLOBAL, json={"management_qos": 99})

    entries = node.web.log.entries()
    seen = [(e["user"], e["method"], e["path"], e["status"], e["wrote"]) for e in entries]
    assert seen == [
        ("", "GET", GLOBAL, 401, False),
        ("admin", "GET", GLOBAL, 200, False),
        ("admin", "PATCH", GLOBAL, 202, True),
        ("admin", "PATCH", GLOBAL, 400, False),
    ]
    assert {entry["address"] for entry in entries} == {"127.0.0.1"}
    assert "canary" not in json.dumps(entries)


def test_log_forgets_the_oldest() -> None:
    log = RequestLog(kept=2)
    for path in ("/a", "/b", "/c"):
        log.add(Entry(at="", address="", user="", method="GET", path=path, status=200, wrote=False))

    assert [entry["path"] for entry in log.entries()] == ["/b", "/c"]


@pytest.mark.parametrize(("variant", "status"), [("permission", 403), ("every administrator", 200)])
def test_whether_reading_takes_a_permission_is_a_variant(
    node: ManagementNode, variant: str, status: int
) -> None:
    names = {Permission.IS_ADMINISTRATOR, Permission.API}
    held = [row["id"] for row in node.store.rows("permission") if row["name"] in names]
    role = node.store.insert("role", {"name": "Poor", "permissions": held})
    node.add_person("poor", int(role))
    node.auth = ("poor", "password of poor")
    node.web.vary("role_reading", variant)

    assert node.ask("GET", GLOBAL).status_code == status
    assert node.ask("GET", "/api/admin/status/v1/worker_vm/").status_code == status
    assert node.ask("GET", BACKUPS).status_code == 403
    assert node.ask("PATCH", GLOBAL, json={"enable_ssh": False}).status_code == 403
