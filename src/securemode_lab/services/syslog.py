"""A syslog collector over UDP, TCP and TLS that writes what it hears to a file, a line each."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PORT = 514
TLS_PORT = 6514
_LONGEST_MESSAGE = 65_536
_MOST_DIGITS = 5
_FACILITIES = 24
_PRIORITY = re.compile(r"<(\d{1,3})>")


class Collector:
    """Appends every message to a file as one line of JSON.

    The fields of a line are `received` (ISO 8601, UTC), `address` of the sender, `transport`
    ("udp", "tcp" or "tls"), `framing` ("datagram", "lf" or "octet-count"), `facility` and
    `severity` (numbers or null) and `message`, the text after the priority.

    Attributes:
        deaf: whether messages are thrown away.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.deaf = False
        path.touch(mode=0o600)

    def write(self, message: bytes, address: str, transport: str, framing: str) -> None:
        """Keep one message."""
        if self.deaf or not message.strip():
            return
        priority, text = split_priority(message.decode(errors="replace").rstrip("\r\n\0"))
        line = {
            "received": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "address": address,
            "transport": transport,
            "framing": framing,
            "facility": None if priority is None else priority // 8,
            "severity": None if priority is None else priority % 8,
            "message": text,
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def split_priority(text: str) -> tuple[int | None, str]:
    """The number between the angle brackets at the start, and the rest."""
    match = _PRIORITY.match(text)
    if match is None or int(match[1]) >= 8 * _FACILITIES:
        return None, text
    return int(match[1]), text[match.end() :]


class SyslogDatagrams(asyncio.DatagramProtocol):
    """RFC 5426: one message a datagram."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Keep one message."""
        self._collector.write(data, str(addr[0]), "udp", "datagram")


class SyslogStream(asyncio.Protocol):
    """RFC 6587: messages that follow their length, or that end with a line feed.

    A message starts with "<"; a digit in its place is the length of one.
    """

    def __init__(self, collector: Collector, transport_name: str) -> None:
        self._collector = collector
        self._transport_name = transport_name
        self._buffer = b""
        self._address = ""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember who speaks."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._address = str(transport.get_extra_info("peername")[0])

    def data_received(self, data: bytes) -> None:
        """Keep every message that is complete."""
        self._buffer += data
        while self._next():
            pass
        if len(self._buffer) > _LONGEST_MESSAGE:
            self._give_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """What came last needs no line feed."""
        del exc
        self.transport = None
        if not self._buffer[:1].isdigit():
            self._keep(self._buffer, "lf")

    def _next(self) -> bool:
        """Take one message off the buffer, if there is a whole one."""
        if self._buffer[:1].isdigit():
            return self._next_counted()
        message, end, rest = self._buffer.partition(b"\n")
        if not end:
            return False
        self._buffer = rest
        self._keep(message, "lf")
        return True

    def _next_counted(self) -> bool:
        digits, space, _ = self._buffer[: _MOST_DIGITS + 1].partition(b" ")
        if not digits.isdigit() or (not space and len(self._buffer) > _MOST_DIGITS):
            self._give_up()
            return False
        if not space:
            return False
        length, start = int(digits), len(digits) + 1
        if len(self._buffer) < start + length:
            return False
        self._keep(self._buffer[start : start + length], "octet-count")
        self._buffer = self._buffer[start + length :]
        return True

    def _give_up(self) -> None:
        """End a connection whose messages have no end."""
        self._buffer = b""
        if self.transport is not None:
            self.transport.abort()

    def _keep(self, message: bytes, framing: str) -> None:
        self._collector.write(message, self._address, self._transport_name, framing)
