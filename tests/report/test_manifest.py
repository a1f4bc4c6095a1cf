from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from report import sample
from securemode.report import manifest

if TYPE_CHECKING:
    from pathlib import Path


def test_every_file_is_named_with_its_size_and_hash(tmp_path: Path) -> None:
    (tmp_path / "evidence" / "pictures").mkdir(parents=True)
    contents = {
        "evidence/observations.jsonl": b"{}\n",
        "evidence/pictures/001-conf1.png": b"\x89PNG",
        "result.json": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    manifest.write(sample.result(), tmp_path)
    said = json.loads((tmp_path / "manifest.json").read_text())
    assert said["files"] == [
        {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    ]
    assert (said["run"], said["algorithm"]) == (sample.result().run.id, "sha256")


def test_itself_and_signatures_are_left_out(tmp_path: Path) -> None:
    for name in ("a.txt", "manifest.json", "manifest.1.p7s", "manifest.tester.p7s", "mail.p7s"):
        (tmp_path / name).write_text("a")
    assert [one["path"] for one in manifest.files(tmp_path)] == ["a.txt", "mail.p7s"]


def test_a_manifest_elsewhere_is_a_file_like_any(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "manifest.json").write_text("a")
    assert [one["path"] for one in manifest.files(tmp_path)] == ["evidence/manifest.json"]


def test_what_was_not_written_is_said(tmp_path: Path) -> None:
    lost = manifest.Unwritten("ohdf.json", "KeyError: 'severity'")
    manifest.write(sample.result(), tmp_path, [lost])
    said = json.loads((tmp_path / "manifest.json").read_text())
    assert said["unwritten"] == [{"file": "ohdf.json", "why": "KeyError: 'severity'"}]
