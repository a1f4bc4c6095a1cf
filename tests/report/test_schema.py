from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import jsonschema
import pytest

from report import sample
from securemode.report import schema


def test_the_published_schema_is_current() -> None:
    command = [sys.executable, "-m", "securemode.report.schema"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert printed.stdout == schema.PUBLISHED.read_text(encoding="utf-8")


def validate(record: dict[str, Any]) -> None:
    published = json.loads(schema.PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(published, format_checker=checker).validate(record)


def test_a_record_satisfies_it() -> None:
    validate(json.loads(sample.result().to_json()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), "2.0"),
        (("decision", "verdict"), "fine"),
        (("requirements", 0, "standing"), "forgotten"),
        (("nodes", 0, "role"), "spare"),
        (("evidence", "records"), -1),
        (("run", "surprise"), "key"),
    ],
)
def test_a_wrong_record_does_not(path: tuple[str | int, ...], value: object) -> None:
    record: Any = json.loads(sample.result().to_json())
    part = record
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        validate(record)
