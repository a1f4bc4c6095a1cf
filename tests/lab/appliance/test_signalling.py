from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode_lab.appliance import h323, sip

PEER = ("198.51.100.2", 40000)
OPTIONS = (
    b"OPTIONS sip:conf1 SIP/2.0\r\n"
    b"Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK1;rport\r\n"
    b"Via: SIP/2.0/TCP 192.0.2.7:5060;branch=z9hG4bK0\r\n"
    b"Max-Forwards: 70\r\n"
    b"f: <sip:tester@lab.example>;tag=1\r\n"
    b"To:\r\n <sip:conf1>\r\n"
    b"i: call-1\r\n"
    b"CSeq: 7 OPTIONS\r\n"
    b"l: 0\r\n\r\n"
)
GATEKEEPER_REQUEST = bytes.fromhex("00f0 1234 060008914a0004")
SETUP = bytes.fromhex("08 02 0011 05 04038893a5")


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": PEER})
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True


def _stream(*pieces: bytes, silent: bool = False) -> Wire:
    wire, protocol = Wire(), sip.SipStream(lambda: silent)
    protocol.connection_made(wire)
    for piece in pieces:
        protocol.data_received(piece)
    return wire


def test_options_is_answered_as_rfc_3261_wants() -> None:
    said = sip.answer(sip.parsed(OPTIONS), PEER)
    assert said is not None
    lines = said.decode().split("\r\n")
    assert lines[0] == "SIP/2.0 200 OK"
    assert lines[1] == (
        "Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK1;rport=40000;received=198.51.100.2"
    )
    assert lines[2] == "Via: SIP/2.0/TCP 192.0.2.7:5060;branch=z9hG4bK0"
    assert lines[3] == "From: <sip:tester@lab.example>;tag=1"
    assert lines[4].startswith("To: <sip:conf1>;tag=")
    assert lines[5:7] == ["Call-ID: call-1", "CSeq: 7 OPTIONS"]
    assert any(line.startswith("Allow: ") and "OPTIONS" in line for line in lines)
    assert "Content-Length: 0" in lines
    assert said.endswith(b"\r\n\r\n")


def test_other_methods_are_refused_and_ack_is_not_answered() -> None:
    register = sip.parsed(OPTIONS.replace(b"OPTIONS", b"REGISTER"))
    assert (sip.answer(register, PEER) or b"").startswith(b"SIP/2.0 405 ")
    assert sip.answer(sip.parsed(OPTIONS.replace(b"OPTIONS", b"ACK")), PEER) is None


def test_a_stream_may_come_in_any_pieces() -> None:
    pieces = [bytes([byte]) for byte in OPTIONS + OPTIONS]
    assert _stream(*pieces).written.count(b"SIP/2.0 200 OK") == 2


def test_a_keep_alive_is_answered() -> None:
    assert _stream(b"\r\n\r\n").written == b"\r\n"


def test_a_body_belongs_to_its_message() -> None:
    with_body = OPTIONS.replace(b"l: 0", b"Content-Length: 4") + b"body"
    assert _stream(with_body, OPTIONS).written.count(b"200 OK") == 2


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", b"OPTIONS x SIP/2.0\r\n\r\n"])
def test_what_is_no_sip_closes_the_connection(noise: bytes) -> None:
    wire = _stream(noise)
    assert wire.closed
    assert wire.written == b""


def test_silence_is_possible() -> None:
    wire = _stream(OPTIONS, silent=True)
    assert (wire.written, wire.closed) == (b"", False)


@given(st.binary(max_size=300))
def test_nothing_that_comes_in_breaks_it(data: bytes) -> None:
    _stream(data, b"\r\n\r\n")
    h323.rejected(data)
    h323.released(data)


def test_a_gatekeeper_request_is_rejected() -> None:
    said = h323.rejected(GATEKEEPER_REQUEST)
    assert said is not None
    assert said[0] >> 2 == 2, "gatekeeperReject"
    assert said[2:4] == bytes.fromhex("1234"), "its number"
    assert h323.rejected(bytes.fromhex("0cc0 1234")) is None


def test_a_call_is_released() -> None:
    wire, protocol = Wire(), h323.CallSignalling()
    protocol.connection_made(wire)
    frame = bytes.fromhex("0300") + (4 + len(SETUP)).to_bytes(2, "big") + SETUP
    protocol.data_received(frame[:3])
    assert wire.written == b""
    protocol.data_received(frame[3:])
    assert wire.written == bytes.fromhex("0300000d 08 02 8011 5a 08028083")
    protocol.data_received(b"GET / HTTP/1.1")
    assert wire.closed
