from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from peers import sip as peer
from peers.access import access_to, listener, node_with_free, silent_port
from peers.tls import server_context
from securemode.observations.sip import SipOptionsSeen, SipOutcome, SipResponse, SipTransport
from securemode.probes.sip import MOST_DATAGRAMS, SipOptions, response
from securemode.probes.wire.sip import options
from securemode.targets import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.targets import Node

UDP, TCP, TLS = SipTransport
PORTS = {UDP: 5060, TCP: 5060, TLS: 5061}


@pytest.fixture
def node() -> Iterator[Node]:
    """A node whose web port answers."""
    free = node_with_free(5060, 5061, 443, role=Role.CONFERENCING)
    with listener(free.port(443)):
        yield free


def look(node: Node, transport: SipTransport, timeout_s: float = 1.0) -> SipOptionsSeen:
    probe = SipOptions(node, transport, PORTS[transport])
    return probe.look(access_to(node, timeout_s=timeout_s))


def polite(request: bytes) -> bytes:
    return peer.answer(request, more="Server: test\r\nAllow: OPTIONS\r\nAllow: BYE")


def test_answer_over_udp(node: Node) -> None:
    with peer.over_udp(node.port(5060), polite) as came:
        seen = look(node, UDP)
    assert seen == SipOptionsSeen(
        transport=UDP,
        port=node.port(5060),
        outcome=SipOutcome.ANSWERED,
        sent=1,
        status_line="200 OK",
        server="test",
        allow="OPTIONS, BYE",
        alive_before=True,
        alive_after=True,
    )
    assert came[0].startswith(f"OPTIONS sip:127.0.0.1:{node.port(5060)};".encode())
    adapter = TypeAdapter(SipOptionsSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_answer_over_tcp(node: Node) -> None:
    with peer.over_tcp(node.port(5060), lambda one: peer.answer(one, status="486 Busy Here")):
        seen = look(node, TCP)
    assert (seen.outcome, seen.status_line) == (SipOutcome.ANSWERED, "486 Busy Here")


def test_answer_over_tls(node: Node, tmp_path: Path) -> None:
    context, _ = server_context(tmp_path)
    with peer.over_tcp(node.port(5061), polite, context):
        seen = look(node, TLS)
    assert (seen.outcome, seen.server) == (SipOutcome.ANSWERED, "test")


@pytest.mark.parametrize("transport", [UDP, TCP])
def test_answer_of_sipp(node: Node, transport: SipTransport, tmp_path: Path) -> None:
    with peer.sipp(node.port(5060), transport, tmp_path):
        seen = look(node, transport, 2.0)
    assert (seen.outcome, seen.status_line, seen.server) == (SipOutcome.ANSWERED, "200 OK", "sipp")
    assert seen.allow == "INVITE, ACK, BYE, CANCEL, OPTIONS"


def test_request_is_retransmitted_over_udp(node: Node) -> None:
    with peer.over_udp(node.port(5060), polite, deaf_to=1) as came:
        seen = look(node, UDP, 4.0)
    assert (seen.outcome, seen.sent) == (SipOutcome.ANSWERED, 2)
    assert came[0] == came[1]


def test_silence_over_udp_is_bounded(node: Node) -> None:
    with peer.over_udp(node.port(5060), polite, deaf_to=99):
        began = time.monotonic()
        seen = look(node, UDP, 2.5)
    assert (seen.outcome, seen.sent, seen.is_controlled) == (SipOutcome.SILENT, 3, True)
    assert time.monotonic() - began < 15
    (plan, _) = SipOptions(node, UDP, 5060).connections()
    assert seen.sent <= MOST_DATAGRAMS == plan.most


def test_closed_ports_refuse(node: Node) -> None:
    assert {look(node, transport).outcome for transport in SipTransport} == {SipOutcome.REFUSED}


def test_dropped_port_is_silent(node: Node) -> None:
    with silent_port(node.port(5060)):
        seen = look(node, TCP)
    assert (seen.outcome, seen.is_controlled) == (SipOutcome.SILENT, True)


def test_node_that_is_not_there_has_no_control() -> None:
    assert not look(node_with_free(443, 5060), TCP).is_controlled


def test_port_that_says_nothing(node: Node) -> None:
    with listener(node.port(5060)), listener(node.port(5061)):
        outcomes = [look(node, TCP).outcome, look(node, TLS).outcome]
    assert outcomes == [SipOutcome.MUTE, SipOutcome.NO_TLS]


def test_port_that_hangs_up(node: Node) -> None:
    with peer.over_tcp(node.port(5060), lambda _: b""):
        assert look(node, TCP).outcome is SipOutcome.CLOSED


@pytest.mark.parametrize("transport", [UDP, TCP])
def test_answer_that_is_not_sip(node: Node, transport: SipTransport) -> None:
    serve = peer.over_udp if transport is UDP else peer.over_tcp
    with serve(node.port(5060), lambda _: b"HTTP/1.1 400 \x1b Bad\r\n\r\n"):
        seen = look(node, transport)
    assert (seen.outcome, seen.status_line) == (SipOutcome.NOT_SIP, "")
    assert seen.detail == "HTTP/1.1 400 . Bad...."


def test_answer_to_somebody_else_is_no_answer(node: Node) -> None:
    with peer.over_tcp(node.port(5060), lambda _: b"SIP/2.0 200 OK\r\nCall-ID: other\r\n\r\n"):
        assert look(node, TCP).outcome is SipOutcome.NOT_SIP


def test_plain_sip_on_the_tls_port(node: Node) -> None:
    with peer.over_tcp(node.port(5061), lambda _: b"SIP/2.0 400 Bad Request\r\n\r\n"):
        seen = look(node, TLS)
    assert seen.outcome is SipOutcome.NO_TLS
    assert seen.detail


def test_server_that_wants_a_certificate(node: Node, tmp_path: Path) -> None:
    context, ca_file = server_context(tmp_path)
    context.load_verify_locations(ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    with peer.over_tcp(node.port(5061), polite, context):
        seen = look(node, TLS)
    assert (seen.outcome, seen.detail) == (
        SipOutcome.NO_TLS,
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    )


def test_request_has_the_mandatory_headers() -> None:
    request = options("tls", ("2001:db8::1", 5061), ("2001:db8::2", 40000), "an-id").decode()
    lines = request.split("\r\n")
    assert lines[0] == "OPTIONS sip:[2001:db8::1]:5061;transport=tls SIP/2.0"
    assert lines[-2:] == ["", ""]
    names = {line.split(":")[0] for line in lines[1:-2]}
    assert names >= {"Via", "Max-Forwards", "From", "To", "Call-ID", "CSeq", "Content-Length"}
    assert "SIP/2.0/TLS [2001:db8::2]:40000;branch=z9hG4bK" in request


def test_folded_and_compact_headers_are_read() -> None:
    raw = b"SIP/2.0 200 Fine\r\nv: one\r\n two\r\nI : 7\r\nAllow: A,\r\n\tB\r\nnonsense\r\n\r\na: x"
    assert response(raw) == SipResponse(
        200, "Fine", (("via", "one two"), ("call-id", "7"), ("allow", "A, B"))
    )


@pytest.mark.parametrize(
    "raw",
    [b"", b"\r\n\r\n", b"SIP/2.0 099 No\r\n\r\n", b"SIP/3.0 200 OK\r\n\r\n", b"RTSP/1.0 200 OK"],
)
def test_what_is_no_response(raw: bytes) -> None:
    assert response(raw) is None


TOKENS = st.text("abcdefghijkmnopqrstuvwxyz-", min_size=2, max_size=12)
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


@settings(max_examples=200)
@given(
    st.integers(100, 699),
    st.lists(st.tuples(TOKENS, VALUES), max_size=6),
    st.sampled_from([" ", "\r\n "]),
)
def test_responses_survive_folding(status: int, headers: list[tuple[str, str]], gap: str) -> None:
    lines = [f"{name.upper()}:{gap}{value}" for name, value in headers]
    raw = "\r\n".join([f"SIP/2.0 {status} Reason", *lines, "", ""]).encode()
    assert response(raw) == SipResponse(status, "Reason", tuple(headers))


@settings(max_examples=300)
@given(st.binary(max_size=120))
def test_no_bytes_upset_the_parser(noise: bytes) -> None:
    assert response(noise) is None
    read = response(b"SIP/2.0 200 OK\r\n" + noise)
    assert read is None or read.status == 200
