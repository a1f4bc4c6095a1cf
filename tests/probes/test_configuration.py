from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from infinity.pki import self_signed, server_context
from infinity.server import Asked, Reply, page, serving
from peers.access import ADMINISTRATOR, LOOPBACK, access_to
from securemode.errors import AuthenticationRejected, CannotLook, UnexpectedAnswer
from securemode.observations.configuration import ConfigurationRows
from securemode.probes.configuration import ConfigurationResource, configuration, resource_of
from securemode.probes.probe import Probe
from securemode.targets import Deployment, Node, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("pki") / "node.pem", "mgmt", LOOPBACK)


@contextmanager
def node_of(answer: Callable[[Asked], Reply], certificate: Path) -> Iterator[tuple[Node, Any]]:
    with serving(answer, server_context(certificate)) as server:
        port = int(server.url.rpartition(":")[2])
        node = Node(name="mgmt", role=Role.MANAGEMENT, ipv4=LOOPBACK, port_offset=port - 443)
        access = access_to(node, ca_file=certificate)
        environment = access.environment.model_copy(update={"port_offset": node.port_offset})
        yield node, replace(access, environment=environment)


def test_reads_a_resource_without_its_secrets(certificate: Path) -> None:
    row = {"name": "conf1", "snmp_privacy_password": "canary", "snmp_mode": "AUTHPRIV"}
    with node_of(lambda _: page(row), certificate) as (node, access):
        probe = ConfigurationResource(target=Deployment(management=node), resource="worker_vm")
        seen = probe.look(access)
    assert seen.served
    assert seen.rows[0]["snmp_privacy_password"] == "set"
    assert seen.rows[0]["snmp_mode"] == "AUTHPRIV"
    assert "canary" not in json.dumps(seen.rows)
    adapter = TypeAdapter(ConfigurationRows)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_keeps_only_what_is_asked_for(certificate: Path) -> None:
    row = {"name": "room", "crypto_mode": "", "description": "private"}
    with node_of(lambda _: page(row), certificate) as (node, access):
        probe = ConfigurationResource(
            target=Deployment(management=node),
            resource="conference",
            only=("name", "crypto_mode", "missing"),
        )
        assert probe.look(access).rows == ({"name": "room", "crypto_mode": ""},)


def test_a_resource_that_the_product_lacks_is_an_observation(certificate: Path) -> None:
    with node_of(lambda _: Reply(404), certificate) as (node, access):
        probe = ConfigurationResource(target=Deployment(management=node), resource="role_mapping")
        seen = probe.look(access)
    assert (seen.resource, seen.served, seen.rows) == ("role_mapping", False, ())


@pytest.mark.parametrize(
    ("reply", "error"),
    [(Reply(401), AuthenticationRejected), (Reply(500), UnexpectedAnswer)],
)
def test_what_keeps_it_from_looking_is_raised(
    reply: Reply, error: type[CannotLook], certificate: Path
) -> None:
    with node_of(lambda _: reply, certificate) as (node, access):
        access.cancelled.set()  # no pause between attempts
        probe = ConfigurationResource(target=Deployment(management=node), resource="global")
        with pytest.raises(error):
            probe.look(access)


def test_asks_as_the_administrator_and_only_reads(certificate: Path) -> None:
    asked: list[Asked] = []

    def answer(request: Asked) -> Reply:
        asked.append(request)
        return page()

    with node_of(answer, certificate) as (node, access):
        for probe in configuration(Deployment(management=node), "global", "role"):
            probe.look(access)
    assert {request.method for request in asked} == {"GET"}
    assert all(request.headers["Authorization"].startswith("Basic ") for request in asked)
    assert ADMINISTRATOR[1] not in str(asked)


def test_is_a_probe_and_says_where_it_connects() -> None:
    node = Node(name="mgmt", role=Role.MANAGEMENT, ipv4="192.0.2.10", port_offset=1000)
    probe = ConfigurationResource(target=Deployment(management=node), resource="global")
    assert isinstance(probe, Probe)
    (connection,) = probe.connections()
    assert (connection.transport, connection.address, connection.port) == (
        "tls",
        "192.0.2.10",
        "1443",
    )
    assert probe == ConfigurationResource(target=Deployment(management=node), resource="global")


@pytest.mark.parametrize(
    ("role", "resource"),
    [(Role.MANAGEMENT, "management_vm"), (Role.CONFERENCING, "worker_vm")],
)
def test_where_a_node_is_configured(role: Role, resource: str) -> None:
    assert resource_of(Node(name="n", role=role)) == resource
