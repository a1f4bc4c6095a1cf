"""What is read of an earlier run, and what is refused with a word on what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from report import sample
from securemode.errors import ConfigurationError
from securemode.report.reading import read_result

if TYPE_CHECKING:
    from pathlib import Path


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    result = sample.result()
    (tmp_path / "result.json").write_text(result.to_json())
    assert read_result(tmp_path) == result


def test_a_link_to_the_latest_run_is_followed(tmp_path: Path) -> None:
    run = tmp_path / "20260101T000000Z-lab-0001"
    run.mkdir()
    (run / "result.json").write_text(sample.result().to_json())
    (tmp_path / "lab-latest").symlink_to(run.name)
    assert read_result(tmp_path / "lab-latest") == sample.result()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (None, "holds no result.json"),
        ("", ":1: is not JSON"),
        ('{"schema_version": "1.0",\n', ":2: is not JSON"),
        ("[]", "is no record of a run"),
        ("{}", "schema_version: is None"),
        ('{"schema_version": "2.0", "run": {"suite_version": "9.1"}}', "wrote it, 9.1"),
        ('{"schema_version": "1.0"}', "run: Field required"),
        (b"\xff\xfe", ":1: is not JSON"),
    ],
)
def test_what_is_no_record_is_refused(
    tmp_path: Path, written: str | bytes | None, words: str
) -> None:
    if written is not None:
        text = written if isinstance(written, bytes) else written.encode()
        (tmp_path / "result.json").write_bytes(text)
    with pytest.raises(ConfigurationError) as refused:
        read_result(tmp_path)
    assert words in str(refused.value)
    assert refused.value.remedy


def test_a_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no directory"):
        read_result(tmp_path / "gone")


def test_a_field_that_the_schema_does_not_have_is_named(tmp_path: Path) -> None:
    data = json.loads(sample.result().to_json())
    data["run"]["mood"] = "good"
    (tmp_path / "result.json").write_text(json.dumps(data))
    with pytest.raises(ConfigurationError, match=r"run\.mood"):
        read_result(tmp_path)
