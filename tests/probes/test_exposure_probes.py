"""Protocol ports and web answers on loopback."""

from __future__ import annotations

import re
import socket
import ssl
import struct
import subprocess
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers import sip as peer
from peers.access import LOOPBACK, access_to, listener, node_with_free, program, silent_port
from peers.tls import server_context
from securemode.errors import Unsupported
from securemode.observations.exposure import Content, ServicePort, WebState
from securemode.observations.ports import Family, PortState
from securemode.observations.traffic import Service
from securemode.probes.multicast_echo import MulticastEcho
from securemode.probes.open_ports import PORTS, OpenPorts, _with_control
from securemode.probes.service_ports import ServicePorts
from securemode.probes.web_exposure import (
    AdministratorInterface,
    ClientApi,
    Ipv6Web,
    PlainWeb,
    content_of,
)
from securemode.probes.wire import h323, http_answer, on_link
from securemode.targets import Node, Role

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Iterator
    from pathlib import Path

H323_PORTS = {Service.H323: 1720, Service.RAS: 1719}


@pytest.fixture
def node() -> Iterator[Node]:
    """A node whose web port accepts connections."""
    free = node_with_free(80, 443, 1719, 1720, 1935, 5060, 5061, role=Role.CONFERENCING)
    with listener(free.port(443)):
        yield free


def ports(node: Node, services: dict[Service, int]) -> tuple[ServicePort, ...]:
    probe = ServicePorts(target=node, services=tuple(services), ports=tuple(services.values()))
    seen = probe.look(access_to(node, timeout_s=0.5))
    assert seen.is_controlled
    return seen.ports


def test_open_and_closed_ports_of_a_protocol(node: Node) -> None:
    with listener(node.port(1720)), silent_port(node.port(1935)):
        seen = ports(node, {**H323_PORTS, Service.RTMP: 1935, Service.SIP_TCP: 5060})
    assert [(one.state, one.answer, one.speaks) for one in seen] == [
        (PortState.OPEN, "mute", False),
        (PortState.ICMP, "", False),
        (PortState.SILENT, "", False),
        (PortState.RESET, "", False),
    ]


def test_h323_is_recognised(node: Node) -> None:
    status = bytes.fromhex("0300000908028001 7d")
    with (
        peer.over_tcp(node.port(1720), lambda _: status),
        peer.over_udp(node.port(1719), lambda request: b"\x08" + request[1:]) as came,
    ):
        call, ras = ports(node, H323_PORTS)
    assert (call.answer, call.speaks) == ("TPKT", True)
    assert (ras.answer, ras.speaks) == ("GatekeeperReject", True)
    assert came[0][:2] == bytes(2)


def test_something_else_is_not_taken_for_h323(node: Node) -> None:
    with (
        peer.over_tcp(node.port(1720), lambda _: b"SSH-2.0-x\r\n"),
        peer.over_udp(node.port(1719), lambda _: b"\xff\xff"),
    ):
        seen = ports(node, H323_PORTS)
    assert {(one.answer, one.speaks) for one in seen} == {("something else", False)}


def test_sip_is_recognised_over_every_transport(node: Node, tmp_path: Path) -> None:
    context, _ = server_context(tmp_path)
    with (
        peer.over_tcp(node.port(5060), peer.answer),
        peer.over_tcp(node.port(5061), lambda _: b"nonsense", context),
        peer.over_udp(node.port(5060), peer.answer),
    ):
        services = {Service.SIP_TCP: 5060, Service.SIP_TLS: 5061, Service.SIP_UDP: 5060}
        tcp, tls, udp = ports(node, services)
    assert (tcp.answer, tcp.speaks, udp.answer, udp.speaks) == ("200 OK", True, "200 OK", True)
    assert (tls.state, tls.speaks) == (PortState.OPEN, False)


def test_tshark_reads_our_gatekeeper_request(tmp_path: Path) -> None:
    tshark = program("tshark")
    for address in (LOOPBACK, "::1"):
        request = h323.gatekeeper_request(address, 40001)
        udp = struct.pack("!HHHH", 40001, 1719, 8 + len(request), 0) + request
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0)
        packet = head + socket.inet_aton(LOOPBACK) * 2 + udp
        capture = tmp_path / "request.pcap"
        capture.write_bytes(
            struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
            + struct.pack("<IIII", 0, 0, len(packet), len(packet))
            + packet
        )
        done = subprocess.run(
            [tshark, "-r", capture, "-V"], capture_output=True, text=True, check=True, timeout=60
        )
        assert "RasMessage: gatekeeperRequest (0)" in done.stdout
        assert "protocolIdentifier: 0.0.8.2250.0.4" in done.stdout
        assert re.search(rf"ip: {re.escape(address)}\n\s+port: 40001", done.stdout)
        assert "Malformed" not in done.stdout


def served(
    node: Node, number: int, answering: peer.Answering, context: ssl.SSLContext | None = None
) -> contextlib.AbstractContextManager[None]:
    return peer.over_tcp(node.port(number), answering, context)


@pytest.fixture
def web() -> Node:
    return node_with_free(80, 443, role=Role.MANAGEMENT)


