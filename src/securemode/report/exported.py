"""What the exports have in common: one line of text, names that stay the same, JSON."""

from __future__ import annotations

import json
import uuid
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from securemode.report import wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from securemode.report.models import Result

_NAMESPACE: Final = uuid.UUID("6f1c2a54-93de-5b07-8a3e-0d6b1c94e7f2")

SEVERITIES: Final = {"CAT I": "high", "CAT II": "medium", "CAT III": "low"}
"""What the other formats call the categories of DISA."""


def line(text: str) -> str:
    """The text in one line without blanks at its ends; "none" where nothing is left of it."""
    return " ".join(wording.printable(text).split()) or "none"


def identifier(result: Result, *names: str) -> str:
    """A UUID (version 5) of something in the run: the same run gives the same, always."""
    return _identifier("\n".join((result.run.id, *names)))


@lru_cache(maxsize=1024)  # a target is named by everything that was found at it
def _identifier(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def write_json(document: Mapping[str, Any], path: Path) -> None:
    """Write a document as JSON of plain ASCII: whatever a target sent, it is inert."""
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="ascii")
