"""Reads what a console shows, and tells questions, password prompts and the shell apart.

Knows nothing of SSH: anything with `read` and `write` is a console.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from securemode.errors import SetupFailed
from securemode.records.prompts import BRACKETS, in_brackets, question_at_the_end
from securemode.records.security_questions import QUESTIONS
from securemode.records.terminal import shown

if TYPE_CHECKING:
    from securemode.records.matching import Question

INTERRUPT = "\x03"
_QUIET_S = 0.02
_SHELL_QUIET_S = 0.15
_UNSURE_QUIET_S = 0.5
_LONGEST_TEXT = 2**16


class Console(Protocol):
    """A terminal with somebody at its other end."""

    def read(self, timeout_s: float, /) -> str | None:
        """What has come since; empty after `timeout_s` of silence, None once it is closed."""
        ...

    def write(self, text: str) -> None:
        """Type a text."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """The console waits for an answer.

    Attributes:
        text: everything that it said since the last answer, cleaned.
        wording: the question as far as it can be told, without the default.
        default: what the brackets show; None where there are none.
        question: which question of the wizard it is, None where we do not know it.
    """

    text: str
    wording: str
    default: str | None
    question: Question | None

    @property
    def takes_letters(self) -> bool:
        """Whether it offers y and n rather than words."""
        return _LETTERS.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class PasswordWanted:
    """The console waits for a password."""

    text: str


@dataclass(frozen=True, slots=True)
class ShellReady:
    """The console waits for a command."""

    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The other end hung up."""

    text: str


Event: TypeAlias = Asked | PasswordWanted | ShellReady | Closed

_PASSWORD = re.compile(r"(?i)(?:password|passphrase)[^\n]*[:?]\s*\Z")
_QUESTION = re.compile(rf"(?s)(.*?)((?:\s*{BRACKETS})*)\s*([:?>]?)\s*\Z")
_LETTERS = re.compile(r"(?i)[(\[]\s*(?:[yn]\s*[/|]\s*)?[yn]\s*[)\]]\s*[:?>]?\s*\Z")
_SHELL = re.compile(r"(?:\A|\n)[^\n]*[$#]\s?\Z")


def event_in(
    text: str, questions: tuple[Question, ...] = QUESTIONS
) -> Asked | PasswordWanted | ShellReady | None:
    """What the console waits for, judged by the end of a cleaned text; None where it goes on."""
    if _PASSWORD.search(text):
        return PasswordWanted(text)
    if _SHELL.search(text):
        return ShellReady(text)
    match = _QUESTION.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    hints, default = in_brackets(match[2])
    wording, question = question_at_the_end(questions, " ".join((match[1], *hints)))
    if question or match[3] in (":", "?") or match[1].rstrip()[-1:] in (":", "?"):
        return Asked(text, wording, default, question)
    return None


class Dialogue:
    """One conversation over a console, with everything said kept as the transcript.

    Args:
        console: the terminal.
        timeout_s: how long the other end may be silent before it is given up.
        questions: that are known; the security wizard's where they are left out.
    """

    def __init__(
        self, console: Console, timeout_s: float, questions: tuple[Question, ...] = QUESTIONS
    ) -> None:
        self._console = console
        self._timeout_s = timeout_s
        self._questions = questions
        self._said: list[str] = []
        self._secrets: list[str] = []
        self._typed = ""

    @property
    def transcript(self) -> str:
        """Everything that was shown, without control characters and passwords."""
        text = shown("".join(self._said))
        for secret in self._secrets:
            text = text.replace(secret, "****")
        return text

    def type(self, line: str) -> None:
        """Type a line and press return."""
        self._typed = line
        self._console.write(f"{line}\n")

    def type_secret(self, line: str) -> None:
        """Type a password; should the console echo it, the transcript does not."""
        self._secrets.append(line)
        self.type(line)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._console.write(INTERRUPT)

    def next(self) -> Event:
        """Wait until the console wants something.

        Raises:
            SetupFailed: it stays silent in the middle of something, or never stops talking.
        """
        heard = ""
        deadline = time.monotonic() + self._timeout_s
        while True:
            text = shown(heard).removeprefix(f"{self._typed}\n")
            event = event_in(text, self._questions)
            chunk = self._console.read(self._patience_s(event, deadline))
            if chunk is None:
                return Closed(text)
            if not chunk and event is not None:
                return event
            self._said.append(chunk)
            heard += chunk
            if time.monotonic() > deadline or len(heard) > _LONGEST_TEXT:
                raise SetupFailed(
                    f"the console wants nothing that we know after {self._timeout_s:g} s; it said "
                    f'last: "{tail(text + chunk)}".'
                )

    def _patience_s(self, event: object, deadline: float) -> float:
        """How long to listen before taking what was heard for the end: questions may go on."""
        if event is None:
            return max(0.0, deadline - time.monotonic())
        if isinstance(event, ShellReady):
            return _SHELL_QUIET_S
        return _QUIET_S if _is_complete(event) else _UNSURE_QUIET_S


def _is_complete(event: object) -> bool:
    """Whether nothing more can be expected: a password prompt, a known question with its colon."""
    if isinstance(event, Asked):
        return event.question is not None and event.text.rstrip()[-1:] in ":?>"
    return isinstance(event, PasswordWanted)


def tail(text: str, length: int = 160) -> str:
    """The last of a text on one line."""
    line = " ".join(text.split())
    return f"…{line[-length:]}" if len(line) > length else line