def http(status: str, body: str = "", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()


def test_login_page_behind_redirects(web: Node, tmp_path: Path) -> None:
    context, _ = server_context(tmp_path)

    def answering(request: bytes) -> bytes:
        if request.startswith(b"GET /login"):
            return http("200 OK", '<input type="password">')
        return http("302 Found", Location=f"https://{LOOPBACK}:{web.port(443)}/login")

    with served(web, 443, answering, context):
        seen = AdministratorInterface(target=web).look(access_to(web))
    assert [one.status for one in seen.answers] == [302, 200]
    assert seen.answers[-1].content is Content.LOGIN_FORM
    assert seen.control.state is WebState.REFUSED


def test_redirects_do_not_lead_away_or_on_for_ever(web: Node, tmp_path: Path) -> None:
    context, _ = server_context(tmp_path)
    with served(web, 443, lambda _: http("302 Found", Location="https://192.0.2.1/"), context):
        seen = AdministratorInterface(target=web).look(access_to(web))
        assert len(seen.answers) == 1
    with served(web, 443, lambda _: http("302 Found", Location="/again"), context):
        seen = AdministratorInterface(target=web).look(access_to(web))
        assert len(seen.answers) == 4


def test_a_demand_for_a_certificate_is_an_answer(web: Node, tmp_path: Path) -> None:
    context, ca_file = server_context(tmp_path)
    context.load_verify_locations(ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    with served(web, 443, lambda _: http("200 OK"), context):
        (answer,) = AdministratorInterface(target=web).look(access_to(web)).answers
    assert answer.state is WebState.WANTS_CERTIFICATE


def test_client_api_is_recognised_by_its_own_form(web: Node, tmp_path: Path) -> None:
    context, _ = server_context(tmp_path)
    body = '{"status": "failed", "result": "Neither conference nor gateway found"}'
    came: list[bytes] = []

    def answering(request: bytes) -> bytes:
        came.append(request.split(b"\r\n")[0])
        return http("404 Not Found", body if b"/api/" in request else "<html>")

    with served(web, 443, answering, context):
        seen = ClientApi(target=web).look(access_to(web))
    assert [one.content for one in seen.answers] == [Content.CLIENT_API] * 3
    assert seen.control.content is Content.OTHER
    assert {line.split()[0] for line in came} == {b"GET"}


def test_plain_web_is_asked_once_where_nothing_listens(web: Node) -> None:
    seen = PlainWeb(target=web).look(access_to(web))
    assert [one.state for one in seen.answers] == [WebState.REFUSED]
    with served(web, 80, lambda _: http("301 Moved", Location="https://x/")):
        seen = PlainWeb(target=web).look(access_to(web))
    assert [one.location for one in seen.answers] == ["https://x/"] * 3


def test_ipv6_is_asked_at_its_own_address(web: Node, tmp_path: Path) -> None:
    context, _ = server_context(tmp_path)
    both = replace(web, ipv6="::1")
    with served(both, 443, lambda _: http("200 OK"), context):
        seen = Ipv6Web(target=both).look(access_to(both))
    assert (seen.control.status, seen.answers[0].state) == (200, WebState.REFUSED)
    with pytest.raises(Unsupported):
        Ipv6Web(target=web).look(access_to(web))


GARBAGE = {
    b"\0" * 50: http_answer.NOT_HTTP,
    b"HTTP/1.1 999999 x\r\n\r\n": http_answer.NOT_HTTP,
    b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf": http_answer.ANSWERED,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": http_answer.ANSWERED,
    b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500 + b"\r\n": http_answer.NOT_HTTP,
    b"": http_answer.CLOSED,
}


@pytest.mark.parametrize("said", GARBAGE, ids=range(len(GARBAGE)))
def test_whatever_comes_is_named(web: Node, said: bytes) -> None:
    with served(web, 80, lambda _: said):
        heard = http_answer.ask(LOOPBACK, web.port(80), "GET", "/", 1.0, secured=False)
    assert heard.state == GARBAGE[said]


def test_a_server_without_tls_or_without_words_is_named(web: Node) -> None:
    with served(web, 443, lambda _: b"no TLS here at all"):
        heard = http_answer.ask(LOOPBACK, web.port(443), "GET", "/", 1.0, secured=True)
    assert heard.state == http_answer.NO_TLS
    with listener(web.port(443)):
        began = time.monotonic()
        for secured, state in ((False, http_answer.MUTE), (True, http_answer.NO_TLS)):
            heard = http_answer.ask(LOOPBACK, web.port(443), "GET", "/", 0.3, secured=secured)
            assert heard.state == state
        assert time.monotonic() - began < 15


@given(st.binary(max_size=300))
def test_no_answer_is_too_strange_to_be_read(said: bytes) -> None:
    content_of(said)
    http_answer._parsed(said, "GET")
    assert -1 <= h323.ras_choice(said) < 32


def test_the_stated_set_of_ports() -> None:
    assert set(range(1, 1025)) <= set(PORTS)
    assert len(PORTS) < 1500
    asked = list(_with_control())
    assert set(asked) == set(PORTS)
    assert asked[0] == asked[-1] == 443
    assert asked.count(443) > 10


def test_ports_and_links_of_forwarded_nodes_are_not_looked_at(web: Node) -> None:
    with pytest.raises(Unsupported):
        OpenPorts(target=web, family=Family.IPV4).look(access_to(web))
    both = replace(web, ipv6="::1")
    with pytest.raises(Unsupported):
        MulticastEcho(target=both).look(access_to(both))


def test_the_kernel_names_the_way_to_loopback() -> None:
    way = on_link.way_to("::1")
    assert (way.interface, way.gateway) == (socket.if_nametoindex("lo"), "")
    assert isinstance(on_link.link_addresses(), dict)
