"""Pictures of consoles, kept as evidence under names that say what they show."""

from __future__ import annotations

import hashlib
import re
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_OTHER = re.compile(r"[^A-Za-z0-9._-]+")


class Pictures:
    """The pictures of one run; safe to use from several threads.

    Args:
        directory: in which they are kept; made with the first one.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._count = 0

    def keep(self, what: str, picture: bytes) -> str:
        """Write a picture down; return its file, below the run's directory, and the SHA-256.

        Args:
            what: it shows, for the name of the file: "mgmt-bios-boot".
            picture: a PNG.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        with self._lock:
            name = self._next_name(_OTHER.sub("-", what))
            (self._directory / name).write_bytes(picture)
        digest = hashlib.sha256(picture).hexdigest()
        return f"{self._directory.parent.name}/{self._directory.name}/{name}, SHA-256 {digest}"

    def _next_name(self, what: str) -> str:
        """A name that no picture has yet, in this process or in another of the run."""
        while True:
            self._count += 1
            name = f"{self._count:03}-{what}.png"
            if not (self._directory / name).exists():
                return name


def pictures_of(run_directory: Path) -> Pictures:
    """The pictures of the run that writes into this directory."""
    return Pictures(run_directory / "evidence" / "pictures")
