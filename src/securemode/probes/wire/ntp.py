"""One NTP request with or without a symmetric key, and what comes back; times out, judges nothing.

The module stands alone (standard library only), so that it can be sent to another vantage.

Source: RFC 5905 7.3 (packet), 7.4 (kiss codes); RFC 5905 appendix A and ntp.keys(5) (keys): the MAC
is the digest of key and packet; an answer of 48 bytes and a key id of zero is a crypto-NAK.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import socket
import struct
import time
from typing import Final, NamedTuple

AUTHENTICATED: Final = "authenticated"
UNAUTHENTICATED: Final = "not authenticated"
WRONG_MAC: Final = "wrong MAC"
CRYPTO_NAK: Final = "crypto-NAK"
KISS: Final = "kiss of death"
SILENT: Final = "silent"
REFUSED: Final = "refused"
GARBAGE: Final = "garbage"

_EPOCH = 2208988800
_HEADER = struct.Struct("!BBbbII4sQQQQ")
_KEY_ID = struct.Struct("!I")
_CLIENT, _SERVER = 3, 4
_VERSION = 4
_SHA1_BYTES = 20
_LONGEST_TEXT_KEY = 20
_UNSYNCHRONISED = 3
_MOST_STRATUM = 15


class Exchange(NamedTuple):
    """One request and its answer.

    Attributes:
        answer: one of the constants above.
        offset_s: server's clock minus ours; None without a usable time.
        error_s: by how much the offset may be wrong, half of the time on the way.
        stratum: distance of the server from a reference clock; 0 without an answer.
        synchronised: whether the server says that its own clock is set.
        detail: kiss code, or what is wrong with the answer.
    """

    answer: str
    offset_s: float | None = None
    error_s: float = 0.0
    stratum: int = 0
    synchronised: bool = False
    detail: str = ""


def key_bytes(text: str) -> bytes:
    """A key as ntp.keys(5) has it: up to 20 characters are themselves, more are hexadecimal."""
    if len(text) > _LONGEST_TEXT_KEY and re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", text):
        return bytes.fromhex(text)
    return text.encode()


def ask(
    address: str, port: int, timeout_s: float, key_id: int | None = None, key: bytes = b""
) -> Exchange:
    """Send one request and wait for its answer.

    Args:
        address: address literal.
        port: UDP port.
        timeout_s: how long the answer may take.
        key_id: id of the key; None sends a request without MAC.
        key: the key itself.

    Raises:
        OSError: this machine cannot send there.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    nonce = secrets.randbits(64) | 1  # a transmit time that nobody can guess, RFC 5905 section 9.2
    request = _HEADER.pack(_VERSION << 3 | _CLIENT, 0, 0, 0, 0, 0, bytes(4), 0, 0, 0, nonce)
    if key_id is not None:
        request += _KEY_ID.pack(key_id) + _mac(key, request)
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect((address, port))
        sent, began = time.time(), time.monotonic()
        try:
            asking.send(request)
            while (left := began + timeout_s - time.monotonic()) > 0:
                asking.settimeout(left)
                answer = asking.recv(2048)
                took_s = time.monotonic() - began
                if len(answer) < _HEADER.size or _HEADER.unpack_from(answer)[8] != nonce:
                    if _is_stray(answer):
                        continue
                    return Exchange(GARBAGE, detail=f"{len(answer)} bytes that answer nothing")
                return _read(answer, sent, took_s, key_id, key)
        except TimeoutError:
            pass
        except ConnectionRefusedError:
            return Exchange(REFUSED)
    return Exchange(SILENT)


def _is_stray(answer: bytes) -> bool:
    """Whether it looks like an NTP answer to somebody else's request."""
    return len(answer) >= _HEADER.size and answer[0] & 7 == _SERVER


def _mac(key: bytes, data: bytes) -> bytes:
    """SHA-1 as the guide has it; without the flag a machine in FIPS mode would refuse it."""
    return hashlib.sha1(key + data, usedforsecurity=False).digest()


def _read(answer: bytes, sent: float, took_s: float, key_id: int | None, key: bytes) -> Exchange:
    fields = _HEADER.unpack_from(answer)
    first, stratum, reference, received, transmitted = (fields[i] for i in (0, 1, 6, 9, 10))
    if first & 7 != _SERVER:
        return Exchange(GARBAGE, detail=f"mode {first & 7}")
    tail = answer[_HEADER.size :]
    if tail == _KEY_ID.pack(0):
        return Exchange(CRYPTO_NAK, stratum=stratum)
    if stratum == 0:
        code = reference.decode("ascii", "replace").rstrip("\0 ")
        return Exchange(KISS, detail=code)
    offset_s = ((_seconds(received) - sent) + (_seconds(transmitted) - sent - took_s)) / 2
    inside_s = _seconds(transmitted) - _seconds(received)
    return Exchange(
        _authenticity(answer[: _HEADER.size], tail, key_id, key),
        offset_s=offset_s,
        error_s=max(0.0, took_s - max(0.0, inside_s)) / 2,
        stratum=stratum,
        synchronised=first >> 6 != _UNSYNCHRONISED and stratum <= _MOST_STRATUM,
    )


def _authenticity(header: bytes, tail: bytes, key_id: int | None, key: bytes) -> str:
    if not tail or key_id is None:
        return UNAUTHENTICATED
    if len(tail) != _KEY_ID.size + _SHA1_BYTES or _KEY_ID.unpack_from(tail)[0] != key_id:
        return WRONG_MAC
    is_right = hmac.compare_digest(tail[_KEY_ID.size :], _mac(key, header))
    return AUTHENTICATED if is_right else WRONG_MAC


def _seconds(timestamp: int) -> float:
    """NTP's 32.32 bits as Unix time; the era that ends in 2036 is followed by the next."""
    seconds, fraction = timestamp >> 32, timestamp & 0xFFFFFFFF
    era = 0 if seconds & 0x80000000 else 1 << 32
    return float(seconds + era - _EPOCH) + fraction / (1 << 32)
