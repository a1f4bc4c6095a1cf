"""The environment as a run had it, kept beside its evidence so that it can be judged again.

Nodes that were discovered and what a lab supplied are in it; of a secret only that there was one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from securemode.documents import shown
from securemode.environment.models import Environment
from securemode.environment.secret import Secret
from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "environment.json"

MASKED = repr(Secret(""))
"""What every secret is where it is written."""

NOWHERE = {"env": "NOT_KEPT"}
"""The reference that stands for a secret that was masked; nobody resolves it."""


def text(environment: Environment) -> str:
    """The environment as JSON, with the keys that people write and each secret masked."""
    return json.dumps(environment.model_dump(mode="json", by_alias=True), indent=2) + "\n"


def read(path: Path) -> Environment:
    """The environment that `text` wrote; its secrets are empty.

    Raises:
        ConfigurationError: there is none, or this version cannot read it.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Environment.model_validate_json(json.dumps(_referring(kept)))
    except FileNotFoundError:
        raise ConfigurationError(
            f"{shown(path)}: is not there: the run kept no environment.",
            remedy="verify again: runs of this version keep theirs.",
        ) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ConfigurationError(
            f"{shown(path)}: cannot be read ({type(error).__name__}).",
            remedy="the file was changed or cut off: verify again.",
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ConfigurationError(
            f"{shown(path)}: {where}: {first['msg']}.",
            remedy="it was written by another version of the suite: verify again.",
        ) from None


def _referring(value: Any) -> Any:
    """The same with a reference in the place of each masked secret, as the models want it."""
    if value == MASKED:
        return NOWHERE
    if isinstance(value, dict):
        return {key: _referring(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_referring(part) for part in value]
    return value
