"""Decrypts what `openssl enc -aes-256-cbc -salt` encrypted, piece by piece, in memory.

The product's tools derive the key with PBKDF2 and SHA-256; older ones used MD5. The file does not
say which, so the one is taken whose first bytes are those of the format that is expected.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from securemode.errors import UnreadableRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAGIC = b"Salted__"
_SALT = 8
_BLOCK = 16
_KEY = 32
_ITERATIONS = 10_000
"""What `openssl enc -pbkdf2` takes where nobody says otherwise."""

_WRONG = "state its password under records.snapshot_password."


class Source(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


def _pbkdf2(digest: str) -> Callable[[bytes, bytes], bytes]:
    return lambda password, salt: hashlib.pbkdf2_hmac(
        digest, password, salt, _ITERATIONS, _KEY + _BLOCK
    )


def _bytes_to_key(digest: str) -> Callable[[bytes, bytes], bytes]:
    """What `openssl enc` did before it knew PBKDF2."""

    def derive(password: bytes, salt: bytes) -> bytes:
        derived, last = b"", b""
        while len(derived) < _KEY + _BLOCK:
            made = hashlib.new(digest, last + password + salt, usedforsecurity=False)
            last = made.digest()
            derived += last
        return derived[: _KEY + _BLOCK]

    return derive


DERIVATIONS = (_pbkdf2("sha256"), _pbkdf2("md5"), _bytes_to_key("md5"), _bytes_to_key("sha256"))


class Decrypted:
    """The plain text of an encrypted file, as a source.

    Args:
        source: the file, from its first byte.
        password: of the file.
        begins: how the plain text has to begin.

    Raises:
        UnreadableRecord: the password is wrong, or the file breaks off at its beginning.
    """

    def __init__(self, source: Source, password: str, begins: bytes) -> None:
        head = source.read(len(MAGIC) + _SALT)
        self._first = source.read(_BLOCK)
        if len(head) < len(MAGIC) + _SALT or len(self._first) < _BLOCK:
            raise UnreadableRecord("The encrypted snapshot breaks off at its beginning.")
        keys = (derive(password.encode(), head[len(MAGIC) :]) for derive in DERIVATIONS)
        self._pieces = self._decrypted(source, self._key(keys, begins))
        self._rest = b""

    def _key(self, keys: Iterator[bytes], begins: bytes) -> bytes:
        for key in keys:
            if _decryptor(key).update(self._first).startswith(begins):
                return key
        raise UnreadableRecord(
            "The snapshot cannot be decrypted: its password is another one.", remedy=_WRONG
        )

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes of plain text."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def _decrypted(self, source: Source, key: bytes) -> Iterator[bytes]:
        """Every piece; the last is held back until its padding is known."""
        decryptor = _decryptor(key)
        held = decryptor.update(self._first)
        length = len(self._first)
        while piece := source.read(2**16):
            length += len(piece)
            plain = held + decryptor.update(piece)
            held = plain[-_BLOCK:]
            if len(plain) > _BLOCK:
                yield plain[:-_BLOCK]
        padding = held[-1] if held else 0
        if (
            length % _BLOCK
            or not 0 < padding <= _BLOCK
            or held[-padding:] != bytes([padding]) * padding
        ):
            raise UnreadableRecord("The encrypted snapshot breaks off.", remedy="save it again.")
        if held[:-padding]:
            yield held[:-padding]


def _decryptor(key: bytes) -> CipherContext:
    return Cipher(algorithms.AES(key[:_KEY]), modes.CBC(key[_KEY:])).decryptor()
