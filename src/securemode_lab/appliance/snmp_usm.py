"""Keys, digests and ciphers of the User-based Security Model (RFC 3414, RFC 3826).

SHA-1 with AES-128 is what the appliance offers. MD5 and DES are here because a node that takes them
all the same is a defect which the suite has to find.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

SHA = "sha1"
MD5 = "md5"
DIGEST_BYTES = 12
SALT_BYTES = 8
EXPANDED_PASSWORD_BYTES = 2**20
SHORTEST_PASSWORD = 8
DES_BLOCK_BYTES = 8


@lru_cache(maxsize=256)
def password_to_key(password: str, algorithm: str) -> bytes:
    """The key that a password stands for: the digest of a mebibyte of it (RFC 3414, A.2).

    Cached, because it takes milliseconds and the nodes of a deployment share their passwords.
    """
    word = password.encode()
    expanded = word * (EXPANDED_PASSWORD_BYTES // len(word) + 1)
    return hashlib.new(algorithm, expanded[:EXPANDED_PASSWORD_BYTES]).digest()


def localised_key(password: str, algorithm: str, engine_id: bytes) -> bytes:
    """The key that a password stands for at one engine."""
    key = password_to_key(password, algorithm)
    return hashlib.new(algorithm, key + engine_id + key).digest()


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one user at one engine, under one digest algorithm."""

    algorithm: str
    authentication: bytes
    privacy: bytes

    @classmethod
    def localised(
        cls, authentication: str, privacy: str, *, algorithm: str, engine_id: bytes
    ) -> Keys:
        """The keys that two passwords stand for."""
        return cls(
            algorithm,
            localised_key(authentication, algorithm, engine_id),
            localised_key(privacy, algorithm, engine_id),
        )

    def digest(self, message: bytes) -> bytes:
        """The digest of a message in which twelve zeros stand in the digest's place."""
        return hmac.digest(self.authentication, message, self.algorithm)[:DIGEST_BYTES]


class Privacy(Protocol):
    """How scoped data is hidden; `salt` travels with the message as its privacy parameters."""

    def encrypt(self, key: bytes, clock: tuple[int, int], data: bytes) -> tuple[bytes, bytes]:
        """The salt and the ciphertext, at this count of boots and seconds."""

    def decrypt(self, key: bytes, clock: tuple[int, int], salt: bytes, data: bytes) -> bytes:
        """The plaintext, or nonsense under a wrong key; empty where the cipher can't take it."""


class Aes:
    """AES-128 in cipher feedback mode; boots, seconds and salt make up the vector (RFC 3826)."""

    def __init__(self) -> None:
        self._salt = secrets.randbits(64)

    def encrypt(self, key: bytes, clock: tuple[int, int], data: bytes) -> tuple[bytes, bytes]:
        """The salt, which counts up from a random start, and the ciphertext."""
        self._salt = (self._salt + 1) % 2**64
        salt = self._salt.to_bytes(SALT_BYTES, "big")
        return salt, _run(self._cipher(key, clock, salt).encryptor(), data)

    def decrypt(self, key: bytes, clock: tuple[int, int], salt: bytes, data: bytes) -> bytes:
        """The plaintext; cipher feedback takes data of every length."""
        return _run(self._cipher(key, clock, salt).decryptor(), data)

    @staticmethod
    def _cipher(key: bytes, clock: tuple[int, int], salt: bytes) -> Cipher[CFB]:
        vector = b"".join(number.to_bytes(4, "big") for number in clock) + salt
        return Cipher(AES128(key[:16]), CFB(vector))


class Des:
    """DES in cipher block chaining mode; half of the key hides the vector (RFC 3414, section 8).

    Triple DES under one key three times is DES, and the only form in which it is still to be had.
    """

    def __init__(self) -> None:
        self._salt = secrets.randbits(32)

    def encrypt(self, key: bytes, clock: tuple[int, int], data: bytes) -> tuple[bytes, bytes]:
        """The salt, made of boots and a counter, and the ciphertext of the padded data."""
        self._salt = (self._salt + 1) % 2**32
        salt = clock[0].to_bytes(4, "big") + self._salt.to_bytes(4, "big")
        padding = bytes(-len(data) % DES_BLOCK_BYTES)
        return salt, _run(self._cipher(key, salt).encryptor(), data + padding)

    def decrypt(self, key: bytes, clock: tuple[int, int], salt: bytes, data: bytes) -> bytes:
        """The plaintext with its padding; the clock is not part of DES's vector."""
        del clock
        if len(data) % DES_BLOCK_BYTES:
            return b""
        return _run(self._cipher(key, salt).decryptor(), data)

    @staticmethod
    def _cipher(key: bytes, salt: bytes) -> Cipher[CBC]:
        vector = bytes(a ^ b for a, b in zip(key[8:16], salt, strict=True))
        return Cipher(TripleDES(key[:8] * 3), CBC(vector))


def _run(context: CipherContext, data: bytes) -> bytes:
    return context.update(data) + context.finalize()
