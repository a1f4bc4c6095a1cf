"""Files that the lab hands to whoever tests with it: PEM in its own folder, for its user only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from securemode_lab.services.authority import Issued

_OWNER_ONLY = 0o600


def write(path: Path, text: str) -> str:
    """A new file that nobody else can read; returns its path."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    return str(path)


def write_pair(folder: Path, name: str, issued: Issued) -> dict[str, str]:
    """Certificate (with those between it and the root) and key as two files."""
    return {
        "certificate": write(folder / f"{name}.pem", issued.chain),
        "key": write(folder / f"{name}.key", issued.key_pem),
    }
