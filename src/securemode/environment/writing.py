"""Writes files beside an environment: whole or not at all, and not for others to read."""

from __future__ import annotations

import io
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from securemode.documents import shown
from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDEST = 100


def with_entries(path: Path, key: str, entries: Sequence[dict[str, Any]]) -> str:
    """The text of a YAML file with more entries in the list below a key; comments stay.

    Args:
        path: of a file that has been read without complaint.
        key: of the list.
        entries: what to add, of plain values.
    """
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, _WIDEST
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(path.read_text(encoding="utf-8"))
    if not document[key]:
        document[key] = []
    document[key].extend(entries)
    text = io.StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def replace_text(path: Path, text: str, check: Callable[[Path], object]) -> None:
    """Write a file beside itself, have it checked, and rename it.

    Args:
        path: of the file, which need not be there; the permissions of one that is are kept.
        text: its content.
        check: reads the new file, and raises where it is not as it has to be.

    Raises:
        ConfigurationError: the file cannot be written, or the check says so; nothing has changed.
    """
    path = path.resolve()
    try:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else stat.S_IRUSR | stat.S_IWUSR
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as beside:
            new = Path(beside) / path.name
            new.write_text(text, encoding="utf-8")
            _checked(new, path, check)
            new.chmod(mode)
            new.replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"{shown(path)}: cannot be written ({error.strerror}).",
            remedy="check the permissions of its directory.",
        ) from None


def _checked(new: Path, path: Path, check: Callable[[Path], object]) -> None:
    """Let what is wrong with the new file be said of the file that it would have become."""
    try:
        check(new)
    except ConfigurationError as error:
        said = error.message.replace(shown(new), shown(path))
        raise ConfigurationError(said, remedy=error.remedy) from None
