"""What tags and examples do: targets become parameters, claims become a marker.

`@each_node` runs a scenario once a node, `@req:ID @observed` says what it verifies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode.evidence import target_name
from securemode.plugin.run import run_of
from securemode.plugin.targets import TARGET_FIXTURES, TARGET_TAGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.features import Claim


def pytest_bdd_apply_tag(tag: str, function: Callable[..., Any]) -> bool:
    """Take every tag into our own hands: pytest would make a marker of it, and refuse most."""
    if tag in TARGET_TAGS:
        pytest.mark.usefixtures(TARGET_TAGS[tag].fixture)(function)
    return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a node, location, host or datastore, with its name as the id."""
    text = getattr(metafunc.function, "scenario_text", None)
    if text is None:
        return
    deployment = run_of(metafunc.config).deployment
    for tag, meant in TARGET_TAGS.items():
        if tag in text.tags:
            targets = meant.targets(deployment)
            names = [target_name(target) for target in targets]
            metafunc.parametrize(meant.fixture, targets, ids=names, indirect=True, scope="session")


def target_of(item: pytest.Item) -> str:
    """Name of what a collected scenario runs for: a node, a host, …, or the deployment."""
    parameters = parameters_of(item)
    chosen = [parameters[name] for name in sorted(TARGET_FIXTURES) if name in parameters]
    return target_name(chosen[0] if chosen else run_of(item.config).deployment)


def claims_of(item: pytest.Item) -> tuple[Claim, ...]:
    """The requirements that one collected scenario verifies, and how; none for other tests."""
    text = getattr(getattr(item, "function", None), "scenario_text", None)
    if text is None:
        return ()
    claims: tuple[Claim, ...] = text.claims(parameters_of(item).get("_pytest_bdd_example", {}))
    return claims


def parameters_of(item: pytest.Item) -> dict[str, Any]:
    """The values with which a collected scenario was parametrised."""
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec else {}
