from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from environment.texts import SOUND
from securemode.environment.loading import load
from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from environment.texts import Load, Refusal
    from securemode.environment.models import Environment


@pytest.fixture
def load_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Writes prod.yaml into the current directory and loads it."""
    monkeypatch.chdir(tmp_path)

    def load_it(more: str = "", *, sound: str = SOUND, resolve: bool = False) -> Environment:
        path = tmp_path / "prod.yaml"
        path.write_text(sound + more, encoding="utf-8")
        path.chmod(0o600)
        return load(path, resolve=resolve)

    return load_it


@pytest.fixture
def refused(load_text: Load) -> Refusal:
    """Does the same and expects to be refused."""

    def lines(more: str = "", *, sound: str = SOUND, resolve: bool = False) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            load_text(more, sound=sound, resolve=resolve)
        return str(caught.value).splitlines()

    return lines
