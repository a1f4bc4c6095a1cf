"""Knows every probe of a run before the first one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd.scenario import scenario_wrapper_template_registry

from securemode.evidence import target_name
from securemode.plugin.steps import OBSERVATION_STEPS
from securemode.plugin.tags import parameters_of
from securemode.plugin.targets import TARGET_FIXTURES
from securemode.probes.configuration import ConfigurationResource
from securemode.probes.probe import Probe, Withheld, permitted
from securemode.probes.versions import ProductVersions

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from securemode.plugin.run import Run


def wanted_by(item: pytest.Item, run: Run) -> tuple[Probe | Withheld, ...]:
    """What the When steps of one scenario ask for, found without running it."""
    template = scenario_wrapper_template_registry.get(getattr(item, "function", None))
    if template is None:
        return ()
    parameters = parameters_of(item)
    fixtures: dict[str, object] = {
        "environment": run.environment,
        "site": run.environment.site,
        "deployment": run.deployment,
        **{name: parameters[name] for name in TARGET_FIXTURES if name in parameters},
    }
    scenario = template.render(parameters.get("_pytest_bdd_example", {}))
    wanted: list[Probe | Withheld] = []
    for step in scenario.steps:
        for definition in OBSERVATION_STEPS if step.type == "when" else ():
            if (found := definition.wanted(step.name, fixtures)) is not None:
                wanted += (permitted(want, run.environment) for want in found)
                break
    return tuple(wanted)


def probes_of(items: Iterable[pytest.Item], run: Run) -> tuple[Probe, ...]:
    """Every probe that the scenarios will ask for, each once, in the order of first asking.

    A run that asks the Management API at all asks it for versions too, for the report.
    """
    probes: dict[Probe, None] = {}
    for item in items:
        for want in wanted_by(item, run):
            if not isinstance(want, Withheld):
                probes[want] = None
    if any(isinstance(probe, ConfigurationResource) for probe in probes):
        probes[ProductVersions(target=run.deployment)] = None
    return tuple(probes)


def plan_text(probes: Iterable[Probe]) -> str:
    """`--plan`: one line a connection that the run could make, with its upper bound."""
    lines = []
    total = 0
    for probe in probes:
        for connection in probe.connections():
            total += connection.most
            intrusive = f"  intrusive: {probe.intrusive}" if probe.intrusive else ""
            lines.append(
                f"{target_name(probe.target):<12} {probe.name:<24} {connection.transport:<5} "
                f"{connection.address:<24} {connection.port:>9}  at most {connection.most:>6}"
                f"{intrusive}"
            )
    return "\n".join([*lines, f"{len(lines)} lines, at most {total} connections and datagrams."])
