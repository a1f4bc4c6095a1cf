"""An NTP server that answers who proves to know the key (RFC 5905; symmetric keys with SHA-1)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import struct
import time
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.services.behaviour import Timekeeping

PORT = 123
HEADER_BYTES = 48
_MAC_BYTES = 24
_SINCE_1900_S = 2_208_988_800
_CLIENT, _SERVER = 3, 4
_STRATUM = 2
_PRECISION = -20
_CRYPTO_NAK = bytes(4)
_LONGEST_TEXT_KEY = 20


def key_bytes(text: str) -> bytes:
    """A key as configured: up to twenty characters as they are, more are hexadecimal (ntp.keys)."""
    return text.encode() if len(text) <= _LONGEST_TEXT_KEY else bytes.fromhex(text)


def authenticator(key_id: int, key: str, header: bytes) -> bytes:
    """Key identifier and digest that follow a header."""
    digest = hashlib.sha1(key_bytes(key) + header).digest()  # noqa: S324 - what NTP keys are
    return struct.pack("!I", key_id) + digest


def timestamp(seconds: float) -> bytes:
    """Seconds since 1970 as NTP writes them."""
    whole, part = divmod(seconds + _SINCE_1900_S, 1)
    return struct.pack("!II", int(whole) & 0xFFFFFFFF, int(part * 2**32))


def seconds_of(stamp: bytes) -> float:
    """Seconds since 1970."""
    whole, part = struct.unpack("!II", stamp)
    return float(whole - _SINCE_1900_S + part / 2**32)


class NtpServer(asyncio.DatagramProtocol):
    """Answers clients; one without a key or with an unknown one, only as `timekeeping` says.

    Args:
        keys: by identifier.
        timekeeping: how well it does.
        number: which of the site's servers this is.

    Attributes:
        asked: address of a client, the identifier of its key, whether the digest was right.
    """

    def __init__(self, keys: Mapping[int, str], timekeeping: Timekeeping, number: int = 0) -> None:
        self._keys = keys
        self.number = number
        self.timekeeping = timekeeping
        self.asked: list[tuple[str, int | None, bool]] = []
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to send."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Answer one request."""
        answer = self.answer(data, str(addr[0]), time.time())
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)

    def answer(self, request: bytes, client: str, now: float) -> bytes | None:
        """The answer, None for silence."""
        header, mac = request[:HEADER_BYTES], request[HEADER_BYTES:]
        if len(header) < HEADER_BYTES or header[0] & 7 != _CLIENT:
            return None
        key_id = struct.unpack("!I", mac[:4])[0] if len(mac) >= 4 else None  # noqa: PLR2004
        is_right = key_id is not None and self._is_right(key_id, header, mac)
        self.asked.append((client, key_id, is_right))
        keeping = self.timekeeping
        if keeping.silent:
            return None
        answer = _answer(header, now + keeping.error_s)
        if keeping.signs and (is_right or (key_id in self._keys and keeping.accepts_any_key)):
            assert key_id is not None
            return answer + authenticator(key_id, self._keys[key_id], answer)
        if is_right:
            return answer
        if key_id is None:
            return None
        return answer + _CRYPTO_NAK if keeping.wrong_key == "crypto-nak" else None

    def _is_right(self, key_id: int, header: bytes, mac: bytes) -> bool:
        if key_id not in self._keys or len(mac) != _MAC_BYTES:
            return False
        return hmac.compare_digest(authenticator(key_id, self._keys[key_id], header), mac)


def _answer(request: bytes, now: float) -> bytes:
    version, poll = request[0] >> 3 & 7, min(request[2], 17)
    start = struct.pack(
        "!BBBbII4s",
        version << 3 | _SERVER,
        _STRATUM,
        poll,
        _PRECISION,
        0,
        66,
        bytes((198, 51, 100, 5)),
    )
    stamp = timestamp(now)
    return start + timestamp(now - 1) + request[40:48] + stamp + stamp
