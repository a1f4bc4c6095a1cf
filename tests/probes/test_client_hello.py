"""The bytes of ClientHellos, and answers read from any bytes at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.probes import wire
from securemode.probes.wire.client_hello import (
    SSL_2,
    SSL_3,
    TLS_1_0,
    TLS_1_2,
    TLS_1_3,
    Answer,
    Hello,
    encode,
    read_answer,
)

ECDHE_RSA, DHE_RSA, RSA = 0xC02F, 0x009E, 0x002F
HELLO = Hello(
    TLS_1_2, (ECDHE_RSA, DHE_RSA, RSA), elliptic=frozenset({ECDHE_RSA}), finite=frozenset({DHE_RSA})
)
KINDS = {"hello", "alert", "closed", "reset", "silence", "foreign", "malformed"}


def vector(content: bytes, size: int) -> bytes:
    return len(content).to_bytes(size, "big") + content


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + vector(body, 3)


def record(content: bytes, kind: int = 22) -> bytes:
    return bytes((kind, 3, 3)) + vector(content, 2)


def server_hello(suite: int, version: int = TLS_1_2, extensions: bytes = b"") -> bytes:
    body = version.to_bytes(2, "big") + bytes(32) + vector(b"id", 1) + suite.to_bytes(2, "big")
    return message(2, body + b"\0" + (vector(extensions, 2) if extensions else b""))


DONE = message(14, b"")
CERTIFICATE = message(11, bytes(300))
ECDHE_KEYS = message(12, b"\3\0\x17" + vector(b"\4" + bytes(64), 1))
DHE_KEYS = message(12, vector(b"\x80" + bytes(127), 2) + vector(b"\2", 2))
REQUEST = message(13, b"\1\1\0\0\0\0")
FLIGHT = record(server_hello(ECDHE_RSA) + CERTIFICATE) + record(ECDHE_KEYS + REQUEST + DONE)


@pytest.mark.parametrize(
    ("received", "answer"),
    [
        (FLIGHT, Answer("hello", TLS_1_2, ECDHE_RSA, group=23, certificate_requested=True)),
        (
            record(server_hello(DHE_RSA) + DHE_KEYS + DONE),
            Answer("hello", TLS_1_2, DHE_RSA, dh_bits=1024, certificate_requested=False),
        ),
        (
            record(server_hello(RSA, TLS_1_0) + DONE),
            Answer("hello", TLS_1_0, RSA, certificate_requested=False),
        ),
        (
            record(server_hello(0x1301, TLS_1_2, bytes.fromhex("002b00020304 003300020018")))
            + record(b"\1", kind=20),
            Answer("hello", TLS_1_3, 0x1301, group=24),
        ),
        (record(b"\2\x46", kind=21), Answer("alert", alert=70)),
        (
            record(b"\1\x70", kind=21) + record(server_hello(RSA) + DONE),
            Answer("hello", TLS_1_2, RSA, certificate_requested=False),
        ),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Answer("foreign")),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Answer("foreign")),
        (record(b"\2\0\0\2\3\3"), Answer("malformed")),
        (record(message(1, bytes(40))), Answer("malformed")),
    ],
)
def test_answers_are_made_out(received: bytes, answer: Answer) -> None:
    assert read_answer(received, HELLO) == answer


def test_an_answer_waits_for_the_whole_flight_whatever_the_pieces() -> None:
    assert [read_answer(FLIGHT[:end], HELLO) for end in range(len(FLIGHT))] == [None] * len(FLIGHT)


def test_a_flight_that_breaks_off_still_shows_what_was_chosen() -> None:
    begun = record(server_hello(RSA))
    assert read_answer(begun, HELLO) is None
    assert read_answer(begun, HELLO, ended=True) == Answer("hello", TLS_1_2, RSA)


def test_an_ssl_2_server_hello_is_recognised() -> None:
    hello = Hello(SSL_2, ())
    body = bytes((4, 0, 1, 0, 2)) + vector(b"", 2) + vector(b"\1\0\x80", 2) + vector(b"", 2)
    answer = bytes((0x80, len(body))) + body
    assert read_answer(answer, hello) == Answer("hello", version=SSL_2)
    assert read_answer(answer[:5], hello) is None
    assert read_answer(record(b"\2\x28", kind=21), hello) == Answer("alert", alert=40)


@given(st.binary(max_size=600), st.sampled_from([SSL_2, SSL_3, TLS_1_2, TLS_1_3]))
def test_any_bytes_are_read_to_an_end(received: bytes, version: int) -> None:
    answer = read_answer(received, HELLO._replace(version=version), ended=True)
    assert answer is None or answer.kind in KINDS


@given(st.integers(0, len(FLIGHT) - 1), st.integers(0, 255), st.integers(0, len(FLIGHT)))
def test_a_damaged_flight_is_read_to_an_end(place: int, value: int, end: int) -> None:
    damaged = bytearray(FLIGHT)
    damaged[place] = value
    answer = read_answer(bytes(damaged[:end]), HELLO, ended=True)
    assert answer is None or answer.kind in KINDS


def test_a_hello_says_its_version_where_servers_look() -> None:
    old, new = encode(Hello(SSL_3, (RSA,))), encode(Hello(TLS_1_3, (0x1301,), (23,), "a.example"))
    assert (old[:3], old[9:11]) == (b"\x16\3\0", b"\3\0")
    assert (new[:3], new[9:11]) == (b"\x16\3\1", b"\3\3")
    assert b"a.example" in new
    assert bytes.fromhex("002b0003020304") in new
    assert b"\0\xff" in old
    assert encode(Hello(SSL_2, ()))[2:5] == b"\1\0\2"


@pytest.mark.parametrize("name", ["client_hello", "tcp_ports", "udp_ports"])
def test_what_is_sent_to_another_vantage_stands_alone(name: str) -> None:
    source = Path(wire.__path__[0], f"{name}.py").read_text(encoding="utf-8")
    code = "import sys; exec(sys.stdin.read(), {'__name__': '__channelexec__'})"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], input=source, text=True, check=False, timeout=20
    )
    assert done.returncode == 0
