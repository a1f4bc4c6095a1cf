"""Configures the firmware of each virtual machine at its console, as a person would."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import CannotLook, SetupFailed
from securemode.evidence import now
from securemode.setups.kept_pages import Pages
from securemode.setups.setup import Change
from securemode.setups.vsphere_setup import VSphereSetup
from securemode.vsphere.console.bios import SetupUtility
from securemode.vsphere.console.bios_screen import Shows, shows
from securemode.vsphere.console.watching import Watch, patience_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from securemode.environment.models import Environment
    from securemode.environment.secret import Secret
    from securemode.setups.kept_pages import KeptPages
    from securemode.setups.setup import Progress
    from securemode.targets import Deployment, Node
    from securemode.vsphere.access import VSphereAccess
    from securemode.vsphere.console.desk import PoweredDesk
    from securemode.vsphere.console.screen_text import ScreenText
    from securemode.vsphere.console.watching import ConsolePatience
    from securemode.vsphere.machines import Machine

    OpenConsole = Callable[[Machine], AbstractContextManager[PoweredDesk]]


PAGES = ("Boot", "Security", "Exit")
_KERNEL = re.compile(r"\[\s*\d+\.\d+\]\s")
_CHANGES = (
    ("BIOS-01", "first device", "Hard Drive"),
    ("BIOS-02", "first hard drive", "VMware Virtual SCSI Hard Drive (0:0)"),
    ("BIOS-03", "supervisor password", "set"),
)


class ConfigureBios(VSphereSetup):
    """Boot order and supervisor password in the firmware of every node's virtual machine.

    vCenter does not tell what is set there, so that what was done is kept; a machine for which
    nothing is kept is looked at, and changed only where it differs.

    Args:
        environment: the supervisor password.
        deployment: whose virtual machines.
        access: the session with vCenter.
        kept: how far earlier runs have come.
        keep_picture: keeps a picture as evidence and returns the name of its file.
        resume: whether the operator has done the page by hand at which the last run stopped.
        open_console: opens the console of a machine; through vCenter where it is left out.
        patience: how long to wait for what.

    Source: guide, "BIOS configuration".
    """

    name: ClassVar[str] = "configure_bios"

    def __init__(
        self,
        environment: Environment,
        deployment: Deployment,
        access: VSphereAccess,
        *,
        kept: KeptPages,
        keep_picture: Callable[[str, bytes], str],
        resume: bool = False,
        open_console: OpenConsole | None = None,
        patience: ConsolePatience | None = None,
    ) -> None:
        super().__init__(environment, access)
        self._deployment = deployment
        self._kept = kept
        self._keep_picture = keep_picture
        self._resume = resume
        self._open_console = open_console or self._at_vcenter
        self._patience = patience
        self._machines: list[tuple[Node, Machine]] = []

    def plan(self) -> list[Change]:
        """Every machine whose firmware no run has brought to its end, by its instance UUID."""
        with self.planning():
            self._machines = self._found()
            self._password()
            return [
                Change(node.name, setting, "not looked at", wanted, requirement)
                for node, machine in self._machines
                if not self._kept.of(machine.instance_uuid).ended
                for requirement, setting, wanted in _CHANGES
            ]

    def apply(self, progress: Progress) -> None:
        """Go through the pages of each machine, one machine after the other."""
        waiting = [
            (node, machine)
            for node, machine in self._machines
            if not self._kept.of(machine.instance_uuid).ended
        ]
        with self.working([_step(node) for node, _ in waiting]):
            for node, machine in waiting:
                self._configure(node, machine, progress)
                self.did(progress, _step(node))

    def verify(self) -> None:
        """No machine is left to enter its set-up utility at the next start."""
        with self._told("The pages of BIOS setup are done."):
            for node, machine in self._machines:
                with self._open_console(machine) as console:
                    if console.enters_setup:
                        raise SetupFailed(f"{node.name} would enter BIOS setup at its next start.")

    def _configure(self, node: Node, machine: Machine, progress: Progress) -> None:
        """All pages of one machine, from where the last run stopped if it is to be resumed."""
        key = machine.instance_uuid
        pages = self._beginning(key, node, progress)
        with self._open_console(machine) as console:
            watch = self._watch(console, node)
            try:
                pages = self._worked(console, watch, machine, pages, progress)
            except CannotLook as error:
                raise SetupFailed(
                    f"{node.name} is left in the middle of its BIOS setup: {error.message}",
                    remedy=error.remedy,
                ) from error
            if console.enters_setup:
                console.force_setup(wanted=False)
            progress(f"{self.name}: {node.name} starts")
            self._await_system(watch, node)
            self._kept.keep(key, replace(pages, ended=now()))

    def _beginning(self, key: str, node: Node, progress: Progress) -> Pages:
        """What earlier runs have done there; without --resume nothing that isn't looked at."""
        pages = self._kept.of(key)
        if not self._resume:
            return self._kept.keep(key, Pages())
        if pages.stopped_at:
            progress(f"{self.name}: {node.name}: {pages.stopped_at} page done by hand, as you say")
        return self._kept.keep(key, pages.resumed())

    def _worked(
        self, console: PoweredDesk, watch: Watch, machine: Machine, pages: Pages, progress: Progress
    ) -> Pages:
        """Every page that is not done, each noted at once."""
        utility = SetupUtility(watch)
        password = self._password()
        work: dict[str, Callable[[], object]] = {
            "Boot": utility.hard_drive_first,
            "Security": lambda: utility.set_supervisor_password(password),
            "Exit": utility.leave_saving,
        }
        left = [page for page in PAGES if page not in pages.done]
        if left and not (self._resume and shows(watch.look().text) is Shows.SETUP):
            console.force_setup(wanted=True)
            console.restart()
            utility.open(password)
        for page in left:
            self._kept.keep(machine.instance_uuid, replace(pages, stopped_at=page))
            work[page]()
            pages = self._kept.keep(machine.instance_uuid, pages.with_done(page))
            self._said.append(f"{now()} {machine.name}: {page} page")
            progress(f"{self.name}: {machine.name}: {page} page done")
        return pages

    def _await_system(self, watch: Watch, node: Node) -> None:
        """Wait until the system is there: at its login prompt, or quiet after kernel messages.

        Raises:
            CannotLook: the machine shows neither.
        """
        quiet = Quiet(watch.patience.answer_s)
        watch.until(
            f"that the system of {node.name} starts",
            lambda text: _has_login(text) or (_has_kernel(text) and quiet.lasts(text.text)),
            timeout_s=watch.patience.start_s,
        )
        if not _has_login(watch.text):
            self.notes.append(f"{node.name} has started and shows no login prompt.")

    def _found(self) -> list[tuple[Node, Machine]]:
        """The machines there are by now; some nodes are deployed later."""
        from securemode.vsphere.machines import Listing  # noqa: PLC0415 - pyVmomi is heavy

        listing = Listing(self.session)
        found = []
        for node in self._deployment.nodes:
            machine = listing.machine_of(node, self.vcenter)
            if machine is None:
                self.notes.append(f"{node.name} has no virtual machine yet.")
            else:
                found.append((node, machine))
        if self.vcenter.contingency:
            self.notes.append(
                "contingency virtual machines are left as they are: started, they would take the "
                "addresses of those that they mirror."
            )
        return found

    def _password(self) -> Secret:
        password = self._environment.credentials.bios_supervisor_password
        if not password:
            raise SetupFailed(
                "configure_bios does not know the supervisor password.",
                remedy="state credentials.bios_supervisor_password in the environment.",
            )
        return password

    def _watch(self, console: PoweredDesk, node: Node) -> Watch:
        return Watch(
            console,
            lambda what, picture: self._keep_picture(f"{node.name}-bios-{what}", picture),
            self._patience or patience_with(self._environment),
        )

    def _at_vcenter(self, machine: Machine) -> AbstractContextManager[PoweredDesk]:
        from securemode.vsphere.console.machine import (  # noqa: PLC0415 - pyVmomi is heavy
            machine_console,
        )

        return machine_console(self.session, self._environment, machine.moid, machine.name)


@dataclass(slots=True)
class Quiet:
    """Tells when something has stayed the same for some time.

    Attributes:
        for_s: how long.
    """

    for_s: float
    _seen: str = ""
    _since: float = 0.0

    def lasts(self, seen: str) -> bool:
        """Whether it is the same as at every look since long enough."""
        if seen != self._seen:
            self._seen, self._since = seen, time.monotonic()
        return time.monotonic() - self._since >= self.for_s


def _has_login(text: ScreenText) -> bool:
    return any("login:" in line for line in text.lines)


def _has_kernel(text: ScreenText) -> bool:
    """Whether a kernel says what it does: its lines begin with the seconds since its start."""
    return any(_KERNEL.match(line) for line in text.lines)


def _step(node: Node) -> str:
    return f"the BIOS setup of {node.name}"
