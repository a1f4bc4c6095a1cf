"""One run: everything that is known once the command line and the environment have been read."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from securemode.environment import kept
from securemode.evidence import EvidenceLog, now
from securemode.observatory import Observatory
from securemode.pictures import pictures_of
from securemode.probes.probe import Access
from securemode.probes.sslyze_process import SslyzeProcess
from securemode.records.own_record import beside, place
from securemode.redaction import Redactor

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.plugin.rejudging import PastRun
    from securemode.report.models import SetupRecord
    from securemode.report.waiver import Waiver
    from securemode.requirements import Catalogue
    from securemode.setups.lab import Lab
    from securemode.setups.secured_lab import SecuredLab
    from securemode.targets import Deployment

WORKER_KEY = "securemode"
"""Under which controller and workers of xdist talk to each other."""

WITNESS_PYTHON = Path(".venv-witness/bin/python")
"""Where `./accept` puts the environment in which sslyze lives."""


@dataclass(slots=True)
class Run:
    """State of one pytest session of ours, the same in the controller and in every worker.

    Attributes:
        root: the repository.
        environment: loaded, with secrets, and completed by the lab's document where there is one.
        catalogue: the requirements.
        setups: names of the set-ups to run, in order.
        lab: the running lab, or None.
        id: name of the run and of its directory.
        directory: where the run's report and evidence go.
        worker: the xdist worker's name; empty in the controller and without xdist.
        past: the run whose evidence is judged again; None where this run looks itself.
        waivers: the deviations that the environment's waivers accept.
        secured: the secured lab that this run restores or leaves; None where it was not asked for.
    """

    root: Path
    environment: Environment
    catalogue: Catalogue
    setups: tuple[str, ...]
    id: str
    directory: Path
    lab: Lab | None = None
    worker: str = ""
    waivers: tuple[Waiver, ...] = ()
    secured: SecuredLab | None = None
    began: str = field(default_factory=now)
    redactor: Redactor = field(default_factory=Redactor)
    cancelled: threading.Event = field(default_factory=threading.Event)
    setup_records: list[SetupRecord] = field(default_factory=list)
    observatory: Observatory | None = None
    past: PastRun | None = None
    _deployment: Deployment | None = None

    @property
    def deployment(self) -> Deployment:
        """Every node and location that the run looks at."""
        if self._deployment is None:
            self._deployment = self.environment.deployment()
        return self._deployment

    @property
    def own_record(self) -> Path:
        """Where the record of the security wizard on exactly this deployment is kept."""
        node = self.environment.management_node
        whose = f"{node.ipv4} {node.ipv6} {self.environment.port_offset}"
        if self.lab is not None:
            whose = f"{self.lab.document['control']} {self.lab.document['pid']}"
        return place(self.directory.parent, self.environment.name, whose)

    @property
    def own_installation(self) -> Path:
        """Where the set-up keeps the terminal log of the installation wizard."""
        return beside(self.own_record, "installation.log")

    def open_observatory(self) -> Observatory:
        """The run's observatory; the directory of the run is made here and not before."""
        if self.observatory is None:
            self.redactor.add(*self.environment.secret_values())
            python = self.root / WITNESS_PYTHON
            access = Access(
                environment=self.environment,
                deployment=self.deployment,
                timeout_s=self.environment.limits.answer_timeout_s,
                cancelled=self.cancelled,
                witness=SslyzeProcess(python) if python.exists() else None,
                own_record=self.own_record,
                own_installation=self.own_installation,
                stigs=self.catalogue.stigs,
                pictures=pictures_of(self.directory),
            )
            log = EvidenceLog(self.directory / "evidence", self.redactor)
            if not self.worker:
                log.keep(kept.FILE, kept.text(self.environment))
            self.observatory = Observatory(access, log)
        return self.observatory


RUN: pytest.StashKey[Run] = pytest.StashKey()


def run_of(config: pytest.Config) -> Run:
    """The run that belongs to a pytest configuration."""
    return config.stash[RUN]


def new_id(environment: str) -> str:
    """A name for a run: UTC moment, environment, four random letters."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{environment}-{secrets.token_hex(2)}"
