"""Writes what a set-up keeps for later runs: in one piece, and for nobody else's eyes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FOR_ITS_OWNER = 0o600
_DIRECTORY_FOR_ITS_OWNER = 0o700


def write_for_owner(path: Path, text: str) -> None:
    """Write a file that only its owner can read; it is on disk, and whole, before this returns."""
    path.parent.mkdir(mode=_DIRECTORY_FOR_ITS_OWNER, parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(unfinished, flags, _FOR_ITS_OWNER), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
