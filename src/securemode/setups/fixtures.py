"""The set-ups that come with the suite, under the names that environments use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import pytest

from securemode.errors import ConfigurationError
from securemode.pictures import Pictures, pictures_of
from securemode.records.own_record import beside
from securemode.setups.backup import Backup
from securemode.setups.configure_application import ConfigureApplication
from securemode.setups.configure_bios import ConfigureBios
from securemode.setups.console_way import by_console
from securemode.setups.deploy_conferencing_nodes import DeployConferencingNodes
from securemode.setups.deploy_management_node import DeployManagementNode
from securemode.setups.install_wizard import InstallWizard
from securemode.setups.kept_bootstrap import KeptBootstraps
from securemode.setups.kept_file import write_for_owner
from securemode.setups.kept_pages import KeptPages
from securemode.setups.kept_record import KeptRecord
from securemode.setups.reserve_resources import ReserveResources
from securemode.setups.security_wizard import SecurityWizard
from securemode.setups.setup import Change, Setup
from securemode.vsphere.access import VSphereAccess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode.plugin.run import Run
    from securemode.setups.lab import Lab
    from securemode.setups.secured_lab import SecuredLab
    from securemode.setups.setup import Progress


class EmbeddedLab(Setup):
    """Says which lab is verified; the plug-in has started it already (ADR 0005)."""

    name: ClassVar[str] = "lab"

    def __init__(self, lab: Lab, secured: SecuredLab | None = None) -> None:
        super().__init__()
        self._lab = lab
        self._secured = secured

    def plan(self) -> list[Change]:
        """Nothing: a lab is new when a run starts it."""
        reason = f" ({self._lab.profile_reason})" if self._lab.profile_reason else ""
        nodes = len(self._lab.document["conferencing_nodes"])
        self.notes = [
            f"a Management Node and {nodes} Conferencing Nodes, {self._lab.profile}{reason}"
        ]
        if self._secured is not None and self._secured.restored is not None:
            self.notes.append(f"restored {self._secured.restored}; later set-ups are not performed")
        elif self._secured is not None and self._secured.refusal:
            self.notes.append(f"no state is restored: {self._secured.refusal}")
        return []

    def apply(self, progress: Progress) -> None:
        """Nothing to apply."""

    def verify(self) -> None:
        """Ask the lab whether it is there."""
        self._lab.control("state")

    @property
    def transcript(self) -> str:
        """Nothing beside the note."""
        return ""


@pytest.fixture(scope="session")
def lab(run: Run) -> EmbeddedLab:
    """The embedded lab."""
    if run.lab is None:
        raise ConfigurationError(
            f"environment {run.environment.name} lists the set-up lab, but has no lab: section."
        )
    return EmbeddedLab(run.lab, run.secured)


@pytest.fixture(scope="session")
def restart_node(run: Run) -> Callable[[str], object] | None:
    """Restarts one Conferencing Node, where this run has a hand on its power button."""
    if run.lab is None:
        return None
    power = run.lab
    return lambda name: power.control("restart", node=name)


@pytest.fixture(scope="session")
def security_wizard(
    run: Run,
    restart_node: Callable[[str], object] | None,
    vcenter_access: VSphereAccess,
    pictures: Pictures,
) -> SecurityWizard:
    """The security wizard on the Management Node."""
    environment, node = run.environment, run.deployment.management
    console = partial(by_console, node, environment, vcenter_access, pictures.keep)
    return SecurityWizard(
        environment,
        run.deployment,
        restart_node=restart_node,
        beside_ssh=console if environment.vsphere else None,
        kept=KeptRecord(run.own_record, run.redactor.text),
    )


@pytest.fixture(scope="session")
def backup(run: Run) -> Backup:
    """A backup of the configuration, held by the Management Node."""
    return Backup(run.environment)


@pytest.fixture(scope="session")
def configure_application(run: Run) -> ConfigureApplication:
    """The configuration through the Management API."""
    return ConfigureApplication(run.environment)


@pytest.fixture(scope="session")
def vcenter_access(run: Run) -> Iterator[VSphereAccess]:
    """The one session with vCenter of all set-ups."""
    access = VSphereAccess(run.environment)
    yield access
    access.close()


@pytest.fixture(scope="session")
def deploy_management_node(run: Run, vcenter_access: VSphereAccess) -> DeployManagementNode:
    """The Management Node, from its OVA."""
    return DeployManagementNode(run.environment, vcenter_access)


@pytest.fixture(scope="session")
def reserve_resources(run: Run, vcenter_access: VSphereAccess) -> ReserveResources:
    """What the guide wants reserved for each virtual machine."""
    return ReserveResources(run.environment, run.deployment, vcenter_access)


@pytest.fixture(scope="session")
def deploy_conferencing_nodes(run: Run, vcenter_access: VSphereAccess) -> DeployConferencingNodes:
    """The Conferencing Nodes, from their OVA until they are in sync."""
    kept = KeptBootstraps(beside(run.own_record, "bootstrap"))
    return DeployConferencingNodes(run.environment, run.deployment, vcenter_access, kept)


@pytest.fixture(scope="session")
def pictures(run: Run) -> Pictures:
    """Where set-ups keep pictures of consoles."""
    return pictures_of(run.directory)


@pytest.fixture(scope="session")
def configure_bios(
    run: Run,
    vcenter_access: VSphereAccess,
    pictures: Pictures,
    pytestconfig: pytest.Config,
) -> ConfigureBios:
    """Boot order and supervisor password of every virtual machine, at its console."""
    kept = KeptPages(beside(run.own_record, "bios.json"))
    return ConfigureBios(
        run.environment,
        run.deployment,
        vcenter_access,
        kept=kept,
        keep_picture=pictures.keep,
        resume=pytestconfig.option.resume,
    )


@pytest.fixture(scope="session")
def install_wizard(
    run: Run,
    vcenter_access: VSphereAccess,
    pictures: Pictures,
    pytestconfig: pytest.Config,
) -> InstallWizard:
    """The installation wizard, at the console of the Management Node."""
    log = run.own_installation
    return InstallWizard(
        run.environment,
        run.deployment,
        vcenter_access,
        keep_picture=pictures.keep,
        keep_log=lambda text: write_for_owner(log, run.redactor.text(text)),
        was_installed=log.exists,
        begun=beside(run.own_record, "installation.begun"),
        resume=pytestconfig.option.resume,
    )
