"""One HTTP/1.1 connection, with or without TLS: requests out, whole answers in, all of it bounded.

The module stands alone (standard library only), so that it can be sent to another vantage.
"""

from __future__ import annotations

import http.client
import socket
import time
from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

LARGEST_BODY: Final = 1 << 20
_CHUNK = 1 << 14


class BrokenHttp(Exception):
    """What came is no HTTP, or it breaks off."""


class HttpAnswer(NamedTuple):
    """One answer.

    Attributes:
        status: HTTP status.
        headers: names in lower case; of several with one name the last.
        body: at most `LARGEST_BODY` bytes of it.
        sent_at: our clock when the request went out, Unix time.
        answered_at: our clock when the header had come, Unix time.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    sent_at: float
    answered_at: float


class HttpConnection:
    """One connection, opened at once.

    Args:
        address: address literal.
        port: TCP port.
        timeout_s: how long the connection and each answer may take.
        host: value of the Host header; the name for TLS as well, unless it is an address.
        context: TLS context; None speaks in the clear.

    Raises:
        OSError: there is no connection, or TLS fails.
    """

    def __init__(
        self,
        address: str,
        port: int,
        timeout_s: float,
        *,
        host: str = "",
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._host = host or (f"[{address}]" if ":" in address else address)
        self._connection = http.client.HTTPConnection(self._host, port, timeout=timeout_s)
        connected = socket.create_connection((address, port), timeout_s)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            try:
                connected = context.wrap_socket(connected, server_hostname=host or None)
            except BaseException:
                connected.close()
                raise
        self._connection.sock = connected

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    @property
    def is_open(self) -> bool:
        """Whether the server keeps the connection for another request."""
        return self._connection.sock is not None

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> HttpAnswer:
        """Send one request and read its whole answer.

        Raises:
            BrokenHttp: the answer is none.
            OSError: the connection broke, or the answer took too long.
        """
        given = {"Host": self._host, **(headers or {})}
        deadline = time.monotonic() + self._timeout_s
        try:
            sent_at = time.time()
            self._connection.request(method, path, body=body or None, headers=given)
            answer = self._connection.getresponse()
            answered_at = time.time()
            return HttpAnswer(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                body=_body(answer, deadline),
                sent_at=sent_at,
                answered_at=answered_at,
            )
        except http.client.RemoteDisconnected as error:
            raise ConnectionResetError("hung up without an answer") from error
        except (http.client.HTTPException, ValueError) as error:
            raise BrokenHttp(f"{type(error).__name__}: {error}"[:200]) from error


def _body(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    """The body, piece by piece, so that neither a trickle nor a flood holds us up."""
    body = b""
    while piece := answer.read1(_CHUNK):
        body += piece
        if len(body) > LARGEST_BODY:
            raise BrokenHttp(f"a body of more than {LARGEST_BODY} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("the answer did not end in time")
    if answer.length:
        raise BrokenHttp(f"the body breaks off {answer.length} bytes before its end")
    answer.close()
    return body
