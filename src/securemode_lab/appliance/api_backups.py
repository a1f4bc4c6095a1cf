"""Backups of the configuration database: encrypted archives that really restore."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .store import NoSuchRow

if TYPE_CHECKING:
    from datetime import datetime

    from .resources.fields import Row
    from .store import Store

SALT, NONCE = 16, 12
ROUNDS = 50_000


class NoBackup(ValueError):
    """The file is no backup, or the passphrase does not open it."""


class Backups:
    """The archives that the Management Node holds, beside their rows in `system_backup`.

    Attributes:
        archives: content by file name, those that were taken off the list among them.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.archives: dict[str, bytes] = {}

    def create(self, passphrase: str, now: datetime, version: str) -> Row:
        """Write an archive of the whole configuration and list it.

        Args:
            passphrase: encrypts the archive.
            now: UTC; becomes part of the file's name.
            version: of the product, such as "41 (80000.0.0)".
        """
        content = json.dumps(self._store.snapshot()).encode()
        archive = _encrypt(content, passphrase)
        release, _, build = version.partition(" ")
        row: Row = {
            "filename": f"pexip_backup_{self._host()}_{release}_{now:%y_%m_%d_%H_%M_%S_%f}.pexbak",
            "date": f"{now:%Y-%m-%dT%H:%M:%S.%f}",
            "version": release,
            "build": build.strip("()"),
            "size": len(archive),
            "sha256sum": hashlib.sha256(archive).hexdigest(),
            "type": "manual",
        }
        self.archives[row["filename"]] = archive
        self._store.insert("system_backup", row)
        return row

    @property
    def names(self) -> list[str]:
        """File names, oldest first."""
        return [row["filename"] for row in self._store.rows("system_backup")]

    def delete(self, filename: str) -> bool:
        """Take a backup off the list; whether it was there."""
        try:
            self._store.delete("system_backup", filename)
        except NoSuchRow:
            return False
        return True

    def archive(self, filename: str) -> bytes | None:
        """The content of a backup that is still listed."""
        return self.archives.get(filename) if filename in self.names else None

    def restore(self, archive: bytes, passphrase: str) -> None:
        """Return to the configuration in the archive; the list of backups stays as it is.

        Raises:
            NoBackup: it is none, or the passphrase is wrong.
        """
        snapshot = json.loads(_decrypt(archive, passphrase))
        snapshot["rows"]["system_backup"] = self._store.rows("system_backup")
        self._store.restore(snapshot)

    def _host(self) -> str:
        return str(self._store.get("management_vm", 1)["hostname"])


def _encrypt(content: bytes, passphrase: str) -> bytes:
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    return salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, content, None)


def _decrypt(archive: bytes, passphrase: str) -> bytes:
    salt, nonce, content = archive[:SALT], archive[SALT : SALT + NONCE], archive[SALT + NONCE :]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, content, None)
    except (InvalidTag, ValueError):
        raise NoBackup("The backup can't be opened with this passphrase.") from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, ROUNDS)
