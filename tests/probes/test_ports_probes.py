"""The probe of closed ports on loopback: what it needs before it says anything."""

from __future__ import annotations

import resource
import socket
import time
from collections import deque
from typing import TYPE_CHECKING

import pytest

from peers.access import access_to, listener, node_with_free
from securemode.errors import Interrupted, Refused, Unsupported
from securemode.observations.ports import Family, PortSelection, PortState, Transport
from securemode.probes.ports import UNUSED_TCP_PORTS, UNUSED_UDP_PORTS, ClosedPorts
from securemode.probes.wire import tcp_ports, udp_ports
from securemode.targets import Node, Role

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def node() -> Node:
    return node_with_free(443)


@pytest.fixture
def listening(node: Node) -> Iterator[int]:
    with listener(node.port(443)) as sock:
        yield sock.getsockname()[1]


def test_loopback_resets_closed_ports_while_the_control_is_open(node: Node, listening: int) -> None:
    probe = ClosedPorts(target=node, transport=Transport.TCP, family=Family.IPV4)
    seen = probe.look(access_to(node, timeout_s=0.3))
    assert (seen.control_port, seen.control_before, seen.control_after) == (
        listening,
        PortState.OPEN,
        PortState.OPEN,
    )
    assert {str(said) for said in seen.said} == {"RST"}
    assert all(said.port - node.port_offset in UNUSED_TCP_PORTS for said in seen.said)


def test_without_an_open_port_nothing_is_said(node: Node) -> None:
    probe = ClosedPorts(target=node, transport=Transport.TCP, family=Family.IPV4)
    with pytest.raises(Refused, match="no open port to compare with"):
        probe.look(access_to(node, timeout_s=0.3))


def test_a_node_without_the_family_is_unsupported(node: Node) -> None:
    with pytest.raises(Unsupported, match="has no ipv6 address"):
        ClosedPorts(target=node, transport=Transport.TCP, family=Family.IPV6).look(access_to(node))


@pytest.mark.parametrize("ports", PortSelection)
def test_a_stopped_run_ends_the_look(node: Node, listening: int, ports: PortSelection) -> None:
    access = access_to(node, timeout_s=0.3)
    access.cancelled.set()
    probe = ClosedPorts(target=node, transport=Transport.TCP, family=Family.IPV4, ports=ports)
    with pytest.raises(Interrupted):
        probe.look(access)


def test_the_plan_states_every_connection() -> None:
    plain = Node(name="n", role=Role.CONFERENCING, ipv4="198.51.100.21", ipv6="2001:db8:51::21")
    udp = ClosedPorts(target=plain, transport=Transport.UDP, family=Family.IPV6)
    control, sample = udp.connections()
    assert (control.transport, control.port, control.most) == ("tcp", "443", 2)
    assert (sample.transport, sample.address) == ("udp", "2001:db8:51::21")
    assert sample.most == len(UNUSED_UDP_PORTS)
    everything = ClosedPorts(
        target=plain, transport=Transport.TCP, family=Family.IPV4, ports=PortSelection.ALL
    )
    assert everything.connections()[-1].port == "1-65535"
    assert everything.connections()[-1].most >= 65535


def test_questions_are_spaced() -> None:
    with listener(0) as sock:
        port = sock.getsockname()[1]
        began = time.monotonic()
        said = tcp_ports.ask("127.0.0.1", [port] * 4, answer_within_s=30, spacing_s=0.05)
    assert [answer.state for answer in said] == ["open"] * 4
    assert 0.15 <= time.monotonic() - began < 20


def test_a_sweep_lives_with_few_file_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with listener(0) as sock:
        sweep = tcp_ports._Sweep("127.0.0.1", 0.2, 0.0, 512, bool)
        resource.setrlimit(resource.RLIMIT_NOFILE, (sock.fileno() + 24, hard))
        try:
            said = sweep.run(deque([sock.getsockname()[1]] * 80))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(said) == 80
    assert {answer.state for answer in said} == {"open", "silent"}


def test_a_udp_port_that_answers_is_open_and_a_closed_one_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as service:
        service.bind(("127.0.0.1", 0))
        service.settimeout(3)
        silent = service.getsockname()[1]
        said = udp_ports.ask("127.0.0.1", [silent], answer_within_s=0.1, spacing_s=0)
        assert said == [udp_ports.Said(silent, "silent")]
    said = udp_ports.ask("127.0.0.1", [silent], answer_within_s=0.5, spacing_s=0.1)
    assert said == [udp_ports.Said(silent, "icmp", 3, 3, "127.0.0.1")]
