"""Sends one SIP OPTIONS request over UDP, TCP or TLS and brings back what came.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 3261 sections 8.1.1 (what a request holds), 11 (OPTIONS), 17.1.2.2 (retransmission over
UDP), RFC 3581 (rport).
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import ssl
import time
from dataclasses import dataclass

ANSWERED, SILENT, REFUSED, UNREACHABLE = "answered", "silent", "refused", "unreachable"
MUTE, CLOSED, NO_TLS = "mute", "closed", "no TLS"
T1_S, T2_S = 0.5, 4.0
MOST_BYTES = 65536
END_OF_HEADERS = b"\r\n\r\n"
LEGACY_SERVER_CONNECT = 0x4
"""`ssl.OP_LEGACY_SERVER_CONNECT`, which Python names from 3.12 on."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What became of the request.

    Attributes:
        state: "answered"; "silent" (nothing came, or no connection), "refused", "unreachable"; and
            where a connection was made: "mute" (nothing came), "closed" (it hung up), "no TLS".
        raw: the bytes that came.
        sent: how often the request was sent.
        call_id: of the request; an answer to it repeats it.
        detail: words of the operating system or of the TLS library.
    """

    state: str
    raw: bytes = b""
    sent: int = 0
    call_id: str = ""
    detail: str = ""


def options(transport: str, target: tuple[str, int], local: tuple[str, int], call_id: str) -> bytes:
    """An OPTIONS request with every header that RFC 3261 sections 8.1.1 and 11.1 want."""
    there, here = (_host_port(*place) for place in (target, local))
    lines = (
        f"OPTIONS sip:{there};transport={transport} SIP/2.0",
        f"Via: SIP/2.0/{transport.upper()} {here};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        f"From: <sip:acceptance@{_host(local[0])}>;tag={secrets.token_hex(4)}",
        f"To: <sip:{there}>",
        f"Call-ID: {call_id}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:acceptance@{here};transport={transport}>",
        "Accept: application/sdp",
        "User-Agent: securemode-acceptance",
        "Content-Length: 0",
    )
    return "\r\n".join(lines).encode() + END_OF_HEADERS


def ask(transport: str, address: str, port: int, timeout_s: float) -> Exchange:
    """Send OPTIONS and wait for the first answer.

    Args:
        transport: "udp", "tcp" or "tls".
        address: literal, IPv4 or IPv6.
        port: where SIP is expected.
        timeout_s: for all of it over UDP; else for the connection, and again for the answer.
    """
    call_id = secrets.token_hex(12)
    try:
        if transport == "udp":
            return _over_udp(address, port, call_id, timeout_s)
        return _over_connection(transport, address, port, call_id, timeout_s)
    except ConnectionRefusedError:
        return Exchange(REFUSED, call_id=call_id)
    except TimeoutError:
        return Exchange(SILENT, call_id=call_id)
    except OSError as error:
        return Exchange(UNREACHABLE, call_id=call_id, detail=error.strerror or str(error))


def _over_udp(address: str, port: int, call_id: str, timeout_s: float) -> Exchange:
    """Retransmit after T1, then after twice as long each; a stray datagram ends no wait."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    deadline, pause_s, sent, stray = time.monotonic() + timeout_s, T1_S, 0, b""
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect((address, port))
        request = options("udp", (address, port), sock.getsockname()[:2], call_id)
        while (now := time.monotonic()) < deadline:
            sock.send(request)
            sent += 1
            raw = _datagram(sock, call_id, min(now + pause_s, deadline))
            if call_id.encode() in raw:
                return Exchange(ANSWERED, raw, sent, call_id)
            stray = raw or stray
            pause_s = min(pause_s * 2, T2_S)
    return Exchange(ANSWERED if stray else SILENT, stray, sent, call_id)


def _datagram(sock: socket.socket, call_id: str, until: float) -> bytes:
    """The answer to the request, else the last other datagram that came, else nothing."""
    raw = b""
    while (left_s := until - time.monotonic()) > 0:
        sock.settimeout(left_s)
        try:
            raw = sock.recv(MOST_BYTES)
        except TimeoutError:
            break
        if call_id.encode() in raw:
            break
    return raw


def _over_connection(
    transport: str, address: str, port: int, call_id: str, timeout_s: float
) -> Exchange:
    with socket.create_connection((address, port), timeout=timeout_s) as connection:
        here = connection.getsockname()[:2]
        request = options(transport, (address, port), here, call_id)
        if transport == "tcp":
            return _over_stream(connection, request, call_id, timeout_s)
        try:
            with _tolerant().wrap_socket(connection) as secured:
                return _over_stream(secured, request, call_id, timeout_s)
        except ssl.SSLError as error:
            return Exchange(NO_TLS, call_id=call_id, detail=error.reason or str(error))
        except TimeoutError:
            return Exchange(NO_TLS, call_id=call_id, detail="no TLS answer")
        except OSError as error:
            return Exchange(NO_TLS, call_id=call_id, detail=error.strerror or str(error))


def _over_stream(stream: socket.socket, request: bytes, call_id: str, timeout_s: float) -> Exchange:
    """Send, and read until the headers are complete; a server that hung up may have said why."""
    raw, deadline = b"", time.monotonic() + timeout_s
    with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
        stream.sendall(request)
    try:
        while END_OF_HEADERS not in raw and len(raw) < MOST_BYTES:
            stream.settimeout(max(deadline - time.monotonic(), 0.001))
            heard = stream.recv(4096)
            if not heard:
                return Exchange(ANSWERED if raw else CLOSED, raw, 1, call_id)
            raw += heard
    except TimeoutError:
        return Exchange(ANSWERED if raw else MUTE, raw, 1, call_id)
    except ConnectionError:
        return Exchange(ANSWERED if raw else CLOSED, raw, 1, call_id)
    return Exchange(ANSWERED, raw, 1, call_id)


def _tolerant() -> ssl.SSLContext:
    """A TLS client that takes whatever is served: that has requirements of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= LEGACY_SERVER_CONNECT
    return context


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _host_port(address: str, port: int) -> str:
    return f"{_host(address)}:{port}"
