"""Labs that call: as they come out of the box, and verifying whom they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.calls.placing import Caller
from lab.control.running import RunningLab, up

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningLab]:
    running = up()
    try:
        running.done("save", name="factory")
        caller = Caller(running)
        caller.trust()
        caller.set(crypto_mode="on")
        running.done("save", name="verifying")
        yield running
    finally:
        running.stop()


@pytest.fixture
def factory(shared: RunningLab) -> Caller:
    """A lab as it comes out of the box."""
    shared.done("restore", name="factory")
    return Caller(shared)


@pytest.fixture
def verifying(shared: RunningLab) -> Caller:
    """A lab that trusts the site's root, verifies its peers and requires encrypted media."""
    shared.done("restore", name="verifying")
    return Caller(shared)
