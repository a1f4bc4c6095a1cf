"""Answers the installation wizard at the console of a Management Node that has just been made."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import SetupFailed
from securemode.evidence import now
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementApi
from securemode.records.installation_questions import QUESTIONS
from securemode.setups.install_conversation import InstallConversation, install_answers
from securemode.setups.kept_file import write_for_owner
from securemode.setups.setup import Change
from securemode.setups.vsphere_setup import VSphereSetup
from securemode.setups.wizard_dialogue import Dialogue
from securemode.vsphere.console.login import leave, log_in, log_out, shows_login, shows_shell
from securemode.vsphere.console.terminal import ScreenTerminal
from securemode.vsphere.console.watching import Watch, patience_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from securemode.environment.models import Environment, Login
    from securemode.setups.setup import Progress
    from securemode.targets import Deployment
    from securemode.vsphere.access import VSphereAccess
    from securemode.vsphere.console.desk import Desk
    from securemode.vsphere.console.watching import ConsolePatience

    OpenConsole = Callable[[], AbstractContextManager[Desk]]

LOOK_S = 2.0
LAB_LOOK_S = 0.3
STEP = "the installation wizard"
CLOSED = "[the set-up: every question answered, and the console closed for the restart]"
"""Last line of the log: the screen on which the wizard itself said so may be gone too soon."""


class InstallWizard(VSphereSetup):
    """Sets the password of the system's account and answers the installation wizard.

    A Management Node whose Administrator interface answers is installed already.

    Args:
        environment: what is to be answered, and the two passwords.
        deployment: whose Management Node.
        access: the session with vCenter.
        keep_picture: keeps a picture as evidence and returns the name of its file.
        keep_log: keeps what was said, once all of it has been, for later runs.
        was_installed: whether an earlier run came to the wizard's end: then the node restarts.
        begun: file that stands while the wizard is being answered: a run that was killed leaves
            it, and the next one then leaves whatever stands half-typed at the console.
        resume: whether the operator has answered by hand where the last run stopped.
        open_console: opens the console; through vCenter where it is left out.
        is_up: whether the Administrator interface answers; asked of the API where it is left out.
        patience: how long to wait for what.

    Source: guide, "Pexip Infinity Management Node deployment and bootstrap configuration", 2 to 4.
    """

    name: ClassVar[str] = "install_wizard"

    def __init__(
        self,
        environment: Environment,
        deployment: Deployment,
        access: VSphereAccess,
        *,
        keep_picture: Callable[[str, bytes], str],
        keep_log: Callable[[str], None] = lambda _: None,
        was_installed: Callable[[], bool] = lambda: False,
        begun: Path | None = None,
        resume: bool = False,
        open_console: OpenConsole | None = None,
        is_up: Callable[[], bool] | None = None,
        patience: ConsolePatience | None = None,
    ) -> None:
        super().__init__(environment, access)
        self._node = deployment.management
        self._keep_picture = keep_picture
        self._keep_log = keep_log
        self._was_installed = was_installed
        self._begun = begun
        self._resume = resume
        self._open_console = open_console or self._at_vcenter
        self._is_up = is_up or self._api_answers
        self._patience = patience or patience_with(environment)

    def plan(self) -> list[Change]:
        """Every answer, unless the Administrator interface answers: then it has been given."""
        with self.planning():
            if self._is_up() or (self._was_installed() and self._comes_up()):
                self.notes.append("the Administrator interface answers: it is installed.")
                return []
            self._account()
            answers = install_answers(self._environment)
            return [
                Change(
                    self._node.name,
                    question.title,
                    "not installed",
                    answers[question.key],
                    question.requirement,
                )
                for question in QUESTIONS
                if question.key in answers
            ]

    def apply(self, progress: Progress) -> None:
        """Log in, answer, and wait until the Administrator interface is there."""
        with self.working([STEP, "the restart"]), self._open_console() as desk:
            watch = Watch(desk, partial(self._keep, self._node.name), self._patience)
            was_cut_off = self._begun is not None and self._begun.exists()
            if was_cut_off:
                leave(watch)
            with self._marked():
                if not self._resume or shows_login(watch.look().text):
                    log_in(watch, self._account())
                if was_cut_off and shows_shell(watch.text):
                    log_out(watch)  # its last answer had been given
                else:
                    self._converse(watch, progress)
            self.did(progress, STEP)
            self._await_start()
            self.did(progress, "the restart")

    def _converse(self, watch: Watch, progress: Progress) -> None:
        dialogue = Dialogue(ScreenTerminal(watch), self._patience.answer_s, QUESTIONS)
        try:
            self._conversation(dialogue).answer_all(progress)
        finally:
            watch.keep("install-wizard")
            self._said += ["Ran the installation wizard:", dialogue.transcript]
        self._keep_log(f"{dialogue.transcript}\n{CLOSED}\n")

    @contextmanager
    def _marked(self) -> Iterator[None]:
        """Whoever finds the mark knows that a run was killed here: every other end removes it."""
        if self._begun is None:
            yield
            return
        write_for_owner(self._begun, f"{now()}\n")
        try:
            yield
        finally:
            self._begun.unlink(missing_ok=True)

    def verify(self) -> None:
        """The Administrator interface answers."""
        if not self._is_up():
            raise SetupFailed("The Management Node does not answer after the installation wizard.")

    def _conversation(self, dialogue: Dialogue) -> InstallConversation:
        return InstallConversation(
            dialogue,
            self._account().password,
            self._environment.credentials.web.password,
            install_answers(self._environment),
        )

    def _await_start(self) -> None:
        if not self._comes_up():
            raise SetupFailed(
                "The installation wizard was answered, but the Administrator interface does "
                f"not answer within {self._patience.start_s:g} s.",
                remedy="look at the console, and whether this machine reaches "
                f"{self._node.address}.",
            )

    def _comes_up(self) -> bool:
        """Whether the Administrator interface answers before long: the node may be restarting."""
        deadline = time.monotonic() + self._patience.start_s
        while not self._is_up():
            if time.monotonic() > deadline:
                return False
            time.sleep(self._patience.poll_s)
        return True

    def _account(self) -> Login:
        login = self._environment.credentials.os_admin
        if login is None:
            raise SetupFailed(
                "install_wizard does not know which password to give the system's account.",
                remedy="state credentials.os_admin in the environment.",
            )
        return login

    def _keep(self, node: str, what: str, picture: bytes) -> str:
        return self._keep_picture(f"{node}-{what}", picture)

    def _api_answers(self) -> bool:
        look_s = LAB_LOOK_S if self._environment.lab else LOOK_S
        return management_api(ManagementApi, self._environment, timeout_s=look_s).is_up()

    def _at_vcenter(self) -> AbstractContextManager[Desk]:
        from securemode.vsphere.console.machine import (  # noqa: PLC0415 - pyVmomi is heavy
            machine_console,
        )
        from securemode.vsphere.machines import Listing  # noqa: PLC0415 - as above

        machine = Listing(self.session).machine_of(self._node, self.vcenter)
        if machine is None:
            raise SetupFailed(
                f"{self._node.name} has no virtual machine at whose console its wizard runs.",
                remedy="run deploy_management_node first, or answer the wizard by hand.",
            )
        return machine_console(self.session, self._environment, machine.moid, machine.name)
