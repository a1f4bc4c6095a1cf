"""The TLS probes on loopback: what is seen, and which error says that nothing could be."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from peers.access import access_to
from securemode.errors import (
    CannotLook,
    Interrupted,
    Refused,
    TimedOut,
    UnexpectedAnswer,
)
from securemode.observations.tls import (
    RefusedBy,
    TlsEndpointSeen,
    TlsVersion,
)
from securemode.probes.tls import TlsEndpoint
from securemode.probes.tls_registry import SUITES, SUITES_OF_TLS_1_3, alert_name
from securemode.targets import Node, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NODE = Node(name="node", role=Role.MANAGEMENT, ipv4="127.0.0.1")
TLS_1_2 = b"\3\3"
ALERT = bytes.fromhex("15030300020246")
SSL_2_HELLO = bytes.fromhex("800b04000100020000000000 00")
SERVER_HELLO = (
    bytes.fromhex("160303002c 02000028 0303") + bytes(32) + bytes.fromhex("00 002f 00 0000")
)
DONE = bytes.fromhex("1603030004 0e000000")


@contextlib.contextmanager
def server(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """A port that answers the first bytes of each connection; None leaves it open and silent."""
    kept: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                connection.settimeout(5)
                said = answer(connection.recv(1 << 14))
                if said is None:
                    kept.append(connection)
                    continue
                connection.sendall(said)
                connection.close()

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for connection in kept:
                connection.close()


def look(port: int, timeout_s: float = 0.3) -> TlsEndpointSeen:
    return TlsEndpoint(target=NODE, port=port).look(access_to(NODE, timeout_s=timeout_s))


def is_hello(received: bytes, version: bytes) -> bool:
    """Whether this is a hello of SSL 3 to TLS 1.2; TLS 1.3 has an extension of its own."""
    has_tls_1_3 = bytes.fromhex("002b0003020304") in received
    return received[:1] == b"\x16" and received[9:11] == version and not has_tls_1_3


def offers_aes128_sha_over_tls_1_2(received: bytes) -> bool:
    suites = received[46 : 46 + int.from_bytes(received[44:46], "big")]
    return is_hello(received, TLS_1_2) and b"\0\x2f" in suites


def test_versions_are_told_apart_and_survive_json() -> None:
    def answer(received: bytes) -> bytes:
        if received[2:5] == b"\1\0\2":
            return SSL_2_HELLO
        return SERVER_HELLO + DONE if offers_aes128_sha_over_tls_1_2(received) else ALERT

    with server(answer) as port:
        seen = look(port)
    accepted = [version.version for version in seen.accepted]
    assert accepted == [TlsVersion.SSL_2, TlsVersion.TLS_1_2]
    assert seen.suites(TlsVersion.TLS_1_2) == ("TLS_RSA_WITH_AES_128_CBC_SHA",)
    assert {str(v.refusal) for v in seen.versions if not v.accepted} == {"alert protocol_version"}
    adapter = TypeAdapter(TlsEndpointSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_the_answer_to_a_suite_that_was_not_offered_is_unexpected() -> None:
    def answer(received: bytes) -> bytes:
        return SERVER_HELLO + DONE if is_hello(received, TLS_1_2) else ALERT

    message = "chose what was not offered"
    with server(answer) as port, pytest.raises(UnexpectedAnswer, match=message):
        look(port)


def test_an_answer_that_cannot_be_read_is_no_refusal() -> None:
    def answer(received: bytes) -> bytes:
        if is_hello(received, b"\3\2"):
            return bytes.fromhex("1603020004 0c000000")
        return SERVER_HELLO + DONE if offers_aes128_sha_over_tls_1_2(received) else ALERT

    message = "answers TLS 1.1 with what cannot be read"
    with server(answer) as port, pytest.raises(UnexpectedAnswer, match=message):
        look(port)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n", UnexpectedAnswer, "bytes that are not TLS"),
        (lambda _: ALERT, UnexpectedAnswer, "alert protocol_version"),
        (lambda _: b"", Refused, "closes them at a ClientHello"),
        (lambda _: None, TimedOut, "answers no ClientHello"),
    ],
)
def test_a_port_without_tls_is_an_error_that_says_why(
    answer: Callable[[bytes], bytes | None], error: type[CannotLook], message: str
) -> None:
    with server(answer) as port, pytest.raises(error, match=message):
        look(port)


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(Refused, match=f"port {port} of 127.0.0.1 refuses connections"):
        look(port)


def test_a_silent_old_version_is_seen_as_silence_and_confirmed() -> None:
    def answer(received: bytes) -> bytes | None:
        if not is_hello(received, TLS_1_2):
            return None
        return SERVER_HELLO + DONE if offers_aes128_sha_over_tls_1_2(received) else ALERT

    with server(answer) as port:
        seen = look(port, timeout_s=0.2)
    old = next(v for v in seen.versions if v.version is TlsVersion.TLS_1_1)
    assert old.refusal is not None
    assert (old.refusal.by, old.refusal.confirmed) == (RefusedBy.SILENCE, True)


def test_a_stopped_run_ends_the_look() -> None:
    access = access_to(NODE)
    access.cancelled.set()
    with pytest.raises(Interrupted):
        TlsEndpoint(target=NODE, port=9).look(access)


def test_numbers_have_their_registered_names() -> None:
    assert SUITES[0x002F] == "TLS_RSA_WITH_AES_128_CBC_SHA"
    assert SUITES[0xC028] == "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    assert SUITES[0xC0AF] == "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"
    assert SUITES_OF_TLS_1_3[0x1302] == "TLS_AES_256_GCM_SHA384"
    assert (alert_name(40), alert_name(70), alert_name(116), alert_name(255)) == (
        "handshake_failure",
        "protocol_version",
        "certificate_required",
        "255",
    )
    assert len({*SUITES.values(), *SUITES_OF_TLS_1_3.values()}) == len(SUITES) + len(
        SUITES_OF_TLS_1_3
    )
