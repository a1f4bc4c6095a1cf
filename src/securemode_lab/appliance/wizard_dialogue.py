"""What the wizards have in common: asking a question until it is answered, passwords, sudo."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.wizard_answers import YES_NO, Invalid, Question
from securemode_lab.appliance.wizard_wording import WORDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from securemode_lab.appliance.wizard_terminal import Terminal

SHORTEST_PASSWORD = 8
SUDO_ATTEMPTS = 3
BRACKETS = {"round": "({})", "square": "[{}]"}


def _no_objection(_value: object) -> None:
    """Take every value."""


class Dialogue:
    """One conversation at one terminal, in the words and brackets that the variants choose."""

    def __init__(self, terminal: Terminal, variants: Mapping[str, str]) -> None:
        self._terminal = terminal
        self._brackets = BRACKETS[variants.get("wizard_brackets", "round")]
        self.wording = WORDINGS[variants.get("wizard_wording", "guide")]

    def say(self, text: str) -> None:
        """Show a line."""
        self._terminal.write(f"{text}\n")

    def words(self, question: Question) -> str:
        """The question as this wording has it."""
        return self.wording.setting(question.text, question.kind is YES_NO)

    async def ask(
        self, question: Question, current: object, object_to: Callable[[Any], None] = _no_objection
    ) -> Any:
        """The answer to a question; return keeps the current value, nonsense is asked again.

        Args:
            question: what is asked.
            current: the value in brackets; one that shows as nothing can't be kept.
            object_to: raises `Invalid` for a value that doesn't go together with another answer.
        """
        shown = question.kind.show(current)
        brackets = " " + self._brackets.format(shown) if shown else ""
        while True:
            self._terminal.write(f"{self.words(question)}{brackets}: ")
            line = (await self._terminal.read_line()).strip()
            try:
                value = question.kind.parse(line) if line or not shown else current
                object_to(value)
            except Invalid as why:
                self.say(str(why))
            else:
                return value

    async def new_password(self, prompt: str, again: str) -> str:
        """A password typed twice; one that is too short or mistyped is asked again."""
        while True:
            password = await self._hidden(prompt)
            if len(password) < SHORTEST_PASSWORD:
                self.say(self.wording.password_too_short)
            elif password == await self._hidden(again):
                return password
            else:
                self.say(self.wording.passwords_differ)

    async def sudo(self, password: str) -> bool:
        """Whether the password is known at one of three attempts."""
        for attempt in range(1, SUDO_ATTEMPTS + 1):
            typed = await self._hidden(self.wording.sudo_password)
            if hmac.compare_digest(typed.encode(), password.encode()):
                return True
            last = attempt == SUDO_ATTEMPTS
            self.say(self.wording.sudo_failed if last else self.wording.sudo_again)
        return False

    async def _hidden(self, prompt: str) -> str:
        self._terminal.write(prompt)
        return await self._terminal.read_line(echo=False)
