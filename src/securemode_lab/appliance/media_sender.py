"""Media of a connected call: RTP from the node's media range to where the peer wants it.

The packets are real, what is in them is not: silence and noise, for as long as somebody may want
to look at how they are marked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.appliance.srtp import RTP_HEADER, Protection

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from securemode_lab.appliance.calls import MediaStream, OutboundCall

LONGEST_S = 60.0
INTERVAL_S = 0.04
"""Between two packets of a stream; two streams send fifty packets a second."""
_USUAL_STREAMS = 2
_VERSION = 0x80
_MARKER = 0x80
_SEQUENCE_NUMBERS = 1 << 16
_TIMESTAMPS = 1 << 32

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a packet of one kind of media holds: payload, clock of its timestamps, marker bit."""

    payload: bytes
    clock_hz: int
    marker: int


_CONTENT: Mapping[str, _Content] = {
    "audio": _Content(b"\xd5" * 320, 8_000, 0),
    "video": _Content(b"\x61" + bytes(599), 90_000, _MARKER),
}
"""Silence in G.711 A-law; one picture of H.264 in one packet, of no particular content [I]."""


class _Sender:
    """One stream.

    Args:
        stream: accepted by the peer.
        remote: where it wants it.
    """

    def __init__(self, stream: MediaStream, remote: tuple[str, int]) -> None:
        self._sock: socket.socket = stream.sock
        self._remote = remote
        self._payload_type = stream.payload_type
        self._content = _CONTENT[stream.kind]
        self._source = secrets.randbits(32)
        self._index = secrets.randbits(15)
        self._timestamp = secrets.randbits(32)
        self._protection: Protection | None = None
        self._is_secure = stream.accepted is not None
        if stream.accepted is not None:
            with suppress(KeyError):
                self._protection = Protection(stream.accepted.suite, stream.accepted.inline)

    def send(self, interval_s: float) -> None:
        """One packet, and count what the next one's header says."""
        with suppress(OSError):  # a full queue, or a peer that is gone
            self._sock.sendto(self._packet(), self._remote)
        self._index += 1
        self._timestamp += int(self._content.clock_hz * interval_s)

    def _packet(self) -> bytes:
        """The payload of a suite that the lab does not have is noise, which looks no different."""
        header = RTP_HEADER.pack(
            _VERSION,
            self._content.marker | self._payload_type,
            self._index % _SEQUENCE_NUMBERS,
            self._timestamp % _TIMESTAMPS,
            self._source,
        )
        if self._protection is not None:
            return self._protection.protected(header + self._content.payload, self._index)
        payload = self._content.payload
        return header + (secrets.token_bytes(len(payload)) if self._is_secure else payload)


async def send(call: OutboundCall) -> None:
    """Send every stream that the peer accepted, until this is cancelled or has lasted longest."""
    senders = []
    for stream in call.media:
        remote = _remote(stream)
        if remote is not None:
            senders.append(_Sender(stream, remote))
    if not senders:
        return
    interval_s = INTERVAL_S * max(1, len(senders) / _USUAL_STREAMS)
    for _ in range(int(LONGEST_S / interval_s)):
        for sender in senders:
            sender.send(interval_s)
        await asyncio.sleep(interval_s)


def _remote(stream: MediaStream) -> tuple[str, int] | None:
    """Where a stream goes: an address like the node's own, so that nothing leaves the lab."""
    if stream.remote is None:
        return None
    own = ipaddress.ip_address(stream.sock.getsockname()[0])
    try:
        peer = ipaddress.ip_address(stream.remote[0])
    except ValueError:
        return None
    if (peer.version, peer.is_loopback) != (own.version, own.is_loopback):
        _logger.info("no media to %s, which is no address for %s", peer, own)
        return None
    return str(peer), stream.remote[1]
