"""The table of the proof, as reports take it up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from securemode.errors import ConfigurationError
from securemode.features import coverage, read_all
from securemode.proven import TABLE, faults_shown

ROOT = Path(__file__).parents[2]


def test_faults_are_counted_by_kind(tmp_path: Path) -> None:
    table = {"WIZ-14": {"observed": ["old-tls", "stray"], "declared": ["old-tls"]}}
    (tmp_path / TABLE).write_text(json.dumps(table), encoding="utf-8")
    assert faults_shown(tmp_path) == {"WIZ-14": {"observed": 2, "declared": 1}}


def test_without_a_table_nothing_was_shown(tmp_path: Path) -> None:
    assert faults_shown(tmp_path) == {}


@pytest.mark.parametrize("text", ["", "[]", '{"WIZ-14": 3}', "\udcff"])
def test_what_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / TABLE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigurationError, match=TABLE):
        faults_shown(tmp_path)


def test_every_requirement_with_a_scenario_is_in_the_table() -> None:
    assert set(faults_shown(ROOT / "requirements")) == set(coverage(read_all(ROOT / "features")))
