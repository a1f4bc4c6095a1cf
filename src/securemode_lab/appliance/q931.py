"""Call signalling messages around their H.225.0 part, and their frames on TCP.

Source: ITU-T Q.931 as H.225.0 profiles it (clause 7), RFC 1006 (TPKT).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_TPKT = struct.Struct("!BBH")
_TPKT_VERSION = 3
_DISCRIMINATOR = 0x08
_REFERENCE_OCTETS = 2
_HEADER_OCTETS = 5
_FROM_DESTINATION = 0x8000

SETUP, CONNECT, RELEASE_COMPLETE = 0x05, 0x07, 0x5A

_BEARER = bytes((0x04, 0x03, 0x88, 0xC0, 0xA5))
"""Unrestricted digital information, packet mode, H.221 and H.242 (7.2.2.1)."""
_CAUSE_CLEARED = bytes((0x08, 0x02, 0x80, 0x90))
_DISPLAY, _USER_USER = 0x28, 0x7E
_X680 = 0x05
_LONGEST_DISPLAY = 82


class NoFrame(Exception):
    """What came in is no call signalling."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a peer said: the message's type, and the call that it is about."""

    kind: int
    reference: int


def setup(reference: int, name: str, user_user: bytes) -> bytes:
    """A framed SETUP from the one who calls."""
    display = name.encode("ascii", "replace")[:_LONGEST_DISPLAY]
    elements = _BEARER + bytes((_DISPLAY, len(display))) + display
    return _framed(SETUP, reference, elements, user_user)


def release_complete(reference: int, user_user: bytes) -> bytes:
    """A framed RELEASE COMPLETE from the one who called: normal call clearing."""
    return _framed(RELEASE_COMPLETE, reference, _CAUSE_CLEARED, user_user)


def _framed(kind: int, reference: int, elements: bytes, user_user: bytes) -> bytes:
    message = (
        struct.pack("!BBHB", _DISCRIMINATOR, _REFERENCE_OCTETS, reference, kind)
        + elements
        + struct.pack("!BHB", _USER_USER, len(user_user) + 1, _X680)
        + user_user
    )
    return _TPKT.pack(_TPKT_VERSION, 0, _TPKT.size + len(message)) + message


def split(received: bytes) -> tuple[list[Message], bytes]:
    """The messages that are complete, and what is left of the next one.

    Raises:
        NoFrame: this is something else.
    """
    messages = []
    while len(received) >= _TPKT.size:
        version, _, length = _TPKT.unpack_from(received)
        if version != _TPKT_VERSION or length < _TPKT.size:
            raise NoFrame(received[: _TPKT.size].hex())
        if len(received) < length:
            break
        messages.append(_parsed(received[_TPKT.size : length]))
        received = received[length:]
    return messages, received


def _parsed(message: bytes) -> Message:
    if len(message) < _HEADER_OCTETS or message[:2] != bytes((_DISCRIMINATOR, _REFERENCE_OCTETS)):
        raise NoFrame(message[:_HEADER_OCTETS].hex())
    (reference,) = struct.unpack_from("!H", message, 2)
    return Message(message[4], reference & ~_FROM_DESTINATION)
