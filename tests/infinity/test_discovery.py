from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment.models import (
    Credentials,
    Environment,
    Identity,
    Login,
    NodeSettings,
    Trust,
)
from securemode.environment.secret import Secret
from securemode.errors import ConfigurationError, Refused
from securemode.infinity import discovery

if TYPE_CHECKING:
    from collections.abc import Callable

LOCATIONS = [{"name": "north", "resource_uri": "/l/1/"}]
NODES: list[dict[str, Any]] = [
    {
        "name": "conf 2",
        "address": "127.0.0.3",
        "ipv6_address": "::3",
        "hostname": "conf2",
        "domain": "example.com",
        "alternative_fqdn": "edge.example.com",
        "system_location": "/l/1/",
    },
    {
        "name": "conf1",
        "address": "127.0.0.2",
        "ipv6_address": None,
        "hostname": "conf1",
        "domain": "example.com",
        "alternative_fqdn": "",
        "system_location": None,
    },
]


@pytest.fixture
def environment() -> Environment:
    return Environment(
        name="demo",
        identity=Identity(customer="A", site="B", contract="C", system="D"),
        management_node=NodeSettings(name="mgmt", ipv4="127.0.0.1"),
        credentials=Credentials(web=Login(username="admin", password=Secret("canary"))),
        trust=Trust(),
    )


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], Any]) -> None:
    class Api:
        def list(self, resource: str) -> Any:
            return answer(resource)

    monkeypatch.setattr(discovery, "management_api", lambda kind, _environment: kind and Api())


def test_finds_names_addresses_and_locations(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, {"worker_vm": NODES, "system_location": LOCATIONS}.__getitem__)
    found = discovery.discovered(environment, looks=True).deployment()
    assert [(n.name, n.ipv4, n.ipv6, n.fqdn, n.location) for n in found.conferencing] == [
        ("conf-2", "127.0.0.3", "::3", "edge.example.com", "north"),
        ("conf1", "127.0.0.2", None, "conf1.example.com", ""),
    ]


@pytest.mark.parametrize("rows", [[{"name": "x"}], [{**NODES[0], "address": "nowhere"}]])
def test_an_answer_that_names_no_nodes_is_an_error(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, rows: list[Any]
) -> None:
    answering(monkeypatch, {"worker_vm": rows, "system_location": LOCATIONS}.__getitem__)
    with pytest.raises(ConfigurationError, match="cannot be discovered"):
        discovery.discovered(environment, looks=True)


def test_no_answer_is_an_error_with_its_reason(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_resource: str) -> Any:
        raise Refused("mgmt refuses", remedy="try later")

    answering(monkeypatch, refuse)
    with pytest.raises(ConfigurationError, match="mgmt refuses"):
        discovery.discovered(environment, looks=True)


def test_a_plan_contacts_nothing(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, lambda _resource: pytest.fail("contacted"))
    with pytest.raises(ConfigurationError, match="contacts nothing"):
        discovery.discovered(environment, looks=False)
