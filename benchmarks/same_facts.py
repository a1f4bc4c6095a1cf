"""Which scenarios read the same facts as `by_hand.sh`: the table of METHOD.md is the only list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

METHOD = Path(__file__).with_name("METHOD.md")
_HEADER = "| requirements |"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the table.

    Attributes:
        requirements: rows of the catalogue.
        scenarios: of the suite, as pytest takes them: a feature file, or a scenario of it.
        by_hand: what reads the same by hand.
    """

    requirements: tuple[str, ...]
    scenarios: tuple[str, ...]
    by_hand: str


def facts(method: str) -> tuple[Fact, ...]:
    """The lines of the first table of facts in a text.

    Raises:
        ValueError: there is none.
    """
    lines = iter(method.splitlines())
    for line in lines:
        if line.startswith(_HEADER):
            next(lines)
            break
    else:
        raise ValueError(f"METHOD.md has no table that begins with {_HEADER!r}")
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        requirements, scenarios, by_hand = (cell.strip() for cell in line.strip("|").split("|"))
        names = (f"features/{name.strip().strip('`')}" for name in scenarios.split(","))
        found.append(Fact(tuple(requirements.replace(",", " ").split()), tuple(names), by_hand))
    return tuple(found)


def scenarios() -> list[str]:
    """All of them, as arguments of pytest."""
    listed = facts(METHOD.read_text(encoding="utf-8"))
    return list(dict.fromkeys(name for fact in listed for name in fact.scenarios))
