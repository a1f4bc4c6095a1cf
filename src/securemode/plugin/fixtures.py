"""Fixtures that steps and set-ups ask for by name."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from securemode.plugin import rejudging
from securemode.plugin.ledger import Ledger
from securemode.plugin.planning import probes_of
from securemode.plugin.progress import ProgressLine
from securemode.plugin.run import Run, run_of
from securemode.plugin.setups import run_setups
from securemode.plugin.tags import claims_of, target_of
from securemode.probes.sslyze_witness import SslyzeScan
from securemode.report.waiving import weighed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.observatory import Observatory
    from securemode.probes.probe import Probe
    from securemode.stig.catalogue import Stigs
    from securemode.targets import Datastore, Deployment, Host, Location, Node


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Run:
    """The run itself, for set-ups."""
    return run_of(request.config)


@pytest.fixture(scope="session")
def environment(run: Run) -> Environment:
    """The environment that is verified."""
    return run.environment


@pytest.fixture(scope="session")
def site(environment: Environment) -> Site:
    """What the site decided where the guide leaves it a choice."""
    return environment.site


@pytest.fixture(scope="session")
def deployment(run: Run) -> Deployment:
    """Every node and location."""
    return run.deployment


@pytest.fixture(scope="session")
def stigs(run: Run) -> Stigs:
    """The STIGs of hosts and virtual machines, control by control."""
    return run.catalogue.stigs


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest) -> Node:
    """The scenario's node, in scenarios tagged for nodes."""
    chosen: Node = request.param
    return chosen


@pytest.fixture(scope="session")
def location(request: pytest.FixtureRequest) -> Location:
    """The scenario's location, in scenarios tagged @each_location."""
    chosen: Location = request.param
    return chosen


@pytest.fixture(scope="session")
def host(request: pytest.FixtureRequest) -> Host:
    """The scenario's ESXi host, in scenarios tagged @each_host."""
    chosen: Host = request.param
    return chosen


@pytest.fixture(scope="session")
def datastore(request: pytest.FixtureRequest) -> Datastore:
    """The scenario's datastore, in scenarios tagged @each_datastore."""
    chosen: Datastore = request.param
    return chosen


@contextmanager
def _once(run: Run) -> Iterator[bool]:
    """Whether this worker is the first; the others wait until it is done."""
    if not run.worker:
        yield True
        return
    with FileLock(run.directory / ".once.lock"):
        marker = run.directory / ".once"
        yield not marker.exists()
        marker.touch()


@contextmanager
def _witness(run: Run, probes: Iterable[Probe]) -> Iterator[None]:
    """Let sslyze load while the set-ups are at work; end it once everything has been seen."""
    witness = run.open_observatory().access.witness
    if witness is None or not any(isinstance(probe, SslyzeScan) for probe in probes):
        yield
        return
    witness.start()
    try:
        yield
    finally:
        witness.close()


@pytest.fixture(scope="session")
def observatory(run: Run, request: pytest.FixtureRequest) -> Observatory:
    """Everything that this run will see: set-ups first, then every probe, once, concurrently."""
    made = run.open_observatory()
    probes = probes_of(request.session.items, run)
    if run.past is not None:
        rejudging.recall(made, run.past, probes)
        return made
    with _once(run) as first:
        if first:
            with _witness(run, probes), closing(made.access.vsphere):
                run_setups(run, request)
                with ProgressLine(request.config, run) as line:
                    made.report = line.show
                    made.observe_all(probes)
        else:
            made.recall(probes)
    return made


@pytest.fixture
def ledger(request: pytest.FixtureRequest, run: Run, observatory: Observatory) -> Ledger:  # noqa: ARG001
    """Where the Then steps of one scenario write what they found."""
    item = request.node
    made = Ledger(
        claims=claims_of(item),
        target=target_of(item),
        scenario=item.function.scenario_text.name,
        node_id=item.nodeid,
        remedy=lambda requirement: run.catalogue.row(requirement).remedy.text,
        redact=run.redactor.text,
        weigh=lambda finding: weighed(finding, run.waivers, datetime.fromisoformat(run.began)),
    )
    item.ledger = made
    return made
