"""Finds the definition of a step once a run, not once a test.

pytest-bdd asks every fixture of the session for every step of every test. Ours are the same for
all scenarios, since they are loaded as plug-ins, and a guard refuses ambiguous ones; with a hundred
nodes the search would be most of the time that judging takes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Search = Callable[..., Iterable[Any]]

FOUND = pytest.StashKey[dict[tuple[str, str], tuple[Any, ...]]]()
"""Kind and wording of a step to the definitions that fit it."""


def _remembering(search: Search) -> Search:
    def find(step: Any, fixturemanager: Any, node: pytest.Item) -> Iterator[Any]:
        found = node.session.stash.setdefault(FOUND, {})
        wording = (step.type, step.name)
        if wording not in found:
            found[wording] = tuple(search(step, fixturemanager, node))
        yield from found[wording]

    return find


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Iterator[None]:
    """Put ours in the place of pytest-bdd's search while tests run."""
    module: Any = import_module("pytest_bdd.scenario")
    search = module.find_fixturedefs_for_step
    module.find_fixturedefs_for_step = _remembering(search)
    try:
        return (yield)
    finally:
        module.find_fixturedefs_for_step = search
