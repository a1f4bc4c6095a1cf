"""A TLS connection on which we are the server, and whose raw bytes are kept.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 8446 section 4, RFC 5246 section 7.4, RFC 3261 section 18.3.
"""

from __future__ import annotations

import contextlib
import re
import ssl
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

MOST_BYTES = 1 << 17
END_OF_HEADERS = b"\r\n\r\n"
_HANDSHAKE, _APPLICATION_DATA, _CERTIFICATE = 22, 23, 11
_LENGTH = re.compile(
    rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)

Result = TypeVar("Result")


class TlsStream:
    """One connection under TLS, whose raw bytes are kept; we are the server.

    Attributes:
        hello: what the peer sent before we answered.
        established: whether the handshake was completed.
    """

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, until: float) -> None:
        self.hello = b""
        self.established = False
        self._sent = b""
        self._until = until
        self._connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    @property
    def certificate_shown(self) -> bool:
        """Whether our certificate is among what was sent."""
        return _shows_certificate(self._sent)

    @property
    def agreed(self) -> tuple[str, str]:
        """Version and suite, both empty before there are any."""
        cipher = self._tls.cipher()
        return (self._tls.version() or "", cipher[0] if cipher else "")

    def handshake(self) -> None:
        """Complete TLS.

        Raises:
            ssl.SSLError: it cannot be completed; the error says who refused.
            OSError: the peer was silent (TimeoutError) or hung up.
        """
        self._patiently(self._tls.do_handshake)
        self.established = True

    def message(self, within_s: float | None = None) -> bytes:
        """The next SIP message, whole.

        Args:
            within_s: how long it may take; None leaves it to the connection's own time.
        """
        until = self._until
        if within_s is not None:
            self._until = min(until, time.monotonic() + within_s)
        try:
            received = b""
            while not _is_whole(received) and len(received) < MOST_BYTES:
                received = (received + self._patiently(self._read)).lstrip(b"\r\n")
            return received
        finally:
            self._until = until

    def send(self, message: bytes) -> None:
        """Send it."""
        self._patiently(lambda: self._tls.write(message))

    def close(self) -> None:
        """Say goodbye, without waiting for an answer, and hang up."""
        with contextlib.suppress(OSError):
            if self.established:
                self._tls.unwrap()
        with contextlib.suppress(OSError):
            self._flush()
        self._connection.close()

    def _read(self) -> bytes:
        received = self._tls.read(1 << 14)
        if not received:
            raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "the peer ended TLS")
        return received

    def _patiently(self, operation: Callable[[], Result]) -> Result:
        """Do it as soon as enough has been received."""
        while True:
            try:
                return operation()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            finally:
                with contextlib.suppress(ConnectionError):
                    self._flush()

    def _flush(self) -> None:
        if outgoing := self._outgoing.read():
            if not self.established:
                self._sent += outgoing
            self._connection.sendall(outgoing)

    def _fill(self) -> None:
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("no answer")
        self._connection.settimeout(left_s)
        received = self._connection.recv(1 << 14)
        if not self._sent and len(self.hello) < MOST_BYTES:
            self.hello += received
        if received:
            self._incoming.write(received)
        else:
            self._incoming.write_eof()


def _is_whole(received: bytes) -> bool:
    head, separator, body = received.partition(END_OF_HEADERS)
    found = _LENGTH.search(head)
    return bool(separator) and len(body) >= (int(found[1]) if found else 0)


def _shows_certificate(sent: bytes) -> bool:
    """Whether a Certificate is among our records; TLS 1.3 has it in the first encrypted one."""
    handshakes, rest = b"", sent
    while len(rest) > 5:  # noqa: PLR2004 - length of a record header
        kind, length = rest[0], int.from_bytes(rest[3:5], "big")
        if kind == _APPLICATION_DATA:
            return True
        if kind == _HANDSHAKE:
            handshakes += rest[5 : 5 + length]
        rest = rest[5 + length :]
    while len(handshakes) > 4:  # noqa: PLR2004 - type and length
        if handshakes[0] == _CERTIFICATE:
            return True
        handshakes = handshakes[4 + int.from_bytes(handshakes[1:4], "big") :]
    return False
