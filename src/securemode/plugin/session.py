"""Beginning and end of a session: reads everything before touching anything, joins the lab."""

from __future__ import annotations

import gc
import pickle
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment import attestations
from securemode.environment.loading import load
from securemode.environment.models import DISCOVER
from securemode.errors import ConfigurationError, SecureModeError
from securemode.infinity.discovery import discovered
from securemode.plugin import outcomes, rejudging, secured
from securemode.plugin.options import environment_name, setup_names
from securemode.plugin.records import waivers_of
from securemode.plugin.run import RUN, WORKER_KEY, Run, new_id, run_of
from securemode.probes.snmp_selftest import aes_works
from securemode.records.own_record import kept_of
from securemode.requirements import Catalogue, Kind
from securemode.setups import lab as embedded
from securemode.setups import lab_document
from securemode.vsphere.discovery import discovered as with_hosts_and_datastores

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

SELDOM = (50_000, 20, 50)
"""How seldom garbage is looked for: thousands of scenarios and observations stay to the end."""


def _worker_input(config: pytest.Config) -> dict[str, Any] | None:
    """What the controller told this xdist worker; None in the controller and without xdist."""
    return getattr(config, "workerinput", {}).get(WORKER_KEY)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read catalogue and environment, bring up the lab; what is wrong ends here, exit code 4."""
    config.addinivalue_line("markers", "requirement: set by @req tags of feature files")
    if config.option.help or config.option.version:
        return
    gc.set_threshold(*SELDOM)
    try:
        config.stash[RUN] = _run(config)
        outcomes.register(config)
    except SecureModeError as error:
        raise pytest.UsageError(str(error)) from None


def _run(config: pytest.Config) -> Run:
    """The run as the controller begins it; without xdist there is nothing else."""
    root = Path(config.rootpath)
    if told := _worker_input(config):
        return _run_of_worker(config, root, told)
    if config.option.rejudge:
        return rejudging.run_again(config, root)
    catalogue = Catalogue.load(root / "requirements")
    looks = not (config.option.plan or config.option.collectonly)
    environment = load(environment_name(config), root / "environments", resolve=looks)
    asked = {name: True for name in ("all_ports", "slow") if getattr(config.option, name)}
    environment = environment.model_copy(update=asked)
    run_id = new_id(environment.name)
    run = Run(
        root=root,
        environment=environment,
        catalogue=catalogue,
        setups=setup_names(config, environment.setup),
        id=run_id,
        directory=root / config.option.reports / run_id,
    )
    _check_protection(run, config.option.allow_changes)
    _check_attestations(run)
    run.waivers = waivers_of(run.environment, run.catalogue)
    if looks:
        aes_works()
    if environment.lab is not None:
        _bring_up_lab(run, config)
    elif environment.conferencing_nodes == DISCOVER:
        run.environment = discovered(environment, looks=looks)
    if looks:
        run.environment = with_hosts_and_datastores(run.environment)
    return run


def _run_of_worker(config: pytest.Config, root: Path, told: dict[str, Any]) -> Run:
    """A worker is born where the controller stands, and is told what the controller knows."""
    run = Run(
        root=root,
        environment=pickle.loads(told["environment"]),  # noqa: S301 - our own, over our own pipe
        catalogue=Catalogue.load(root / "requirements"),
        setups=tuple(told["setups"]),
        id=told["id"],
        directory=Path(told["directory"]),
        worker=config.workerinput["workerid"],  # type: ignore[attr-defined]
        waivers=pickle.loads(told["waivers"]),  # noqa: S301 - likewise
        secured=pickle.loads(told["secured"]),  # noqa: S301 - likewise
    )
    if told["lab"]:
        run.lab = embedded.Lab(told["lab"])
    return run


def _check_protection(run: Run, allowed: str | None) -> None:
    if run.environment.protected and run.setups and allowed != run.environment.name:
        raise ConfigurationError(
            f"environment {run.environment.name} is protected, and the set-ups "
            f"{', '.join(run.setups)} would change it.",
            remedy=f"verify only with --setup=none, or allow them with "
            f"--allow-changes={run.environment.name}.",
        )


def _check_attestations(run: Run) -> None:
    """What a person states has to be right in form, and on something that a person may state."""
    if file := run.environment.records.attestations:
        attestations.load(
            file,
            [row.id for row in run.catalogue.rows if Kind.ATTESTED in row.kinds],
            run.catalogue.stigs.by_person,
        )


def _bring_up_lab(run: Run, config: pytest.Config) -> None:
    """Start or attach the lab and stand in its operator's network, before any thread exists."""
    if config.option.lab:
        run.lab = embedded.attach(config.option.lab)
    else:
        run.lab = secured.started(run, config)
    try:
        run.lab.stand_in()
        run.environment = lab_document.supplied(run.environment, run.lab.document)
        if run.secured is not None and run.secured.restored is not None:
            run.secured.bring_back(secured.own_files(run))
        _check_attestations(run)
    except BaseException:
        run.lab.stop()
        raise


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tell each xdist worker which run it belongs to; secrets go through its pipe only."""
    run = run_of(node.config)
    run.directory.mkdir(parents=True, exist_ok=True)
    node.workerinput[WORKER_KEY] = {
        "id": run.id,
        "directory": str(run.directory),
        "setups": list(run.setups),
        "environment": pickle.dumps(run.environment),
        "waivers": pickle.dumps(run.waivers),
        "secured": pickle.dumps(run.secured),
        "lab": run.lab.document if run.lab else None,
    }


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the lab that this session started; keep no directory of a run that saw nothing."""
    run = config.stash.get(RUN, None)
    if run is None or run.worker:
        return
    if run.lab is not None:
        if run.lab.process is not None:  # nobody will see this deployment again
            for kept in kept_of(run.own_record):
                shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
        run.lab.stop()
    for used in run.directory.glob(".once*"):
        used.unlink()
    if run.directory.exists() and not list(run.directory.rglob("*.json*")):
        shutil.rmtree(run.directory)
