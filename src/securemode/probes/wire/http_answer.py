"""Sends one HTTP request, with TLS or without, and brings back what came, whatever it is.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 9112.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass

ANSWERED, SILENT, REFUSED, UNREACHABLE = "answered", "silent", "refused", "unreachable"
CLOSED, MUTE, NO_TLS, NOT_HTTP = "closed", "mute", "no TLS", "not HTTP"
WANTS_CERTIFICATE = "wants a certificate"
MOST_BYTES = 262144
LEGACY_SERVER_CONNECT = 0x4
"""`ssl.OP_LEGACY_SERVER_CONNECT`, which Python names from 3.12 on."""
CERTIFICATE_ALERTS = frozenset(
    {
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "TLSV1_ALERT_UNKNOWN_CA",
    }
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one request.

    Attributes:
        state: "answered" with HTTP; "silent", "refused" or "unreachable" without a connection; with
            one: "mute" (nothing came), "closed" (it hung up), "no TLS", "wants a certificate" (its
            alert said so), "not HTTP".
        status: of the answer.
        headers: name in lower case, and value.
        body: decoded from its transfer encoding, at most 256 KiB.
        detail: words of the operating system or of the TLS library.
    """

    state: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    detail: str = ""

    def header(self, name: str) -> str:
        """The first value of a header, empty without one."""
        return next((value for key, value in self.headers if key == name), "")


def ask(
    address: str, port: int, method: str, path: str, timeout_s: float, *, secured: bool
) -> Heard:
    """Send one request and read the whole answer.

    Args:
        address: literal, IPv4 or IPv6.
        port: of the server.
        method: without a body: "GET".
        path: from the slash on.
        timeout_s: for the connection; then for TLS and the answer together.
        secured: whether to speak TLS; any version, suite and certificate will do.
    """
    try:
        connection = socket.create_connection((address, port), timeout=timeout_s)
    except ConnectionRefusedError:
        return Heard(REFUSED)
    except TimeoutError:
        return Heard(SILENT)
    except OSError as error:
        return Heard(UNREACHABLE, detail=error.strerror or str(error))
    deadline = time.monotonic() + timeout_s
    with connection:
        if not secured:
            return _exchanged(connection, address, method, path, deadline)
        try:
            with _tolerant().wrap_socket(connection) as stream:
                return _exchanged(stream, address, method, path, deadline)
        except OSError as error:
            return _without_tls(error)


def _exchanged(
    stream: socket.socket, address: str, method: str, path: str, deadline: float
) -> Heard:
    host = f"[{address}]" if ":" in address else address
    request = (
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: securemode-acceptance\r\n"
        "Accept: */*\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )
    with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
        stream.sendall(request.encode())
    raw = b""
    try:
        while len(raw) < MOST_BYTES and (left_s := deadline - time.monotonic()) > 0:
            stream.settimeout(left_s)
            heard = stream.recv(16384)
            if not heard:
                break
            raw += heard
        else:
            return _parsed(raw, method) if raw else Heard(MUTE)
    except TimeoutError:
        return _parsed(raw, method) if raw else Heard(MUTE)
    except ssl.SSLError as error:
        return _parsed(raw, method) if raw else _without_tls(error)
    except ConnectionError:
        pass
    return _parsed(raw, method) if raw else Heard(CLOSED)


def _parsed(raw: bytes, method: str) -> Heard:
    answer = http.client.HTTPResponse(_Said(raw), method=method)  # type: ignore[arg-type]
    try:
        answer.begin()
    except (http.client.HTTPException, ValueError) as error:
        return Heard(NOT_HTTP, detail=type(error).__name__)
    body = b""
    try:
        body = answer.read()
    except http.client.IncompleteRead as error:
        body = error.partial
    except (http.client.HTTPException, ValueError):
        pass
    headers = tuple((name.lower(), value) for name, value in answer.getheaders())
    return Heard(ANSWERED, answer.status, headers, body)


class _Said:
    """What was read, in the shape in which `http.client` reads a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


def _without_tls(error: OSError) -> Heard:
    reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    detail = reason or str(error)
    state = WANTS_CERTIFICATE if detail in CERTIFICATE_ALERTS else NO_TLS
    return Heard(state, detail=detail)


def _tolerant() -> ssl.SSLContext:
    """A TLS client that takes whatever is served: that has requirements of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= LEGACY_SERVER_CONNECT
    return context
