"""Guards against silent greens that can be seen in a feature file before anything runs.

Each returns complaints, one sentence with file and line; the collector refuses the file if there is
one. What can only be seen while running (no evidence, no verdict) is guarded in `ledger.py`.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from typing import TYPE_CHECKING

from pytest_bdd.compat import get_fixture_names, getfixturedefs
from pytest_bdd.steps import step_function_context_registry

from securemode.features import KINDS, SLOW_TAG, TARGET_TAGS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    import pytest
    from pytest_bdd.steps import StepFunctionContext

    from securemode.features import ScenarioText, Step

KNOWN_TAGS = frozenset({*KINDS, *TARGET_TAGS, SLOW_TAG})
KNOWN_TAG_PREFIXES = ("req:", "guide:")


def complaints(
    scenarios: tuple[ScenarioText, ...],
    requirements: Collection[str],
    definitions: Callable[[Step], list[StepFunctionContext]],
) -> list[str]:
    """Everything that is wrong with the scenarios of one feature file.

    Args:
        scenarios: of one file.
        requirements: the ids that the catalogue knows.
        definitions: every step definition that fits a step.
    """
    found = list(_names(scenarios))
    for scenario in scenarios:
        found += [
            f"{scenario.where}: {complaint} (scenario {scenario.name!r})"
            for complaint in (
                *_substance(scenario),
                *_tags(scenario),
                *_claims(scenario, requirements),
                *_definitions(scenario, definitions),
            )
        ]
    return found


def _names(scenarios: tuple[ScenarioText, ...]) -> Iterator[str]:
    """Of two scenarios with one name, pytest-bdd runs the last only."""
    seen = Counter(scenario.python_name for scenario in scenarios)
    for scenario in scenarios:
        if not scenario.python_name:
            yield f"{scenario.where}: the scenario has no name"
        elif seen[scenario.python_name] > 1:
            yield f"{scenario.where}: the scenario name {scenario.name!r} is used twice here"


def _substance(scenario: ScenarioText) -> Iterator[str]:
    """An empty scenario passes, and so does one that looks without judging."""
    kinds = {step.kind for step in scenario.steps}
    if not scenario.steps:
        yield "the scenario has no steps"
    elif "when" not in kinds:
        yield "nothing is observed: there is no When step"
    elif "then" not in kinds:
        yield "nothing is judged: there is no Then step"
    if scenario.is_outline and not scenario.rows:
        yield "the outline has no examples"
    columns = {name for row in scenario.rows for name in row}
    for step in scenario.steps:
        for name in re.findall(r"<([^<>]+)>", step.text):
            if name not in columns:
                yield f"line {step.line}: <{name}> is not a column of the examples"


def _tags(scenario: ScenarioText) -> Iterator[str]:
    for tag in scenario.tags:
        if tag not in KNOWN_TAGS and not tag.startswith(KNOWN_TAG_PREFIXES):
            yield f"unknown tag @{tag}"
    targets = [tag for tag in scenario.tags if tag in TARGET_TAGS]
    if len(targets) > 1:
        yield f"more than one target: {', '.join('@' + tag for tag in targets)}"


def _claims(scenario: ScenarioText, requirements: Collection[str]) -> Iterator[str]:
    for row in scenario.rows or ({},):
        claims = scenario.claims(row)
        kinds = {claim.kind for claim in claims}
        if not claims:
            yield f"claims nothing: needs @req:ID and one of {', '.join('@' + k for k in KINDS)}"
            return
        if len(kinds) > 1:
            yield f"claims several kinds at once: {', '.join(sorted(kinds))}"
        for kind in kinds - set(KINDS):
            yield f"unknown kind {kind!r}"
        for requirement in sorted({claim.requirement for claim in claims} - set(requirements)):
            yield f"unknown requirement {requirement!r}"


def _definitions(
    scenario: ScenarioText, definitions: Callable[[Step], list[StepFunctionContext]]
) -> Iterator[str]:
    """An unknown step fails late, of two one wins silently, an async one is never awaited."""
    for step in _rendered(scenario):
        fitting = definitions(step)
        if not fitting:
            yield f"line {step.line}: no definition for the step {step.text!r}"
        elif len(fitting) > 1:
            places = ", ".join(sorted(_place(context) for context in fitting))
            yield f"line {step.line}: several definitions for the step {step.text!r}: {places}"
        elif inspect.iscoroutinefunction(fitting[0].step_func):
            yield f"line {step.line}: the step {step.text!r} is async and would never be awaited"


def _rendered(scenario: ScenarioText) -> Iterator[Step]:
    """Every step once for each distinct text that the examples make of it."""
    seen = set()
    for row in scenario.rows or ({},):
        for step in scenario.steps:
            text = step.text
            for column, value in row.items():
                text = text.replace(f"<{column}>", value)
            if (step.kind, text) not in seen:
                seen.add((step.kind, text))
                yield type(step)(step.kind, text, step.line)


def _place(context: StepFunctionContext) -> str:
    return f"{context.step_func.__module__}.{context.step_func.__name__}"


def step_definitions(session: pytest.Session) -> Callable[[Step], list[StepFunctionContext]]:
    """A function that finds every step definition known to the session that fits a step."""
    manager = session._fixturemanager  # noqa: SLF001 - as pytest-bdd itself does
    contexts = [
        context
        for name in get_fixture_names(fixturemanager=manager)
        for fixture in getfixturedefs(manager, name, session) or ()
        if (context := step_function_context_registry.get(fixture.func)) is not None
    ]
    return lambda step: [
        context
        for context in contexts
        if context.type in (None, step.kind) and context.parser.is_matching(step.text)
    ]
