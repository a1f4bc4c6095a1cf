"""NTP servers of every sort, one function a datagram."""

from __future__ import annotations

import hashlib
import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def ntp_time(moment: float) -> int:
    return int((moment + 2208988800) * (1 << 32))


def server_of(
    key: str | None, *, ahead_s: float = 0.0, to_wrong: bytes | None = None, leap: int = 0
) -> Callable[[bytes], bytes | None]:
    """An NTP server; without a key it ignores MACs, else wrong ones get `to_wrong` or silence."""

    def mac(data: bytes) -> bytes:
        assert key is not None
        return struct.pack("!I", 10) + hashlib.sha1(key.encode() + data).digest()

    def answer(asked: bytes) -> bytes | None:
        now = ntp_time(time.time() + ahead_s)
        said = struct.pack("!BBbbII4s", leap << 6 | 4 << 3 | 4, 2, 6, -20, 0, 0, b"LOCL")
        said += struct.pack("!Q", now) + asked[40:48] + struct.pack("!QQ", now, now)
        if key is None or len(asked) == 48:
            return said
        if mac(asked[:48]) != asked[48:]:
            return said + to_wrong if to_wrong is not None else None
        return said + mac(said)

    return answer
