"""What every probe declares of its observations, for whoever compares two runs.

A probe may have three class variables of dotted paths: `volatile`, which differ from look to look
although nothing changed; `surface`, at which an addition is something open to the network; and
`identity`, which tell two deployments apart that were made alike, such as a lab and the next one.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from securemode import probes

if TYPE_CHECKING:
    from collections.abc import Iterator

NONE: frozenset[str] = frozenset()

ELSEWHERE = f"{probes.__name__}.sslyze_program"
"""Runs in the interpreter that has sslyze, and can't be imported here."""


@cache
def declared_paths() -> dict[str, tuple[frozenset[str], ...]]:
    """The paths that each probe declares, by its name: volatile, surface, identity."""
    return {
        probe.name: tuple(
            getattr(probe, paths, NONE) for paths in ("volatile", "surface", "identity")
        )
        for probe in probe_classes()
    }


def probe_classes() -> Iterator[Any]:
    """Every probe of the suite: the classes that have a name, an observation and a look."""
    modules = (found.name for found in pkgutil.iter_modules(probes.__path__, f"{probes.__name__}."))
    for name in modules:
        if name == ELSEWHERE:
            continue
        for found in vars(import_module(name)).values():
            if isinstance(found, type) and found.__module__ == name and _is_probe(found):
                yield found


def _is_probe(found: type) -> bool:
    return isinstance(getattr(found, "name", None), str) and hasattr(found, "look")
