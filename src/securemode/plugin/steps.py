"""The two decorators of which every step module is made.

`@observation` turns a pure function from targets and site values to probes into a When step. As it
is pure, the plug-in can call it beforehand: for `--plan`, and to make all observations at once.
`@judgement` turns a function from sightings to findings into a Then step.

Arguments of both are filled by name: from the step's text, and from the fixtures in `PLAN_FIXTURES`
(an observation) or any fixture (a judgement; `seen` is what the When step saw).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_bdd import parsers, then, when

from securemode.plugin.targets import TARGET_FIXTURES
from securemode.probes.probe import Probe, Withheld
from securemode.sightings import Finding

if TYPE_CHECKING:
    from pytest_bdd.parsers import StepParser

PLAN_FIXTURES = frozenset({*TARGET_FIXTURES, "deployment", "environment", "site"})

Wanted = Probe | Withheld | Sequence[Probe | Withheld]
Observing = Callable[..., Wanted]
Judging = Callable[..., Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class ObservationStep:
    """One When step as the planner sees it."""

    parser: StepParser
    converters: dict[str, Callable[[str], object]]
    wants: Observing

    def wanted(self, text: str, fixtures: dict[str, object]) -> tuple[Probe | Withheld, ...] | None:
        """The probes that the step `text` asks for, or None where this is another step."""
        if not self.parser.is_matching(text):
            return None
        parsed = self.parser.parse_arguments(text) or {}
        arguments = {
            name: self.converters.get(name, _unchanged)(value) for name, value in parsed.items()
        }
        names = inspect.signature(self.wants).parameters
        given = {name: fixtures[name] for name in names if name not in arguments}
        return as_tuple(self.wants(**{k: v for k, v in arguments.items() if k in names}, **given))


OBSERVATION_STEPS: list[ObservationStep] = []
"""Filled at import by `@observation`, read by the planner."""


def _unchanged(value: str) -> str:
    return value


def as_tuple(wanted: Wanted) -> tuple[Probe | Withheld, ...]:
    """What an observation function returned, always as a tuple."""
    return tuple(wanted) if isinstance(wanted, Sequence) else (wanted,)


def _parser(text: str) -> StepParser | str:
    return parsers.parse(text, case_sensitive=True) if "{" in text else text


def _signature_with(function: Callable[..., Any], *more: str) -> inspect.Signature:
    signature = inspect.signature(function)
    extra = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for name in more
        if name not in signature.parameters
    ]
    return signature.replace(parameters=[*signature.parameters.values(), *extra])


def observation(
    text: str, **converters: Callable[[str], object]
) -> Callable[[Observing], Observing]:
    """Make a When step out of a pure function that names the probes to run.

    Args:
        text: the step, lower case, in the format of the `parse` library where it has arguments.
        **converters: for arguments in the text.

    The function may return one probe, a sequence of them, or `not_applicable()` / `not_reviewed()`.
    """

    def decorate(function: Observing) -> Observing:
        if unknown := set(inspect.signature(function).parameters) - PLAN_FIXTURES - _names(text):
            message = f"{function.__module__}: step {text!r} asks for {sorted(unknown)}"
            raise TypeError(message)

        def step(**given: Any) -> object:
            observatory = given.pop("observatory")
            return observatory.sightings(as_tuple(function(**given)))

        _publish(step, function, "observatory")
        parser = _parser(text)
        when(parser, converters=converters, target_fixture="seen", stacklevel=2)(step)
        OBSERVATION_STEPS.append(
            ObservationStep(parsers.get_parser(parser), dict(converters), function)
        )
        return function

    return decorate


def judgement(text: str, **converters: Callable[[str], object]) -> Callable[[Judging], Judging]:
    """Make a Then step out of a function from sightings to findings.

    The findings are recorded for the requirements that the scenario claims, or for the one that the
    step's own argument `requirement` names.
    """

    def decorate(function: Judging) -> Judging:
        takes_requirement = "requirement" in inspect.signature(function).parameters

        def step(**given: Any) -> None:
            ledger = given.pop("ledger")
            requirement = (
                given["requirement"] if takes_requirement else given.pop("requirement", "")
            )
            ledger.record(tuple(function(**given)), requirement=str(requirement))

        _publish(step, function, "ledger", *({"requirement"} & _names(text)))
        then(_parser(text), converters=converters, stacklevel=2)(step)
        return function

    return decorate


def _publish(step: Callable[..., Any], function: Callable[..., Any], *more: str) -> None:
    """Give the step the name, module and arguments by which pytest-bdd and readers know it."""
    step.__name__ = function.__name__
    step.__doc__ = function.__doc__
    step.__module__ = function.__module__
    step.__signature__ = _signature_with(function, *more)  # type: ignore[attr-defined]


def _names(text: str) -> set[str]:
    """Names of the arguments in a step's text: "{service} of {node:Name}"."""
    return {part.split("}")[0].split(":")[0] for part in text.split("{")[1:]}
