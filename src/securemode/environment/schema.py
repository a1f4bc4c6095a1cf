"""Writes `environments/schema.json`, with which editors complete and check an environment.

Run as `python -m securemode.environment.schema` after any change of the models. An environment
asks for it in its first line: `# yaml-language-server: $schema=schema.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema

from securemode.environment.models import Environment

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

FILE = Path("environments/schema.json")

_WITHOUT_A_LAB = ("management_node", "credentials", "trust")


class _Untitled(GenerateJsonSchema):
    """A schema without titles that only repeat the name of the field."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: descriptions say more."""
        del schema
        return False

    def default_schema(self, schema: CoreSchema) -> dict[str, Any]:
        """Leave out None (keys may be missing) and parts (their keys have defaults), sort sets."""
        found = super().default_schema(schema)  # type: ignore[arg-type]
        match found.pop("default", None):
            case None | dict():
                return found
            case list(values) if found.get("uniqueItems"):
                return found | {"default": sorted(values)}
            case value:
                return found | {"default": value}


def schema() -> dict[str, Any]:
    """The JSON schema of an environment file."""
    found = Environment.model_json_schema(by_alias=True, schema_generator=_Untitled)
    found["required"].remove("name")  # the file's own name where it is left out
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "title": "Environment of the secure-mode acceptance suite",
        "anyOf": [{"required": ["lab"]}, {"required": list(_WITHOUT_A_LAB)}],
    }


def text() -> str:
    """The content of the file."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
