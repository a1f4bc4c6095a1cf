from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from signing import a_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_run.write(tmp_path_factory.mktemp("written") / a_run.RUN_ID)


@pytest.fixture
def run(written: Path, tmp_path: Path) -> Path:
    """A run of the test's own."""
    return shutil.copytree(written, tmp_path / a_run.RUN_ID)
