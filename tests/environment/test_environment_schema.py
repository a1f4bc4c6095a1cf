"""The schema of environments says what the loader says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from securemode.documents import read
from securemode.environment import schema
from securemode.environment.loading import load
from securemode.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / "environments"


def test_the_schema_is_current() -> None:
    told = "run python -m securemode.environment.schema"
    assert (ENVIRONMENTS / "schema.json").read_text(encoding="utf-8") == schema.text(), told


@pytest.mark.parametrize("name", ["example", "lab"])
def test_the_schema_takes_our_environments(name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema.schema())
    validator.check_schema(schema.schema())
    document = read(ENVIRONMENTS / f"{name}.yaml")
    assert not list(validator.iter_errors(document.data))
    first = document.path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema.json"


@pytest.mark.parametrize(
    "change",
    [
        {"credentials": {"web": {"username": "a", "password": "literal"}}},
        {"credentials": {"web": {"username": "a", "password": {"env": "A", "file": "b"}}}},
        {"site": {"mtu_bytes": 9000}},
        {"site": {"mtu": 1400}},
        {"allow": ["websessions"]},
        {"conferencing_nodes": []},
        {"management_node": "mgmt"},
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(change: dict[str, Any], tmp_path: Path) -> None:
    data = read(ENVIRONMENTS / "example.yaml").data | change
    assert list(jsonschema.Draft202012Validator(schema.schema()).iter_errors(data))
    path = tmp_path / "prod.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ConfigurationError):
        load(path)


@pytest.mark.parametrize("missing", ["management_node", "credentials", "trust"])
def test_the_schema_wants_the_same_sections_without_a_lab(missing: str) -> None:
    data = read(ENVIRONMENTS / "example.yaml").data
    del data[missing]
    validator = jsonschema.Draft202012Validator(schema.schema())
    assert list(validator.iter_errors(data))
    assert not list(validator.iter_errors(data | {"lab": {}}))
