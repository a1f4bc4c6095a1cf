"""A diagnostic snapshot that the run asks for itself, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infinity.server import Asked, Reply, as_json, page, serving
from peers.access import ADMINISTRATOR, access_to, login
from records.snapshots import Made
from securemode.errors import (
    AuthenticationRejected,
    Interrupted,
    TimedOut,
    UnexpectedAnswer,
    UnreadableRecord,
)
from securemode.infinity.client import ManagementWriter
from securemode.observations.records import Wizard
from securemode.probes import snapshot_request
from securemode.probes.records import GivenSnapshot, RequestedSnapshot
from securemode.targets import Node, Role

if TYPE_CHECKING:
    from securemode.probes.probe import Access

NODE = Node(name="mgmt", role=Role.MANAGEMENT, ipv4="127.0.0.1")
ROOT = "/api/admin"
REQUESTS = f"{ROOT}/status/v1/snapshot_request/"
COMMAND = f"{ROOT}/command/v1/platform/snapshot/"


class Product:
    """A Management Node that makes a snapshot in so many looks."""

    def __init__(self, *, looks: int = 2, state: str = "complete", **more: Any) -> None:
        self.looks = looks
        self.state = state
        self.uri = more.get("uri", "/admin/platform/snapshot/download/7/")
        self.file = more.get("file", Reply(200, Made().packed()))
        self.command = more.get("command", as_json({"status": "success", "data": None}, 202))
        self.asked_for = False

    def row(self, number: int, **more: Any) -> dict[str, Any]:
        return {
            "resource_uri": f"{REQUESTS}{number}/",
            "created_at": f"2026-11-23T10:00:0{number}",
            "state": "running",
            "message": "",
            "download_uri": None,
            **more,
        }

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path.partition("?")[0]
        if path == COMMAND:
            self.asked_for = True
            reply: Reply = self.command
            return reply
        if path == REQUESTS:
            older = self.row(1, state="complete", download_uri="/old")
            if not self.asked_for:
                return page(older)
            self.looks -= 1
            done = {"state": self.state, "download_uri": self.uri} if self.looks < 0 else {}
            return page(self.row(2, **done), older)
        file: Reply = self.file
        return file if path == "/admin/platform/snapshot/download/7/" else Reply(404)


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_request, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(snapshot_request, "MADE_WITHIN_S", 2.0)


def requested(product: Product, monkeypatch: pytest.MonkeyPatch, made: Access) -> tuple[Any, Any]:
    with serving(product) as server:
        api = ManagementWriter(server.url, login(*ADMINISTRATOR), timeout_s=1.0)
        let_in = lambda _kind, _environment, ask, **_: (api, ask(api))  # noqa: E731
        monkeypatch.setattr(snapshot_request, "admitted", let_in)
        return RequestedSnapshot(target=NODE).look(made), server.requests


def test_a_snapshot_is_asked_for_awaited_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, requests = requested(Product(), monkeypatch, access_to(NODE))
    assert seen.record == "the diagnostic snapshot of this run"
    assert seen.wizard is Wizard.COMPLETED
    assert dict(seen.answers)["fips_mode"] == "YES"
    posted = [one for one in requests if one.method == "POST"]
    assert [one.path for one in posted] == [COMMAND]
    assert posted[0].json() == {"limit": 1, "request": True}
    assert len(requests) <= RequestedSnapshot(target=NODE).connections()[0].most


def test_only_the_management_node_is_asked_for_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = "https://192.0.2.99/admin/platform/snapshot/download/7/?x=1"
    seen, requests = requested(Product(uri=elsewhere), monkeypatch, access_to(NODE))
    assert seen.wizard is Wizard.COMPLETED
    assert requests[-1].path == "/admin/platform/snapshot/download/7/?x=1"


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        (
            {"looks": 10_000},
            TimedOut,
            'not made the diagnostic snapshot in time; its state is "run',
        ),
        ({"looks": 0, "state": "failed", "uri": None}, UnexpectedAnswer, 'its state is "failed"'),
        ({"command": Reply(403)}, AuthenticationRejected, "may not do this"),
        ({"command": as_json({"status": "failure"}, 202)}, UnexpectedAnswer, "does not succeed"),
        ({"file": Reply(404)}, UnexpectedAnswer, "answers 404"),
        ({"file": Reply(200, b"<html>log in</html>" * 99)}, UnreadableRecord, "no archive"),
        ({"file": Reply(200, Made().packed()[:900])}, UnreadableRecord, "breaks off"),
        ({"file": Reply(200, Made().packed(), cut=200)}, UnexpectedAnswer, "breaks off"),
    ],
    ids=["slow", "failed", "forbidden", "refused", "gone", "page", "half", "cut"],
)
def test_a_snapshot_that_does_not_come(
    more: dict[str, Any], error: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(error, match=said):
        requested(Product(**more), monkeypatch, access_to(NODE))


def test_a_run_that_is_stopped_waits_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    made = access_to(NODE)
    made.cancelled.set()
    with pytest.raises(Interrupted):
        requested(Product(looks=50), monkeypatch, made)


def test_the_permission_that_a_snapshot_needs() -> None:
    assert RequestedSnapshot.intrusive == "snapshot"
    assert GivenSnapshot.intrusive is None
