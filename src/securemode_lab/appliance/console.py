"""The console of a node: log-in, a shell of few commands, and the wizards behind it.

One coroutine over any terminal, so that SSH and a virtual machine's screen show the same console.
What the shell answers beyond the wizards is the lab's own: the vendor describes nothing of it.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Protocol

from securemode_lab.appliance.install_wizard import InstallValues, InstallWizard
from securemode_lab.appliance.security_wizard import SecurityWizard
from securemode_lab.appliance.wizard_dialogue import Dialogue
from securemode_lab.appliance.wizard_terminal import Ended, Interrupted, Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.appliance.answers import Answers

ADMIN = "admin"
PROMPT = "$ "
COMMAND_NOT_FOUND = 127


class ConsoleState(Protocol):
    """What a console reads and changes of its node.

    Attributes:
        os_password: of the operating system's user `admin`; None until the first log-in.
        answers: the security wizard's, as they will hold from the next start on.
        installed: whether the installation wizard has been completed; always, on other nodes.
        is_management: whether this is the Management Node, the only one with wizards.
        variants: names and values of what the lab varies.
    """

    os_password: str | None
    answers: Answers

    @property
    def installed(self) -> bool: ...  # noqa: D102 - above

    @property
    def is_management(self) -> bool: ...  # noqa: D102 - above

    @property
    def variants(self) -> Mapping[str, str]: ...  # noqa: D102 - above

    def install(self, values: InstallValues) -> None:
        """Take the values of the installation wizard."""

    async def restart(self) -> None:
        """Stop every server of the node, the one that called included, and start it again."""


class _Left(Exception):
    """The session is over: by `exit`, or because the node restarts."""


class Console:
    """The console of one node."""

    def __init__(self, state: ConsoleState) -> None:
        self.state = state
        self._restarting: asyncio.Future[None] | None = None

    async def login(self, terminal: Terminal) -> None:
        """Ask for user and password, as the screen of a virtual machine does, until that is over.

        Before the first log-in there is no password, and none is asked for. With the system
        administrator account disabled every password is wrong.
        """
        try:
            while not await self._is_let_in(terminal):
                terminal.write("\nLogin incorrect\n")
        except (Interrupted, Ended):
            return
        await self.session(terminal)

    async def session(self, terminal: Terminal) -> None:
        """Everything from after the log-in to `exit`, to the end of input or to a restart."""
        try:
            if self.state.os_password is None:
                await self._set_first_password(terminal)
            if self.state.is_management and not self.state.installed:
                await self._install(terminal)
            terminal.write(f"{self._dialogue(terminal).wording.welcome}\n")
            while True:
                await self._prompt(terminal)
        except (_Left, Ended, Interrupted):
            return

    async def command(self, terminal: Terminal, line: str) -> int:
        """One command without a shell around it, and its exit status."""
        try:
            return await self._run(terminal, line)
        except (_Left, Ended):
            return 0
        except Interrupted:
            return 130

    async def _is_let_in(self, terminal: Terminal) -> bool:
        terminal.write("login: ")
        user = (await terminal.read_line()).strip()
        password = self.state.os_password
        if user == ADMIN and password is None:
            return True
        terminal.write("Password: ")
        typed = await terminal.read_line(echo=False)
        right = hmac.compare_digest(typed.encode(), (password or "").encode())
        return user == ADMIN and right and not self.state.answers.disable_admin_account

    async def _set_first_password(self, terminal: Terminal) -> None:
        dialogue = self._dialogue(terminal)
        wording = dialogue.wording
        dialogue.say(wording.first_login)
        self.state.os_password = await dialogue.new_password(
            wording.new_password, wording.retype_password
        )

    async def _install(self, terminal: Terminal) -> None:
        """The password once more starts the wizard; without it there is nothing to be done here."""
        dialogue = self._dialogue(terminal)
        if not await dialogue.sudo(self.state.os_password or ""):
            raise _Left
        try:
            values = await InstallWizard(dialogue).run()
        except Interrupted:
            dialogue.say(dialogue.wording.install_aborted)
            raise _Left from None
        self.state.install(values)
        dialogue.say(dialogue.wording.install_done)
        await self._restart()

    async def _prompt(self, terminal: Terminal) -> None:
        terminal.write(PROMPT)
        try:
            line = await terminal.read_line()
        except Interrupted:
            return
        if line.strip():
            await self._run(terminal, line)

    async def _run(self, terminal: Terminal, line: str) -> int:
        match line.split():
            case ["exit" | "logout"]:
                raise _Left
            case ["securitywizard"] | ["sudo", "securitywizard"] if self.state.is_management:
                return await self._secure(terminal)
            case ["sudo", "reboot"]:
                return await self._reboot(terminal)
            case ["sudo", name, *_]:
                terminal.write(f"sudo: {name}: command not found\n")
                return 1
            case [name, *_]:
                terminal.write(f"-bash: {name}: command not found\n")
                return COMMAND_NOT_FOUND
        return 0

    async def _secure(self, terminal: Terminal) -> int:
        dialogue = self._dialogue(terminal)
        variants = self.state.variants
        try:
            if not await dialogue.sudo(self.state.os_password or ""):
                return 1
            answers = await SecurityWizard(dialogue, self.state.answers, variants).run()
        except Interrupted:
            answers = None
        if answers is None:
            dialogue.say(dialogue.wording.security_aborted)
            return 1
        self.state.answers = answers
        dialogue.say(dialogue.wording.security_done)
        await self._restart()
        return 0

    async def _reboot(self, terminal: Terminal) -> int:
        dialogue = self._dialogue(terminal)
        try:
            if not await dialogue.sudo(self.state.os_password or ""):
                return 1
        except Interrupted:
            return 1
        dialogue.say(dialogue.wording.rebooting)
        await self._restart()
        return 0

    async def _restart(self) -> None:
        """Restart the node, even though that ends the session in which this runs."""
        self._restarting = asyncio.ensure_future(self.state.restart())
        await asyncio.shield(self._restarting)
        raise _Left

    def _dialogue(self, terminal: Terminal) -> Dialogue:
        return Dialogue(terminal, self.state.variants)
