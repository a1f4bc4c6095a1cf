"""Reads feature files as text: what every scenario claims, and everything that is wrong with it.

This is the raw Gherkin, before pytest-bdd: that keeps scenarios of one name in a dictionary, runs
empty ones and takes an outline without examples for one scenario, so it can't tell any of these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gherkin.errors import CompositeParserException
from gherkin.parser import Parser

from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

KINDS = ("observed", "declared", "documented", "attested")
TARGET_TAGS = frozenset(
    {
        "each_node",
        "management_node",
        "each_conferencing_node",
        "each_location",
        "each_host",
        "each_datastore",
    }
)
SLOW_TAG = "slow"
"""A scenario that takes minutes: it runs on request alone."""
REQUIREMENT_COLUMN = "requirement"
KIND_COLUMN = "kind"


@dataclass(frozen=True, slots=True)
class Claim:
    """One requirement that a scenario (or one row of its examples) verifies, and how."""

    requirement: str
    kind: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step with its keyword's kind ("given", "when", "then") as it stands in the file."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ScenarioText:
    """One scenario of a feature file.

    Attributes:
        path, line, name: where it stands.
        tags: without "@", the feature's and the rule's included.
        steps: the background's included.
        rows: for an outline, a mapping column to value a row of its examples.
        is_outline: whether it is an outline.
    """

    path: Path
    line: int
    name: str
    tags: tuple[str, ...]
    steps: tuple[Step, ...]
    rows: tuple[dict[str, str], ...]
    is_outline: bool

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.path}:{self.line}"

    @property
    def python_name(self) -> str:
        """The scenario's name as it stands in node ids: lower case, underscores."""
        return re.sub(r"\W+", "_", self.name).strip("_").lower()

    def claims(self, row: dict[str, str]) -> tuple[Claim, ...]:
        """What the scenario claims in one row of its examples (an empty one without examples)."""
        tagged = [tag.removeprefix("req:") for tag in self.tags if tag.startswith("req:")]
        requirements = [row[REQUIREMENT_COLUMN]] if REQUIREMENT_COLUMN in row else tagged
        kinds = [row[KIND_COLUMN]] if KIND_COLUMN in row else [t for t in self.tags if t in KINDS]
        return tuple(Claim(requirement, kind) for requirement in requirements for kind in kinds)

    def all_claims(self) -> tuple[Claim, ...]:
        """What the scenario claims over all rows."""
        return tuple(claim for row in self.rows or ({},) for claim in self.claims(row))


def read(path: Path) -> tuple[ScenarioText, ...]:
    """Every scenario of one feature file.

    Raises:
        ConfigurationError: the file is not Gherkin.
    """
    try:
        document = Parser().parse(path.read_text(encoding="utf-8"))
    except (CompositeParserException, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(
            f"{path}: is not a feature file: {error}", remedy="see docs/add-a-requirement.md."
        ) from error
    feature = document.get("feature")
    if feature is None:
        return ()
    return tuple(_scenarios(path, feature["children"], _tags(feature), ()))


def read_all(directory: Path) -> tuple[ScenarioText, ...]:
    """Every scenario below a directory, in the order of the file names."""
    return tuple(
        scenario for path in sorted(directory.rglob("*.feature")) for scenario in read(path)
    )


def coverage(scenarios: Iterable[ScenarioText]) -> dict[str, frozenset[str]]:
    """Requirement id to the kinds by which some scenario verifies it."""
    kinds: dict[str, set[str]] = {}
    for scenario in scenarios:
        for claim in scenario.all_claims():
            kinds.setdefault(claim.requirement, set()).add(claim.kind)
    return {requirement: frozenset(found) for requirement, found in kinds.items()}


def _tags(node: dict[str, Any]) -> tuple[str, ...]:
    return tuple(tag["name"].lstrip("@") for tag in node.get("tags", ()))


def _scenarios(
    path: Path, children: list[dict[str, Any]], tags: tuple[str, ...], before: tuple[Step, ...]
) -> Iterator[ScenarioText]:
    for child in children:
        if background := child.get("background"):
            before = (*before, *_steps(background))
        elif rule := child.get("rule"):
            yield from _scenarios(path, rule["children"], (*tags, *_tags(rule)), before)
        else:
            yield _scenario(path, child["scenario"], tags, before)


def _scenario(
    path: Path, node: dict[str, Any], tags: tuple[str, ...], before: tuple[Step, ...]
) -> ScenarioText:
    return ScenarioText(
        path=path,
        line=node["location"]["line"],
        name=node["name"],
        tags=(*tags, *_tags(node)),
        steps=(*before, *_steps(node)),
        rows=tuple(_rows(node["examples"])),
        is_outline="outline" in node["keyword"].lower() or bool(node["examples"]),
    )


def _steps(node: dict[str, Any]) -> Iterator[Step]:
    kind = "given"
    for step in node["steps"]:
        kind = {"Context": "given", "Action": "when", "Outcome": "then"}.get(
            step["keywordType"], kind
        )
        yield Step(kind, step["text"], step["location"]["line"])


def _rows(examples: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for table in examples:
        if table.get("tableHeader"):
            header = [cell["value"] for cell in table["tableHeader"]["cells"]]
            for row in table["tableBody"]:
                yield dict(zip(header, (cell["value"] for cell in row["cells"]), strict=True))
