"""`manifest.json`: the SHA-256 and the size of every file of a run, so that a change is seen.

Written last. It names neither itself nor signatures, which are made over it.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from securemode.report.models import Result

MANIFEST: Final = "manifest.json"
ALGORITHM: Final = "sha256"
SIGNATURE_SUFFIX: Final = ".p7s"
_LEFT_OUT = re.compile(rf"manifest\.json|manifest\.[^/]+{re.escape(SIGNATURE_SUFFIX)}")


class Unwritten(NamedTuple):
    """A file that the run should have left and that could not be written.

    Attributes:
        file: its name.
        why: the error in one line.
    """

    file: str
    why: str


def write(result: Result, directory: Path, unwritten: Sequence[Unwritten] = ()) -> None:
    """Write the manifest of the run's directory as it is now."""
    document = {
        "schema_version": "1.0",
        "run": result.run.id,
        "algorithm": ALGORITHM,
        "files": files(directory),
        "unwritten": [one._asdict() for one in unwritten],
    }
    text = json.dumps(document, indent=2) + "\n"
    (directory / MANIFEST).write_text(text, encoding="ascii")


def files(directory: Path) -> list[dict[str, Any]]:
    """Path, size in bytes and SHA-256 of every file below the directory, by path.

    Paths are relative to it, with "/" between their parts.
    """
    found = sorted(
        (path.relative_to(directory).as_posix(), path)
        for path in directory.rglob("*")
        if path.is_file() and not _LEFT_OUT.fullmatch(path.relative_to(directory).as_posix())
    )
    return [
        {"path": name, "bytes": path.stat().st_size, ALGORITHM: _digest(path)}
        for name, path in found
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, ALGORITHM).hexdigest()
