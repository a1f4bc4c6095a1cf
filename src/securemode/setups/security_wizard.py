"""Runs the security wizard on the Management Node, then restarts what has to take its answers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import AuthenticationRejected, CannotLook, SetupFailed
from securemode.evidence import now
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementApi
from securemode.records.own_record import WizardRecord
from securemode.records.security_questions import QUESTIONS
from securemode.setups.configured_already import Beforehand, beforehand
from securemode.setups.console_way import by_either, by_ssh
from securemode.setups.management_restart import LAB_PATIENCE, Patience, await_restart
from securemode.setups.setup import Change, Setup
from securemode.setups.wizard_conversation import WizardConversation, answers_wanted
from securemode.setups.wizard_dialogue import Console, Dialogue

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.setups.kept_record import KeptRecord
    from securemode.setups.setup import Progress
    from securemode.targets import Deployment

MANAGEMENT_NODE = "Management Node"
_TAKEN = "the security wizard's answers"
OpenConsole = Callable[[], AbstractContextManager[Console]]


class SecurityWizard(Setup):
    """Answers the security wizard as guide and site want, and sees to every restart.

    Args:
        environment: the site's answers and the account of the operating system.
        deployment: the nodes that exist by now.
        restart_node: restarts the Conferencing Node of this name and returns when it is up again.
        console: opens the Management Node's console; over SSH where it is left out.
        beside_ssh: opens it where SSH is off; None where there is no other way.
        is_up: whether the Administrator interface answers; asked of the API where it is left out.
        kept: where the record of a run is kept, that of an earlier run among them.
        configured: says what is configured already; asked of the API where it is left out.
        nodes: names of the Conferencing Nodes that the product has; asked of the API likewise.
        patience: how long to wait for what.

    Source: guide, "Pexip Infinity Management Node deployment and bootstrap configuration", 6 to 8.
    """

    name: ClassVar[str] = "security_wizard"

    def __init__(
        self,
        environment: Environment,
        deployment: Deployment,
        *,
        restart_node: Callable[[str], object] | None = None,
        console: OpenConsole | None = None,
        beside_ssh: OpenConsole | None = None,
        is_up: Callable[[], bool] | None = None,
        kept: KeptRecord | None = None,
        configured: Callable[[], Beforehand] | None = None,
        nodes: Callable[[], Collection[str]] | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__()
        self._environment = environment
        self._deployment = deployment
        self._restart_node = restart_node
        self._open_console = console or self._ssh
        self._beside_ssh = beside_ssh
        self._is_up = is_up or self._api_answers
        self._patience = patience or (LAB_PATIENCE if environment.lab else Patience())
        self._said: list[str] = []
        self._kept = kept
        self._already = configured or self._asked_of_the_api
        self._known = nodes or self._known_to_the_api
        self._only_restarts = False
        self.record: WizardRecord | None = None

    @property
    def transcript(self) -> str:
        """What the console showed, and what was restarted."""
        return "\n".join(self._said)

    def secrets(self) -> tuple[str, ...]:
        """The password of the operating system's account."""
        login = self._environment.credentials.os_admin
        return (login.password.reveal(),) if login else ()

    def plan(self) -> list[Change]:
        """Look at the defaults that the wizard shows, as far as the first that is not wanted.

        Nothing is changed: the wizard is left by Ctrl-C, before its last question at the latest.
        Where the record has what is wanted, nobody logs in at a machine's console.
        """
        self._only_restarts = False
        self.record = self._kept.read() if self._kept else None
        is_enough = self._is_recorded and self._beside_ssh
        try:
            with self._by_ssh() if is_enough else self._open_console() as console:
                return self._looked_at(console)
        except CannotLook as error:
            return self._closed(error)

    @property
    def _is_recorded(self) -> bool:
        """Whether an earlier run gave the answers that are wanted."""
        wanted = answers_wanted(self._environment.site)
        return self.record is not None and dict(self.record.answers) == wanted

    def _take_cut_off(self) -> None:
        """What a run that was cut off was about to answer holds: the wizard shows it, or is shut.

        Its last answer is what closes the login.
        """
        if self._kept and (begun := self._kept.begun()):
            self.record = self._kept.write(begun, self.record)
            self.notes.append("an earlier run was cut off when every question had been answered.")

    def _looked_at(self, console: Console) -> list[Change]:
        conversation = self._conversation(console)
        try:
            different = conversation.first_difference()
        finally:
            self._say("Looked at the security wizard:", conversation.transcript)
        if different is None:
            self._take_cut_off()
            return self._unrestarted()
        question, shown = different
        wanted = answers_wanted(self._environment.site)
        as_wanted = conversation.seen - {question.key}
        return [
            Change(
                MANAGEMENT_NODE,
                entry.title,
                shown if entry is question else "not looked at",
                wanted[entry.key] or "nothing",
                entry.requirement,
            )
            for entry in QUESTIONS
            if entry.key not in as_wanted
        ]

    def _closed(self, error: CannotLook) -> list[Change]:
        """Without a login there is nothing to do; say honestly what is known then.

        Raises:
            SetupFailed: the account is not let in, or nothing answers, and no record says why.
        """
        if isinstance(error, AuthenticationRejected):
            self._take_cut_off()
        if self._is_recorded:
            assert self.record is not None
            self.notes.append(
                f"answered as wanted, recorded {self.record.ended}; no login is left."
            )
            return self._unrestarted()
        if isinstance(error, AuthenticationRejected) or not self._is_up():
            raise SetupFailed(
                f"The security wizard cannot be started: {error.message} Nothing was changed.",
                remedy="check credentials.os_admin; if the wizard has been run, leave "
                "security_wizard out of setup:.",
            ) from error
        self.notes.append(
            f"no login to the Management Node is possible ({error.message}), which is how the "
            "wizard leaves it. It cannot be run again, and what it was answered is not known from "
            "here: the verification shows."
        )
        return []

    def _unrestarted(self) -> list[Change]:
        """Nodes that a run had still to restart when it was cut off."""
        waiting = self.record.waiting if self.record else ()
        if waiting and self._restart_node is None:
            self.notes.append(
                f"restart {', '.join(waiting)}, unless you have since the wizard ran."
            )
            return []
        self._only_restarts = bool(waiting)
        return [Change(name, _TAKEN, "not yet", "by a restart", "DEPLOY-06") for name in waiting]

    def apply(self, progress: Progress) -> None:
        """Run the wizard to its end, unless it has been, and see to the restart of every node."""
        if not self._only_restarts:
            self._run_wizard(progress, self._configured())
            progress("security_wizard: the Management Node restarts")
            await_restart(self._is_up, self._patience)
            self._say(f"{now()} The Management Node answers again.")
        self._restart_conferencing_nodes(progress)

    def _configured(self) -> Beforehand | None:
        """What is configured already, for the record; None where the product does not say."""
        if self._kept is None:
            return None
        try:
            return self._already()
        except CannotLook as error:
            self.notes.append(f"what is configured already is not known: {error.message}")
            return None

    def _asked_of_the_api(self) -> Beforehand:
        return beforehand(self._environment, management_api(ManagementApi, self._environment))

    def _run_wizard(self, progress: Progress, found: Beforehand | None) -> None:
        begun = WizardRecord(
            tuple(answers_wanted(self._environment.site).items()),
            now(),
            configured_before=found.configured if found else None,
            deployment=found.deployment if found else "",
            waiting=self._nodes(),
        )
        try:
            with self._open_console() as console:
                conversation = self._conversation(console)
                if self._kept:
                    self._kept.begins(begun)
                try:
                    conversation.answer_all(progress)
                finally:
                    self._say("Ran the security wizard:", conversation.transcript)
        except CannotLook as error:
            raise SetupFailed(
                f"The security wizard cannot be started: {error.message} Nothing was changed."
            ) from error
        self._keep(replace(begun, answers=conversation.answers, ended=now()))

    def _keep(self, record: WizardRecord) -> None:
        self.record = self._kept.write(record, self.record) if self._kept else record

    def _nodes(self) -> tuple[str, ...]:
        """The Conferencing Nodes that run by now; all of them where the product does not say."""
        names = [node.name for node in self._deployment.conferencing]
        try:
            known = self._known()
        except CannotLook:
            return tuple(names)
        return tuple(name for name in names if name in known)

    def _known_to_the_api(self) -> Collection[str]:
        api = management_api(ManagementApi, self._environment)
        return {str(row["name"]).replace(" ", "-") for row in api.list("worker_vm")}

    def verify(self) -> None:
        """The Management Node is back; no API shows the answers, so that the record has to do."""
        if self.record is None or not self._is_up():
            raise SetupFailed("The Management Node does not answer after the security wizard.")

    def _restart_conferencing_nodes(self, progress: Progress) -> None:
        """Conferencing Nodes take the wizard's answers at their next start only.

        Raises:
            SetupFailed: nobody can restart them; the message lists them.
        """
        assert self.record is not None
        names = self.record.waiting
        if names and self._restart_node is None:
            raise SetupFailed(
                "The security wizard was answered and the Management Node is back, but the "
                f"Conferencing Nodes still run without its answers: {', '.join(names)}.",
                remedy=f"restart {', '.join(names)}.",
            )
        for name in names:
            assert self._restart_node is not None
            progress(f"security_wizard: {name} restarts")
            self._restart_node(name)
            self._say(f"{now()} {name} has been restarted.")
            waiting = tuple(other for other in self.record.waiting if other != name)
            self._keep(replace(self.record, waiting=waiting))

    def _conversation(self, console: Console) -> WizardConversation:
        login = self._environment.credentials.os_admin
        assert login is not None  # opening the console said so otherwise
        dialogue = Dialogue(console, self._patience.answer_s)
        return WizardConversation(dialogue, login.password, self._environment.site)

    def _ssh(self) -> AbstractContextManager[Console]:
        return by_either(self._by_ssh, self._beside_ssh) if self._beside_ssh else self._by_ssh()

    def _by_ssh(self) -> AbstractContextManager[Console]:
        login, patience = self._environment.credentials.os_admin, self._patience
        if login is None:
            raise SetupFailed(
                "The security wizard needs the password of the operating system's account.",
                remedy="state credentials.os_admin in the environment.",
            )
        node = self._deployment.management
        return by_ssh(node, login, patience.login_s, patience.connect_s)()

    def _api_answers(self) -> bool:
        look_s = self._patience.look_s
        return management_api(ManagementApi, self._environment, timeout_s=look_s).is_up()

    def _say(self, *lines: str) -> None:
        self._said += lines
