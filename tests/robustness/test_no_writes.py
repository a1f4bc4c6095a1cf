"""Verifying writes nothing to the product but what `allow:` names: the lab's own log shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from robustness.runs import Laboratory

pytestmark = pytest.mark.timeout(400)  # whole runs, on whatever machine

READS = {"GET", "HEAD", "OPTIONS"}
AUTHENTICATION = {"/admin/login/", "/admin/logout/", "/oauth/token/"}
PERMITTED = {
    "snapshot": ("/api/admin/command/v1/platform/snapshot/",),
    "outbound_call": (
        "/api/admin/command/v1/participant/dial/",
        "/api/admin/command/v1/participant/disconnect/",
    ),
    "role_actions": (
        "/api/admin/command/v1/platform/snapshot/",
        "/api/admin/command/v1/platform/backup_create/",
    ),
    "pkcs12": (
        "POST /admin/platform/tlscertificate/",
        "DELETE /api/admin/configuration/v1/tls_certificate/",
    ),
}
"""What a permission of the environment lets through: a path, or a method and a path."""


def unpermitted(requests: Iterable[dict[str, Any]], allow: Collection[str]) -> list[str]:
    """The requests that would change something, without those that a permission names."""
    paths = [path for permission in allow for path in PERMITTED.get(permission, ())]
    return [
        f"{request['method']} {request['path']} ({request['status']})"
        for request in requests
        if request["wrote"] or request["method"] not in READS
        if request["wrote"] or request["path"] not in AUTHENTICATION
        if not any(path in f"{request['method']} {request['path']}" for path in paths)
    ]


def test_set_ups_write(secured_laboratory: Laboratory) -> None:
    assert len(unpermitted(secured_laboratory.asked_by_set_ups, ())) > 20


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_write_is_found_unless_it_is_permitted(method: str) -> None:
    path = "/api/admin/configuration/v1/global/1/"
    request = {"method": method, "path": path, "status": 202, "wrote": True}
    assert unpermitted([request], PERMITTED)
    assert unpermitted([{**request, "path": "/admin/login/"}], PERMITTED)
    assert not unpermitted([{**request, "path": PERMITTED["snapshot"][0]}], ["snapshot"])
    assert unpermitted([{**request, "path": PERMITTED["snapshot"][0]}], ["web_sessions"])
    certificate = {**request, "path": "/api/admin/configuration/v1/tls_certificate/7/"}
    assert bool(unpermitted([certificate], ["pkcs12"])) is (method != "DELETE")


def test_verifying_writes_nothing(laboratory: Laboratory) -> None:
    began = datetime.now(UTC).isoformat()
    run = laboratory.verify("--setup=none")
    asked = [r for r in laboratory.lab.done("requests")["requests"] if r["at"] >= began]
    assert len(asked) > 100
    assert AUTHENTICATION & {r["path"] for r in asked}
    assert len(run.with_verdict("pass")) > 50
    assert unpermitted(asked, run.result["run"]["permissions"]) == []
