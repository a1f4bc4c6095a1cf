from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from report import sample, sample_pack
from securemode.report import checklists, html, manifest, ohdf, pack

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "README.txt",
    "checklist-conf1.ckl",
    "checklist-conf1.cklb",
    "checklist-conf2.ckl",
    "checklist-conf2.cklb",
    "checklist-esxi1.lab.example.ckl",
    "checklist-esxi1.lab.example.cklb",
    "junit.xml",
    "ohdf.json",
    "oscal-ar.json",
    "punchlist.csv",
    "report.html",
    "result.json",
}


def named(directory: Path) -> dict[str, str]:
    said = json.loads((directory / manifest.MANIFEST).read_text())
    return {one["path"]: one["sha256"] for one in said["files"]}


def test_everything_is_written_and_the_manifest_is_of_it(tmp_path: Path) -> None:
    written = pack.write(sample_pack.result(), [], tmp_path)
    assert written == (tmp_path / "report.html", ())
    assert named(tmp_path).keys() >= FILES
    assert {one["path"]: one["sha256"] for one in manifest.files(tmp_path)} == named(tmp_path)


def test_the_text_has_ten_lines_and_names_every_kind_of_file(tmp_path: Path) -> None:
    pack.write(sample_pack.result(), [], tmp_path)
    text = (tmp_path / "README.txt").read_text()
    assert text.count("\n") == 10
    assert "This run verified the embedded lab, not a product." in text
    for name in ("ohdf.json", "oscal-ar.json", "checklist-*.cklb", "manifest.json", "verify"):
        assert name in text


@pytest.mark.parametrize("module", [html, ohdf])
def test_a_writer_that_fails_costs_no_other_its_file(
    module: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        path: Path = arguments[-1]  # type: ignore[assignment]
        path.write_text("half of")
        raise KeyError("severity")

    monkeypatch.setattr(module, "write", broken)
    lost = "report.html" if module is html else "ohdf.json"
    written = pack.write(sample_pack.result(), [], tmp_path)
    assert written.unwritten == ((lost, "KeyError: 'severity'"),)
    assert FILES - named(tmp_path).keys() == {lost}
    assert not (tmp_path / lost).exists()
    assert f"NOT WRITTEN, the suite is at fault: {lost}" in (tmp_path / "README.txt").read_text()
    said = json.loads((tmp_path / manifest.MANIFEST).read_text())
    assert [one["file"] for one in said["unwritten"]] == [lost]


def test_checklists_that_fail_as_a_whole_cost_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ValueError("a\nb")

    monkeypatch.setattr(checklists, "checklists", broken)
    written = pack.write(sample.result(), [], tmp_path)
    assert written.unwritten == (("checklist-*", "ValueError: a"),)
    assert "oscal-ar.json" in named(tmp_path)
