from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from securemode.signing.completeness import check
from securemode.signing.contents import Folder
from signing.a_run import RUN_ID

if TYPE_CHECKING:
    from pathlib import Path


def files_with_problems(run: Path) -> dict[str, str]:
    return {problem.file: problem.what for problem in check(Folder(run)).problems}


def test_what_was_written_is_whole(run: Path) -> None:
    checked = check(Folder(run))
    assert checked.problems == ()
    assert checked.run == RUN_ID
    assert checked.files == sum(path.is_file() for path in run.rglob("*")) - 1
    assert checked.manifest == (run / "manifest.json").read_bytes()


def test_a_changed_byte_in_any_file_is_named(run: Path) -> None:
    paths = [path for path in run.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert len(paths) >= 8
    for path in paths:
        whole = path.read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            changed = bytearray(whole)
            changed[place] ^= 1
            path.write_bytes(changed)
            name = path.relative_to(run).as_posix()
            assert "was changed" in files_with_problems(run)[name]
        path.write_bytes(whole)
    assert files_with_problems(run) == {}


def test_no_byte_of_the_manifest_that_says_something_of_a_file_can_be_changed(run: Path) -> None:
    path = run / "manifest.json"
    whole = path.read_bytes()
    end = whole.index(b'"unwritten"')
    for place in range(0, end, 7):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        assert files_with_problems(run), f"byte {place} of the manifest"


def test_a_missing_and_an_added_file_are_named(run: Path) -> None:
    (run / "junit.xml").unlink()
    (run / "evidence" / "more.txt").write_text("more")
    (run / "other.p7s").write_bytes(b"not beside the manifest by its name")
    assert files_with_problems(run) == {
        "junit.xml": "is missing",
        "evidence/more.txt": "is not in the manifest: it was added",
        "other.p7s": "is not in the manifest: it was added",
    }


def test_a_longer_file_is_told_by_its_size(run: Path) -> None:
    with (run / "README.txt").open("a") as file:
        file.write("!")
    assert "the manifest says" in files_with_problems(run)["README.txt"]


def test_links_and_pipes_are_no_files(run: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes((run / "junit.xml").read_bytes())
    (run / "junit.xml").unlink()
    (run / "junit.xml").symlink_to(outside)
    os.mkfifo(run / "pipe")
    assert {"junit.xml", "pipe"} == set(files_with_problems(run))


def test_the_record_of_another_run_does_not_go_with_the_manifest(run: Path) -> None:
    path = run / "manifest.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"run": "another"}, indent=2) + "\n")
    assert f"is of run another, and result.json of {RUN_ID}" in files_with_problems(run).values()


def test_other_evidence_is_not_what_the_record_was_written_from(run: Path) -> None:
    from securemode.report import manifest  # noqa: PLC0415 - as who changes it would do

    evidence = run / "evidence" / "observations.jsonl"
    evidence.write_text(evidence.read_text().replace("198.51.100.10", "198.51.100.99"))
    path = run / "manifest.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"files": manifest.files(run)}, indent=2) + "\n")
    assert files_with_problems(run) == {
        "evidence/observations.jsonl": "is not the evidence that result.json was written from"
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": "9.9"}, "is of version '9.9'"),
        ({"algorithm": "md5"}, "with 'md5'"),
        ({"files": "none"}, "is no manifest: files"),
        ({"files": [{"path": "../../etc/passwd", "bytes": 1, "sha256": "0"}]}, "outside of"),
        ({"files": [{"path": "/etc/passwd", "bytes": 1, "sha256": "0"}]}, "outside of"),
        ({"files": [{"path": "a", "bytes": 1, "sha256": "0"}] * 2}, "names a file twice"),
    ],
)
def test_a_manifest_that_is_none_is_said_to_be_none(
    run: Path, change: dict[str, object], said: str
) -> None:
    path = run / "manifest.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | change, indent=2) + "\n")
    assert said in files_with_problems(run)["manifest.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\x00"])
def test_a_manifest_that_is_no_json_object_is_said_to_be_none(run: Path, text: str) -> None:
    (run / "manifest.json").write_text(text)
    assert "manifest.json" in files_with_problems(run)
