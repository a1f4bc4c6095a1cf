"""How often each requirement was made to fail by a fault: what the proof has written down.

`./check --proof` makes `requirements/proof.json` anew or finds it to be its own; a report shows it,
so that a reader knows of every check that it can fail.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "proof.json"
_SHAPE = TypeAdapter(dict[str, dict[str, tuple[str, ...]]])


def faults_shown(directory: Path) -> dict[str, dict[str, int]]:
    """Requirement to kind of verifying it to the number of faults that made it fail.

    Args:
        directory: of the catalogue; without a table in it nothing was shown.

    Raises:
        ConfigurationError: the table is no such table.
    """
    path = directory / TABLE
    if not path.exists():
        return {}
    try:
        table = _SHAPE.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise ConfigurationError(
            f"{path}: cannot be read as the table of the proof ({type(error).__name__}).",
            remedy="restore it from the repository.",
        ) from error
    return {
        requirement: {kind: len(faults) for kind, faults in kinds.items()}
        for requirement, kinds in table.items()
    }
