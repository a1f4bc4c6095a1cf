from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture
def same_facts(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("same_facts")


def test_every_scenario_of_the_table_exists_and_verifies_its_requirements(same_facts: Any) -> None:
    for fact in same_facts.facts((BENCHMARKS / "METHOD.md").read_text(encoding="utf-8")):
        text = ""
        for named in fact.scenarios:
            path, _, scenario = named.partition("::")
            feature = (ROOT / path).read_text(encoding="utf-8")
            titles = re.findall(r"Scenario(?: Outline)?: (.*)", feature)
            names = {re.sub(r"\W+", "_", title.lower()).strip("_") for title in titles}
            assert not scenario or scenario in names, named
            text += feature
        assert all(requirement in text for requirement in fact.requirements), fact


def test_a_text_without_the_table_is_refused(same_facts: Any) -> None:
    with pytest.raises(ValueError, match="no table"):
        same_facts.facts("nothing")


def test_counted_are_the_nodes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    connections = importlib.import_module("connections")
    elements = [
        {"elem": {"val": address, "counter": {"packets": packets}}}
        for address, packets in (("192.0.2.1", 3), ("192.0.2.9", 5))
    ]
    table = {"nftables": [{"metainfo": {}}, {"set": {"name": "opened4", "elem": elements}}]}
    counted = connections._counted(table, {"192.0.2.1"})
    assert counted["opened4"] == 3
    assert counted["asked6"] == 0


def test_figures_replace_only_what_is_between_the_markers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    results = importlib.import_module("results")
    path = tmp_path / "RESULTS.md"
    path.write_text(f"before {results.BEGIN} old {results.END} after", encoding="utf-8")
    results.put(path, "new")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert "new" in text
    assert "old" not in text
    path.write_text("no markers", encoding="utf-8")
    with pytest.raises(ValueError, match="put them back"):
        results.put(path, "new")
