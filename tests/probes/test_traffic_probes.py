"""Marks and segment sizes on loopback, where the kernel shows what the server set."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers import snmp as snmp_peer
from peers.access import LOOPBACK, access_to, listener, node_with_free
from securemode.errors import Unsupported
from securemode.observations.traffic import Service
from securemode.probes.traffic import SegmentSize, TrafficMarks, snmp_discovery
from securemode.probes.wire import packet_marks, segment_size
from securemode.targets import Node, Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOPBACKS = [LOOPBACK, "::1"]
REQUEST = b"anything"


def mark(sock: socket.socket, dscp: int) -> None:
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)


@contextlib.contextmanager
def served(address: str, kind: int, dscp: int, *, says: bytes = b"an answer") -> Iterator[int]:
    """One request answered with this mark; over TCP the handshake is marked differently."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as server:
        server.bind((address, 0))
        server.settimeout(2)
        if kind == socket.SOCK_STREAM:
            mark(server, 1)
            server.listen()

        def serve() -> None:
            with contextlib.suppress(OSError):
                if kind == socket.SOCK_DGRAM:
                    _, peer = server.recvfrom(2048)
                    mark(server, dscp)
                    server.sendto(says, peer)
                    return
                stream, _ = server.accept()
                with stream:
                    mark(stream, dscp)
                    stream.recv(2048)
                    stream.sendall(says)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(3)


def ask(transport: str, address: str, port: int) -> packet_marks.Heard:
    return packet_marks.ask(transport, address, port, lambda _: REQUEST, 1.0)


@pytest.mark.parametrize("dscp", [0, 16, 40, 63])
@pytest.mark.parametrize("address", LOOPBACKS)
def test_the_mark_of_a_datagram_is_read(address: str, dscp: int) -> None:
    with served(address, socket.SOCK_DGRAM, dscp) as port:
        heard = ask("udp", address, port)
    assert heard == packet_marks.Heard("answered", (dscp,), packet_marks.DATAGRAM)


@pytest.mark.parametrize("dscp", [0, 40])
def test_the_mark_of_a_connection_over_ipv6_is_read_without_privileges(dscp: int) -> None:
    with served("::1", socket.SOCK_STREAM, dscp) as port:
        heard = ask("tcp", "::1", port)
    assert heard == packet_marks.Heard("answered", (dscp,), packet_marks.STREAM)


def packet_sockets_are_permitted() -> bool:
    try:
        packet_marks.packets_from(LOOPBACK).close()
    except PermissionError:
        return False
    return True


@pytest.mark.skipif(not packet_sockets_are_permitted(), reason="this user has no packet sockets")
@pytest.mark.parametrize("dscp", [0, 40])
def test_the_mark_of_a_connection_over_ipv4_is_read_from_its_packets(dscp: int) -> None:
    with served(LOOPBACK, socket.SOCK_STREAM, dscp, says=b"long" * 9000) as port:
        heard = ask("tcp", LOOPBACK, port)
    assert heard == packet_marks.Heard("answered", (dscp,), packet_marks.PACKET)


def test_what_may_not_be_seen_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_address: str) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(packet_marks, "packets_from", refuse)
    with served(LOOPBACK, socket.SOCK_STREAM, 40) as port:
        heard = ask("tcp", LOOPBACK, port)
    assert heard == packet_marks.Heard("answered", detail="Operation not permitted")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("address", LOOPBACKS)
def test_a_closed_port_is_refused(address: str, transport: str) -> None:
    with listener(0, address) as sock:
        port = sock.getsockname()[1]
    assert ask(transport, address, port).state == packet_marks.REFUSED


def test_silence_and_hanging_up_are_told_apart() -> None:
    with listener(0) as sock:
        quiet = packet_marks.ask("tcp", LOOPBACK, sock.getsockname()[1], lambda _: REQUEST, 0.2)
    assert quiet.state == packet_marks.SILENT
    for address in LOOPBACKS:
        with served(address, socket.SOCK_STREAM, 40, says=b"") as port:
            assert ask("tcp", address, port).state == packet_marks.CLOSED


