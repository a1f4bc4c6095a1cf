from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.vcenter.serving import Served, serving, vcenter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A vCenter with two nodes, one on each host."""
    yield from serving(vcenter(3), tmp_path)


@pytest.fixture
def instance(served: Served) -> Any:
    """The administrator's service instance."""
    return served.connect()
