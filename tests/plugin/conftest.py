"""A small project of its own for every test: one requirement, one probe, one judge."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]

ENVIRONMENT = """
identity: {customer: A, site: B, contract: C, system: D}
management_node: {name: mgmt, ipv4: 127.0.0.1}
conferencing_nodes:
  - {name: conf1, ipv4: 127.0.0.2, location: north}
  - {name: conf2, ipv4: 127.0.0.3, location: south}
credentials:
  web: {username: admin, password: {env: DEMO_PASSWORD}}
trust: {}
"""

STEPS = """
from securemode.plugin.steps import judgement, observation
from securemode.probes.probe import not_applicable, not_reviewed
from securemode.sightings import of_the_scenario
from securemode.verdicts import holds, deviates, unclear
from suite.doubles import Drill, Reading, Thermometer


@observation("the temperature is read")
def read_it(node):
    return Thermometer(node)


@observation("it is read of the whole deployment")
def read_deployment(deployment):
    return Thermometer(deployment.management)


@observation("it is read of the host")
def read_beneath(deployment):
    return Thermometer(deployment.management)


@observation("every temperature is read")
def read_all(deployment):
    return [Thermometer(node) for node in deployment.nodes]


@observation("a hole is drilled")
def drill(node):
    return Drill(node)


@observation("there is nothing to read")
def nothing(node):
    return not_applicable("the site has no thermometer")


@judgement("it is at most {most:d} degrees")
def at_most(seen, most, request):
    def judge(reading):
        word = {"expected": f"at most {most}", "saw": str(reading.degrees)}
        return holds("is cool", **word) if reading.degrees <= most else deviates("is hot", **word)

    beneath = {"host", "datastore"} & set(request.fixturenames)
    return of_the_scenario(seen.each(judge)) if beneath else seen.each(judge)


@judgement("it is hard to tell")
def hard(seen):
    return seen.each(lambda reading: unclear("is foggy", expected="a view", saw="fog"))


@judgement("{requirement} holds")
def row_holds(seen, requirement):
    return seen.each(lambda reading: holds("is fine", expected="fine", saw="fine"))


@judgement("nothing comes of it")
def empty(seen):
    return ()
"""

CONFTEST = 'pytest_plugins = ["securemode.plugin", "demo_steps"]\n'


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project whose features are still to be written; runs are made in a process of their own."""
    shutil.copytree(ROOT / "requirements", pytester.path / "requirements")
    pytester.mkdir("environments").joinpath("demo.yaml").write_text(ENVIRONMENT)
    pytester.path.joinpath("demo_steps.py").write_text(STEPS)
    pytester.path.joinpath("conftest.py").write_text(CONFTEST)
    pytester.makeini(
        "[pytest]\naddopts = --strict-markers -p no:cacheprovider -p no:hypothesispytest "
        "--assert=plain\nfilterwarnings = error\n"
    )
    monkeypatch.setenv("DEMO_PASSWORD", "canary-of-the-demo")
    monkeypatch.setenv("ACCEPT_ENV", "demo")
    monkeypatch.setenv("PYTHONPATH", f"{pytester.path}:{ROOT / 'tests'}")
    return pytester


@pytest.fixture
def feature(project: pytest.Pytester) -> Callable[[str], pytest.RunResult]:
    """Writes one feature file, runs it, returns the result."""

    def run(text: str, *arguments: str) -> pytest.RunResult:
        path = project.path / "features" / "demo.feature"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return project.runpytest_subprocess(*arguments)

    return run
