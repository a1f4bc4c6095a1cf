"""The file that a diagnostic snapshot is: a compressed archive, which may be encrypted."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_MAGIC = b"Salted__"
_SALT_BYTES = 8
_KEY_BYTES, _IV_BYTES = 32, 16
_OPENSSL_ROUNDS = 10_000
_QUICK = 1
_OWNER_WRITES = 0o644


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive, `path` as from the root of the machine without the first slash."""

    path: str
    content: bytes
    changed: datetime


def packed(members: Iterable[Member], *, prefix: str = "") -> bytes:
    """The members as a gzipped tar; `prefix` stands before every path."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for member in members:
            header = tarfile.TarInfo(prefix + member.path)
            header.size = len(member.content)
            header.mtime = int(member.changed.timestamp())
            header.mode = _OWNER_WRITES
            header.uname = header.gname = "root"
            archive.addfile(header, io.BytesIO(member.content))
    return gzip.compress(raw.getvalue(), compresslevel=_QUICK)


def encrypted(archive: bytes, password: str) -> bytes:
    """As `openssl enc -aes-256-cbc -salt -pbkdf2 -md sha256` does it."""
    salt = os.urandom(_SALT_BYTES)
    length = _KEY_BYTES + _IV_BYTES
    derivation = PBKDF2HMAC(hashes.SHA256(), length, salt, _OPENSSL_ROUNDS)
    derived = derivation.derive(password.encode())
    cipher = Cipher(algorithms.AES(derived[:_KEY_BYTES]), modes.CBC(derived[_KEY_BYTES:]))
    block = padding.PKCS7(algorithms.AES.block_size).padder()
    encryptor = cipher.encryptor()
    padded = block.update(archive) + block.finalize()
    return _MAGIC + salt + encryptor.update(padded) + encryptor.finalize()
