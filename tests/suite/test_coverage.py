"""Nothing of the catalogue is forgotten: every row and kind has a scenario, or is named as open."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from securemode.features import coverage, read_all
from securemode.requirements import Catalogue

ROOT = Path(__file__).parents[2]
UNCOVERED = ROOT / "features" / "uncovered.yaml"


def test_every_requirement_and_kind_is_covered_or_named_as_open() -> None:
    covered = coverage(read_all(ROOT / "features"))
    missing = {
        row.id: sorted(set(row.kinds) - covered.get(row.id, frozenset()))
        for row in Catalogue.load(ROOT / "requirements")
    }
    stated = YAML(typ="safe").load(UNCOVERED) or {}
    assert {name: kinds for name, kinds in missing.items() if kinds} == stated


def test_no_scenario_verifies_by_a_kind_that_its_row_does_not_name() -> None:
    catalogue = Catalogue.load(ROOT / "requirements")
    for requirement, kinds in coverage(read_all(ROOT / "features")).items():
        assert kinds <= set(catalogue.row(requirement).kinds), requirement
