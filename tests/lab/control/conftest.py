from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.control.running import RunningLab, up

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def shared_lab() -> Iterator[RunningLab]:
    lab = up()
    try:
        lab.done("save", name="factory")
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def lab(shared_lab: RunningLab) -> RunningLab:
    """A lab as it comes out of the box."""
    shared_lab.done("restore", name="factory")
    return shared_lab
