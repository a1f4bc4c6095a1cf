"""The segment size that a TCP server announces, from which its MTU follows.

The kernel takes the size of its own segments from the other side's announcement; what it took can
be asked for without privileges.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 9293 section 3.7.1 (MSS), RFC 7323 section 3.2 (timestamps), tcp(7): TCP_MAXSEG and
TCP_INFO.
"""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

_TIMESTAMPS_ON = 0x01
_OPTIONS_AT, _PATH_MTU_AT = 5, 8 + 4 * 13
_TIMESTAMP_BYTES = 12
_HEADERS = {socket.AF_INET: 40, socket.AF_INET6: 60}


class Announced(NamedTuple):
    """What one connection came to.

    Attributes:
        segment_bytes: the segment size as our kernel uses it, without options.
        has_timestamps: whether each segment spends 12 bytes on timestamps.
        mtu_bytes: of the server, or of our own way to it where that is smaller.
        own_mtu_bytes: of our own way to the server, as far as our kernel knows it.
    """

    segment_bytes: int
    has_timestamps: bool
    mtu_bytes: int
    own_mtu_bytes: int


def announced(address: str, port: int, timeout_s: float) -> Announced:
    """Connect, and read what the server announced.

    Raises:
        OSError: no connection.
    """
    with socket.create_connection((address, port), timeout=timeout_s) as connection:
        segment_bytes = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        has_timestamps = bool(info[_OPTIONS_AT] & _TIMESTAMPS_ON)
        (own_mtu_bytes,) = struct.unpack_from("=I", info, _PATH_MTU_AT)
        headers = _HEADERS[connection.family]
    return Announced(
        segment_bytes,
        has_timestamps,
        segment_bytes + headers + has_timestamps * _TIMESTAMP_BYTES,
        own_mtu_bytes,
    )
