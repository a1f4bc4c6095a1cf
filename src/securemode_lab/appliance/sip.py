"""SIP as far as it can be seen from outside without a call: OPTIONS over UDP, TCP and TLS.

Source: RFC 3261, sections 8.2 (answers), 11 (OPTIONS) and 18 (transport); RFC 3581 (rport).
"""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, SUBSCRIBE, NOTIFY, MESSAGE"
_COPIED = ("via", "from", "to", "call-id", "cseq")
_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "l": "content-length",
    "m": "contact",
    "c": "content-type",
}
_NAMES = {
    "via": "Via",
    "from": "From",
    "to": "To",
    "call-id": "Call-ID",
    "cseq": "CSeq",
}
_REQUEST_LINE = re.compile(r"^([A-Z]+) (\S+) SIP/2\.0$")
_LONGEST = 65536
_KEEP_ALIVE = b"\r\n\r\n"
_PONG = b"\r\n"

Header = tuple[str, str]


class Malformed(Exception):
    """What came in is no SIP request."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request: its method and its header fields in order, with long names in lower case."""

    method: str
    headers: tuple[Header, ...]

    def values(self, name: str) -> list[str]:
        """Every value of one header field."""
        return [value for known, value in self.headers if known == name]


def parsed(message: bytes) -> Request:
    """The request in `message`.

    Raises:
        Malformed: it is none, or it lacks a field that an answer has to carry.
    """
    head = message.partition(b"\r\n\r\n")[0].decode(errors="replace")
    first, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    line = _REQUEST_LINE.match(first)
    if line is None:
        raise Malformed(first)
    request = Request(line[1], tuple(header_of(text) for text in lines))
    if missing := [name for name in _COPIED if not request.values(name)]:
        raise Malformed(f"no {missing[0]}")
    return request


def header_of(line: str) -> Header:
    """A header field: its long name in lower case, and its value.

    Raises:
        Malformed: there is no colon.
    """
    name, colon, value = line.partition(":")
    if not colon:
        raise Malformed(line)
    name = name.strip().lower()
    return _COMPACT.get(name, name), value.strip()


def answer(request: Request, peer: tuple[str, int]) -> bytes | None:
    """The answer to a request from `peer`; None where none is due."""
    if request.method == "ACK":
        return None
    status = "200 OK" if request.method == "OPTIONS" else "405 Method Not Allowed"
    lines = [f"SIP/2.0 {status}"]
    for name in _COPIED:
        values = request.values(name)
        if name == "via":
            values = [_received(values[0], peer), *values[1:]]
        elif name == "to" and "tag=" not in values[0]:
            values = [f"{values[0]};tag={secrets.token_hex(8)}"]
        lines += [f"{_NAMES[name]}: {value}" for value in values]
    lines += [f"Allow: {ALLOW}", "Accept: application/sdp", "Content-Length: 0"]
    return "\r\n".join([*lines, "", ""]).encode()


def _received(via: str, peer: tuple[str, int]) -> str:
    """The topmost Via with what the request's packet said of its origin."""
    own, comma, others = via.partition(",")
    own = re.sub(r";rport(?=;|$)", f";rport={peer[1]}", own.strip())
    return f"{own};received={peer[0]}{comma}{others}"


class SipStream(asyncio.Protocol):
    """SIP over one TCP or TLS connection, where Content-Length ends a message.

    `is_silent` says whether nothing is to be answered (a defect), as it does over UDP.
    """

    def __init__(self, is_silent: Callable[[], bool]) -> None:
        self.transport: asyncio.Transport | None = None
        self._is_silent = is_silent
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go out."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        assert self.transport is not None
        self._received += data
        try:
            while (message := self._next()) is not None:
                self._handle(message)
        except Malformed:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        del exc
        self.transport = None

    def _next(self) -> bytes | None:
        """Take one message out of what was received; an empty one is a keep-alive."""
        if self._received.startswith(_KEEP_ALIVE):
            self._received = self._received[len(_KEEP_ALIVE) :]
            return b""
        head, end, _ = self._received.partition(b"\r\n\r\n")
        if not end:
            if len(self._received) > _LONGEST:
                raise Malformed("no end of the header")
            return None
        length = content_length(head)
        size = len(head) + len(end) + length
        if len(self._received) < size:
            return None
        message, self._received = self._received[:size], self._received[size:]
        return message

    def _handle(self, message: bytes) -> None:
        if self._is_silent() or self.transport is None:
            return
        if not message:
            self.transport.write(_PONG)
            return
        peer = self.transport.get_extra_info("peername")
        said = answer(parsed(message), (peer[0], peer[1]))
        if said is not None:
            self.transport.write(said)


def content_length(head: bytes) -> int:
    """How long the body after this header says it is.

    Raises:
        Malformed: longer than anything that is taken.
    """
    found = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)\s*$", head)
    if found is None:
        return 0
    length = int(found[1])
    if length > _LONGEST:
        raise Malformed("a body of that length is refused")
    return length


class SipDatagrams(asyncio.DatagramProtocol):
    """SIP over UDP: one message a datagram."""

    def __init__(self, is_silent: Callable[[], bool]) -> None:
        self._is_silent = is_silent
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go out."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer a request; what is none is left alone, as UDP has no connection to close."""
        if self._is_silent() or self._transport is None:
            return
        try:
            said = answer(parsed(data), (addr[0], addr[1]))
        except Malformed:
            return
        if said is not None:
            self._transport.sendto(said, addr)
