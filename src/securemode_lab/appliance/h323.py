"""H.323 as far as it can be seen from outside: a call is released, a gatekeeper request rejected.

Source: RFC 1006 (TPKT), ITU-T Q.931 (call signalling), ITU-T H.225.0 (RAS, aligned PER).
"""

from __future__ import annotations

import asyncio
import struct
from typing import Any, cast

_TPKT = struct.Struct("!BBH")
_TPKT_VERSION = 3
_Q931 = 0x08
_SETUP = 0x05
_RELEASE_COMPLETE = 0x5A
_CAUSE_NO_ROUTE = bytes((0x08, 0x02, 0x80 | 0x00, 0x80 | 0x03))
_FROM_DESTINATION = 0x80
_SHORTEST_Q931 = 5

_GATEKEEPER_REQUEST = 0
_CHOICE_SHIFT = 2
_SHORTEST_RAS = 4
_GATEKEEPER_REJECT = bytes((0x08, 0x00))
_PROTOCOL_IDENTIFIER = bytes((0x06, 0x00, 0x08, 0x91, 0x4A, 0x00, 0x04))
_UNDEFINED_REASON = bytes((0x60,))


def released(message: bytes) -> bytes | None:
    """The Q.931 answer to a call: RELEASE COMPLETE, no route to destination; None to all else."""
    if len(message) < _SHORTEST_Q931 or message[0] != _Q931:
        return None
    length = message[1] & 0x0F
    reference, kind = bytearray(message[2 : 2 + length]), message[2 + length : 3 + length]
    if not reference or kind != bytes((_SETUP,)):
        return None
    reference[0] |= _FROM_DESTINATION
    return bytes((_Q931, length, *reference, _RELEASE_COMPLETE)) + _CAUSE_NO_ROUTE


def rejected(message: bytes) -> bytes | None:
    """The RAS answer to a gatekeeper request: a node is no gatekeeper; None to all else."""
    if len(message) < _SHORTEST_RAS or message[0] >> _CHOICE_SHIFT != _GATEKEEPER_REQUEST:
        return None
    number = message[2:4]
    return _GATEKEEPER_REJECT + number + _PROTOCOL_IDENTIFIER + _UNDEFINED_REASON


class CallSignalling(asyncio.Protocol):
    """TCP 1720: takes TPKT frames, and closes a connection that sends anything else."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go out."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every frame that is complete."""
        self._received += data
        while self.transport is not None and len(self._received) >= _TPKT.size:
            version, _, length = _TPKT.unpack_from(self._received)
            if version != _TPKT_VERSION or length < _TPKT.size:
                self.transport.close()
                return
            if len(self._received) < length:
                return
            message, self._received = self._received[_TPKT.size : length], self._received[length:]
            said = released(message)
            if said is not None:
                self.transport.write(_TPKT.pack(_TPKT_VERSION, 0, _TPKT.size + len(said)) + said)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        del exc
        self.transport = None


class Registration(asyncio.DatagramProtocol):
    """UDP 1719."""

    def __init__(self) -> None:
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go out."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer a gatekeeper request."""
        said = rejected(data)
        if said is not None and self._transport is not None:
            self._transport.sendto(said, addr)
