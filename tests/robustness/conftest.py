from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from robustness.runs import Laboratory, secured

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def secured_laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    yield from secured(tmp_path_factory.mktemp("robustness"))


@pytest.fixture
def laboratory(secured_laboratory: Laboratory) -> Laboratory:
    """The secured lab, as it was when it had just been secured."""
    secured_laboratory.lab.done("restore", name="secured")
    return secured_laboratory
