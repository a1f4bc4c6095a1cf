"""Collects `.feature` files as pytest collects Python modules.

`pytest features/05-security-wizard/tls.feature` works, node ids read
`features/05-security-wizard/tls.feature::https_accepts_tls_1_2_and_later_only[conf1]`, and a file
with which something is wrong is refused before any of its scenarios runs.
"""

from __future__ import annotations

import os
import types
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import scenario
from pytest_bdd.feature import get_feature

from securemode.errors import ConfigurationError
from securemode.features import SLOW_TAG, ScenarioText, read
from securemode.plugin.guards import complaints, step_definitions
from securemode.plugin.run import run_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from securemode.plugin.ledger import Ledger


class FeatureModule(pytest.Module):
    """One feature file; its scenarios are its functions."""

    def _getobj(self) -> types.ModuleType:
        scenarios = self._checked()
        module = types.ModuleType(f"feature_{self.path.stem}")
        module.__file__ = str(self.path)
        patient = run_of(self.config).environment.slow
        for text in scenarios:
            if SLOW_TAG in text.tags and not patient:
                continue
            setattr(module, text.python_name, _bound(self.path, text))
        return module

    def _checked(self) -> tuple[ScenarioText, ...]:
        """The file's scenarios, once every guard is content."""
        try:
            scenarios = read(self.path)
        except ConfigurationError as error:
            raise self.CollectError(str(error)) from None
        run = run_of(self.config)
        wrong = complaints(scenarios, run.catalogue.ids, step_definitions(self.session))
        if not scenarios:
            wrong = [f"{self.path}: the file has no scenarios"]
        if wrong:
            shown = [line.replace(f"{self.config.rootpath}{os.sep}", "") for line in wrong]
            raise self.CollectError("\n".join(shown))
        return scenarios

    def funcnamefilter(self, name: str) -> bool:
        """Every function of a feature module is a scenario, whatever `python_functions` says."""
        return not name.startswith("_")


def _bound(path: Path, text: ScenarioText) -> Callable[..., None]:
    """A test function that runs the scenario's steps and then settles what they recorded."""

    def settle(ledger: Ledger) -> None:
        __tracebackhide__ = True
        ledger.settle()

    get_feature(str(path.parent), path.name)
    function: Callable[..., None] = scenario(
        path.name, text.name, features_base_dir=str(path.parent)
    )(settle)
    function.__name__ = text.python_name
    function.scenario_text = text  # type: ignore[attr-defined]
    return function


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Feature files below the paths given on the command line."""
    if file_path.suffix == ".feature":
        module: FeatureModule = FeatureModule.from_parent(parent, path=file_path)
        return module
    return None
