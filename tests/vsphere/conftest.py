"""One vcsim for all tests that only read of it, and one of its own for each that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peers.vcsim import vcsim
from securemode.vsphere.session import VSphereSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peers.vcsim import Simulated


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with vcsim(tmp_path_factory.mktemp("vcsim")) as running:
        yield running


@pytest.fixture
def session(simulated: Simulated) -> Iterator[VSphereSession]:
    opened = VSphereSession.open(simulated.environment())
    yield opened
    opened.close()
