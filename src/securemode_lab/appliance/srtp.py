"""SRTP as a sender needs it: keys from an `a=crypto` line, and protected packets.

Source: RFC 3711 (4.1.1, 4.2, 4.3), RFC 6188 (AES-256), RFC 7714 (AES-GCM).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Mapping

RTP_HEADER = struct.Struct("!BBHII")
_ENCRYPTION, _AUTHENTICATION, _SALT = 0, 1, 2
_AUTHENTICATION_KEY_OCTETS = 20
_COUNTER_MODE_SALT_OCTETS = 14
_GCM_SALT_OCTETS = 12
_BLOCK_OCTETS = 16
_SEQUENCE_NUMBERS = 1 << 16


@dataclass(frozen=True, slots=True)
class _Suite:
    """Octets of the key, and of the tag of HMAC-SHA1; no such tag with GCM, which has its own."""

    key: int
    tag: int


_SUITES: Mapping[str, _Suite] = {
    "AES_CM_128_HMAC_SHA1_80": _Suite(16, 10),
    "AES_CM_128_HMAC_SHA1_32": _Suite(16, 4),
    "AES_256_CM_HMAC_SHA1_80": _Suite(32, 10),
    "AES_256_CM_HMAC_SHA1_32": _Suite(32, 4),
    "AEAD_AES_128_GCM": _Suite(16, 0),
    "AEAD_AES_256_GCM": _Suite(32, 0),
}


class Protection:
    """What turns RTP packets of one sender into SRTP.

    Args:
        suite: its name in SDP.
        inline: key with salt in base64.

    Raises:
        KeyError: the suite is unknown.
    """

    def __init__(self, suite: str, inline: str) -> None:
        self._suite = _SUITES[suite]
        given = base64.b64decode(inline)
        key, salt = given[: self._suite.key], given[self._suite.key :]
        salt_octets = _COUNTER_MODE_SALT_OCTETS if self._suite.tag else _GCM_SALT_OCTETS
        padded = salt.ljust(_COUNTER_MODE_SALT_OCTETS, b"\0")
        self._key = _derived(key, padded, _ENCRYPTION, self._suite.key)
        self._authentication = _derived(key, padded, _AUTHENTICATION, _AUTHENTICATION_KEY_OCTETS)
        self._salt = _derived(key, padded, _SALT, salt_octets)

    def protected(self, packet: bytes, index: int) -> bytes:
        """An RTP packet with a header of twelve octets, encrypted and authenticated.

        Args:
            packet: header and payload.
            index: number of the packet; its last two octets are the sequence number.
        """
        header, payload = packet[: RTP_HEADER.size], packet[RTP_HEADER.size :]
        source = int.from_bytes(header[8:12], "big")
        if not self._suite.tag:
            mask = (source << 48 | index).to_bytes(_GCM_SALT_OCTETS, "big")
            return header + AESGCM(self._key).encrypt(_xor(self._salt, mask), payload, header)
        mask = (source << 48 | index).to_bytes(_COUNTER_MODE_SALT_OCTETS, "big")
        block = _xor(self._salt, mask) + bytes(2)
        sent = header + _keystream(self._key, block, payload)
        rollovers = struct.pack("!I", index // _SEQUENCE_NUMBERS)
        tag = hmac.digest(self._authentication, sent + rollovers, hashlib.sha1)
        return sent + tag[: self._suite.tag]


def _derived(key: bytes, salt: bytes, label: int, octets: int) -> bytes:
    """A session key (RFC 3711, 4.3.1), of a key derivation rate of 0."""
    identifier = bytes((label,)).rjust(8, b"\0").ljust(_COUNTER_MODE_SALT_OCTETS, b"\0")
    return _keystream(key, _xor(salt, identifier) + bytes(2), bytes(octets))


def _keystream(key: bytes, block: bytes, data: bytes) -> bytes:
    """Data under AES in counter mode from a first counter block on."""
    return Cipher(algorithms.AES(key), modes.CTR(block)).encryptor().update(data)


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(first, second, strict=True))
