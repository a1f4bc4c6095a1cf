"""The called side of one H.323 call: takes the SETUP and releases the call at once.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 1006 section 6 (TPKT), Q.931 sections 3.1.14 (SETUP) and 3.1.9 (RELEASE COMPLETE),
H.225.0 section 7.3.9.
"""

from __future__ import annotations

import contextlib
import struct
import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import socket

SETUP: Final = 0x05
TPKT_VERSION: Final = 3
MOST_MESSAGES = 8
LONGEST_MESSAGE = 32768

_DISCRIMINATOR, _RELEASE_COMPLETE = 0x08, 0x5A
_BUSY = bytes((0x08, 0x02, 0x80, 0x80 | 17))
"""Information element "cause": user busy, said by the user."""
_RELEASED = bytes.fromhex("0500060008914a0004")
"""H.225.0 ReleaseComplete of version 4, without a reason."""


class Called(NamedTuple):
    """What came of one call.

    Attributes:
        caller: address of who called.
        setup: the Q.931 SETUP; empty where none came.
        detail: why not.
    """

    caller: str
    setup: bytes
    detail: str = ""


def take(connection: socket.socket, until: float) -> Called:
    """Take the SETUP of one connection, say that we are busy, and hang up.

    Args:
        connection: as it was accepted; it is closed.
        until: moment of `time.monotonic()` at which patience ends.
    """
    with connection:
        return _taken(connection, connection.getpeername()[0], until)


def _taken(connection: socket.socket, peer: str, until: float) -> Called:
    try:
        for _ in range(MOST_MESSAGES):
            message = _message(connection, until)
            if _kind(message) == SETUP:
                with contextlib.suppress(OSError):
                    connection.sendall(release_complete(message))
                return Called(peer, message)
    except TimeoutError:
        return Called(peer, b"", "connected, and said nothing more in time")
    except (OSError, ValueError) as error:
        return Called(peer, b"", str(error))
    return Called(peer, b"", "said much, but no SETUP")


def release_complete(setup: bytes) -> bytes:
    """The message that ends the call of this SETUP, in its TPKT."""
    length = setup[1] & 0x0F
    reference = bytearray(setup[2 : 2 + length])
    if reference:
        reference[0] ^= 0x80  # the other side's
    user = struct.pack("!BHB", 0x7E, 1 + len(_RELEASED), 0x05) + _RELEASED
    said = bytes((_DISCRIMINATOR, length, *reference, _RELEASE_COMPLETE)) + _BUSY + user
    return struct.pack("!BBH", TPKT_VERSION, 0, 4 + len(said)) + said


def _kind(message: bytes) -> int:
    """Type of a Q.931 message; -1 where it is none."""
    at = 2 + (message[1] & 0x0F) if len(message) > 1 and message[0] == _DISCRIMINATOR else 0
    return message[at] if 0 < at < len(message) else -1


def _message(connection: socket.socket, until: float) -> bytes:
    """One message without its TPKT header.

    Raises:
        ValueError: this is no TPKT.
        OSError: the connection ended.
    """
    version, _, length = struct.unpack("!BBH", _octets(connection, 4, until))
    if version != TPKT_VERSION or not 4 <= length <= LONGEST_MESSAGE:  # noqa: PLR2004 - its header
        raise ValueError("said what is no TPKT")
    return _octets(connection, length - 4, until)


def _octets(connection: socket.socket, length: int, until: float) -> bytes:
    data = b""
    while len(data) < length:
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        connection.settimeout(left_s)
        more = connection.recv(length - len(data))
        if not more:
            raise ConnectionError("hung up")
        data += more
    return data
