"""Names of managed objects."""

from __future__ import annotations

from typing import Any


def moid_of(reference: Any) -> str:
    """The managed object id of a reference; empty where there is none."""
    return "" if reference is None else str(reference._GetMoId())  # noqa: SLF001 - pyVmomi has no other name for it
