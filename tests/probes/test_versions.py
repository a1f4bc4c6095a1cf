from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from peers.access import access_to
from securemode.errors import TimedOut
from securemode.observations.versions import NodeVersion
from securemode.probes import versions
from securemode.probes.versions import ProductVersions
from securemode.targets import Deployment, Node, Role

if TYPE_CHECKING:
    from securemode.probes.probe import Access

NODE = Node(name="mgmt", role=Role.MANAGEMENT, ipv4="127.0.0.1")


@pytest.fixture
def access() -> Access:
    return access_to(NODE)


def answering(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> None:
    class Api:
        def status_list(self, resource: str) -> Any:
            if isinstance(answers[resource], Exception):
                raise answers[resource]
            return answers[resource]

    monkeypatch.setattr(versions, "management_api", lambda *_args, **_kinds: Api())


def test_lists_the_management_node_first(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(
        monkeypatch,
        {
            "management_vm": [{"name": "mgmt.example.com", "version": "41 (80000.0.0)"}],
            "worker_vm": [{"name": "conf1", "version": "40 (70000.0.0)"}],
        },
    )
    seen = ProductVersions(target=Deployment(management=NODE)).look(access)
    assert seen.nodes == (
        NodeVersion("mgmt.example.com", "41 (80000.0.0)"),
        NodeVersion("conf1", "40 (70000.0.0)"),
    )


def test_half_an_answer_is_none(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(
        monkeypatch, {"management_vm": [{"name": "m", "version": "41"}], "worker_vm": TimedOut("x")}
    )
    with pytest.raises(TimedOut):
        ProductVersions(target=Deployment(management=NODE)).look(access)
