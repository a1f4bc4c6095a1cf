from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report import sample, sample_pack
from securemode.report import punchlist
from securemode.report.record import compose

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.report.models import Result


def listed(result: Result, path: Path) -> list[dict[str, str]]:
    punchlist.write(result, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_stops_and_what_is_waived_is_listed_once(tmp_path: Path) -> None:
    result = sample_pack.result()
    rows = listed(result, tmp_path / "a.csv")
    names = {row["requirement"] for row in rows}
    assert names == {*result.decision.blocked_by, sample_pack.WAIVED}
    (waived,) = [row for row in rows if row["verdict"] == "waived"]
    assert waived["waived by"] == "R. Roe, officer"
    assert waived["waived until"] == sample_pack.ENDS.isoformat()
    assert {(row["owner"], row["due date"]) for row in rows} == {("", "")}


def test_a_line_says_what_where_and_what_next(tmp_path: Path) -> None:
    rows = listed(sample_pack.result(), tmp_path / "a.csv")
    (row,) = [row for row in rows if row["requirement"] == "WIZ-14"]
    assert (row["where"], row["expected"], row["saw"]) == (
        "conf2",
        "1.2 and later",
        "1.1, 1.2, 1.3",
    )
    assert row["next step"].startswith("run securitywizard on the Management Node")


def test_controls_are_listed_where_their_sum_stops(tmp_path: Path) -> None:
    result = sample_pack.result()
    decision = result.decision.model_copy(update={"blocked_by": ("HOST-01",)})
    rows = listed(result.model_copy(update={"decision": decision}), tmp_path / "a.csv")
    controls = [row for row in rows if row["requirement"].startswith("HOST-01 ")]
    assert len(controls) == 4
    assert {row["where"] for row in controls} == {sample_pack.HOST, "conf1, conf2"}


def test_an_accepted_run_has_an_empty_list(tmp_path: Path) -> None:
    result = compose([sample.Row(id="A-1")], [sample.finding("A-1")], sample.run_facts())
    assert listed(result, tmp_path / "a.csv") == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "'=1", "＝1"])  # noqa: RUF001
def test_no_cell_is_a_formula(text: str) -> None:
    cell = punchlist.harmless(text)
    assert cell.startswith("'")
    assert cell.endswith(text[-1])


@given(text=st.text())
def test_whatever_a_target_sends_no_cell_begins_as_a_formula(text: str) -> None:
    assert not punchlist.harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))
