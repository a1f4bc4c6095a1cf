"""The JSON schema of `result.json`; `python -m securemode.report.schema` prints it."""

from __future__ import annotations

import json
import sys
from importlib import resources

from securemode.report.models import SCHEMA_VERSION, Result

PUBLISHED = resources.files("securemode.report") / "result.schema.json"


def text() -> str:
    """The schema of the models as they are now."""
    schema = Result.model_json_schema(mode="serialization")
    stated = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"schema_version {SCHEMA_VERSION}",
    }
    return json.dumps(stated | schema, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