def test_every_tls_server_has_an_answer_to_our_hello() -> None:
    hello = packet_marks.client_hello(("", 0))
    assert hello[0] == 22
    assert hello[5] == 1


def test_snmpd_reports_its_engine_to_our_discovery(tmp_path: Path) -> None:
    with listener(0) as sock:
        port = sock.getsockname()[1]
    with snmp_peer.snmpd(port, snmp_peer.SECURE, tmp_path):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(2)
            asking.connect((LOOPBACK, port))
            asking.send(snmp_discovery(("", 0)))
            said = asking.recv(2048)
        heard = packet_marks.ask("udp", LOOPBACK, port, snmp_discovery, 1.0)
    assert bytes.fromhex("2b060106030f01010400") in said.replace(b"\x06\x0a", b"")  # usmStats...
    assert heard.state == packet_marks.ANSWERED
    assert heard.dscp == (0,)


def ipv4_packet(*, tos: int = 0, protocol: int = 6, offset: int = 0, data: bytes = b"") -> bytes:
    tcp = struct.pack("!HHIIBBHHH", 443, 50000, 0, 0, 0x50, 0x18, 0, 0, 0) + data
    length = 20 + len(tcp)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, tos, length, 0, offset, 64, protocol, 0, b"a", b"b")
    return head + tcp


def test_packets_are_read() -> None:
    assert packet_marks.tcp_packet(ipv4_packet(tos=0xA1, data=b"xyz")) == (40, 443, 50000, 3)
    # a frame shorter than the least Ethernet has is padded: the padding is no data
    assert packet_marks.tcp_packet(ipv4_packet() + bytes(6)) == (0, 443, 50000, 0)
    assert packet_marks.tcp_packet(ipv4_packet(protocol=17)) is None
    assert packet_marks.tcp_packet(ipv4_packet(offset=8)) is None
    tcp = struct.pack("!HHIIBBHHH", 443, 50000, 0, 0, 0x80, 0x18, 0, 0, 0) + bytes(12) + b"xy"
    ipv6 = struct.pack("!IHBB", 6 << 28 | 0xA0 << 20, len(tcp), 6, 64) + bytes(32) + tcp
    assert packet_marks.tcp_packet(ipv6) == (40, 443, 50000, 2)


@given(st.binary(max_size=120))
def test_no_packet_is_too_strange_to_be_read(packet: bytes) -> None:
    packet_marks.tcp_packet(packet)
    packet_marks._control_messages(packet)


@pytest.mark.parametrize(("address", "headers"), [(LOOPBACK, 40), ("::1", 60)])
def test_the_mtu_follows_from_the_announced_segment_size(address: str, headers: int) -> None:
    with listener(0, address) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400 - headers)
        seen = segment_size.announced(address, sock.getsockname()[1], 1.0)
    assert seen.mtu_bytes == 1400
    assert seen.own_mtu_bytes > 1400
    assert seen.segment_bytes == 1400 - headers - 12 * seen.has_timestamps


def test_without_a_connection_there_is_no_size() -> None:
    with listener(0) as sock:
        port = sock.getsockname()[1]
    node = Node(name="n", role=Role.CONFERENCING, ipv4=LOOPBACK)
    (seen,) = SegmentSize(target=node, port=port).look(access_to(node)).announced
    assert (seen.failure, seen.mtu_bytes) == ("Connection refused", 0)


def test_nothing_is_said_of_forwarded_nodes() -> None:
    node = node_with_free(443)
    for probe in (
        SegmentSize(target=node),
        TrafficMarks(target=node, services=(Service.HTTPS,), ports=(443,)),
    ):
        with pytest.raises(Unsupported, match="forwarded"):
            probe.look(access_to(node))


def test_the_plan_states_every_connection() -> None:
    node = Node(name="n", role=Role.CONFERENCING, ipv4="198.51.100.21", ipv6="2001:db8:51::21")
    probe = TrafficMarks(target=node, services=(Service.SNMP, Service.HTTPS), ports=(161, 443))
    assert [(one.transport, one.port, one.most) for one in probe.connections()] == [
        ("udp", "161", 2),
        ("tcp", "443", 1),
    ] * 2
