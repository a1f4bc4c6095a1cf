"""Recorded transcripts: what each holds stands in an index beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1] / "data" / "transcripts"


@dataclass(frozen=True)
class Recorded:
    path: Path
    wizard: str
    completed: bool
    answers: dict[str, str]
    more: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.path.parent.name}-{self.path.stem}"


def recorded(folder: str) -> list[Recorded]:
    entries: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / folder / "index.yaml")
    return [
        Recorded(
            ROOT / folder / entry.pop("file"),
            entry.pop("wizard"),
            entry.pop("completed"),
            {key: in_words(value) for key, value in entry.pop("answers").items()},
            entry,
        )
        for entry in entries
    ]


def in_words(value: object) -> str:
    if isinstance(value, bool):
        return "YES" if value else "NO"
    return "0" if value is None else str(value)
