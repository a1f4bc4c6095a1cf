"""Takes up the record that an earlier run left in its directory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from securemode.documents import shown
from securemode.errors import ConfigurationError
from securemode.report.models import SCHEMA_VERSION, Result

if TYPE_CHECKING:
    from pathlib import Path

RESULT = "result.json"
NAMED_RUN = "name the directory of a run, for example reports/lab-latest."


def read_result(directory: Path) -> Result:
    """The record of the run whose directory this is.

    Args:
        directory: `reports/<run>`, or a link to it such as `reports/lab-latest`.

    Raises:
        ConfigurationError: there is no such directory, no record in it, or one that cannot be
            read: cut off, of another schema version, or not of its schema.
    """
    path = directory / RESULT
    data = _read(directory)
    version = data.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ConfigurationError(
            f"{shown(path)}: schema_version: is {version!r}, and this version reads "
            f"{SCHEMA_VERSION!r}.",
            remedy="read it with the version of the suite that wrote it, "
            f"{_writer(data)}, or verify again.",
        )
    try:
        return Result.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ConfigurationError(
            f"{shown(path)}: {where}: {first['msg']}.",
            remedy="the record was changed, or written by another version: verify again.",
        ) from None


def _read(directory: Path) -> dict[str, Any]:
    """The JSON object of the record."""
    path = directory / RESULT
    if not directory.is_dir():
        raise ConfigurationError(f"{shown(directory)}: is no directory.", remedy=NAMED_RUN)
    if not path.is_file():
        raise ConfigurationError(
            f"{shown(directory)}: holds no {RESULT}: it is no run, or one that was killed.",
            remedy=NAMED_RUN,
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{shown(path)}: cannot be read ({error.strerror}).",
            remedy="check the permissions of the file.",
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = getattr(error, "lineno", 1)
        raise ConfigurationError(
            f"{shown(path)}:{line}: is not JSON text.",
            remedy="the record was cut off or changed: verify again.",
        ) from None
    if not isinstance(data, dict):
        raise ConfigurationError(f"{shown(path)}: is no record of a run.", remedy=NAMED_RUN)
    return data


def _writer(data: dict[str, Any]) -> str:
    run = data.get("run")
    version = run.get("suite_version") if isinstance(run, dict) else None
    return str(version or "unknown")
