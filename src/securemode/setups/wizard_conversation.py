"""What is said to the security wizard: a question is answered by what it asks, not by its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from securemode.errors import SetupFailed
from securemode.records.matching import AnswerKind, Question, is_confirmation, meant
from securemode.records.security_questions import QUESTIONS
from securemode.setups.wizard_dialogue import (
    Asked,
    Closed,
    Dialogue,
    Event,
    PasswordWanted,
    ShellReady,
    tail,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.environment.secret import Secret
    from securemode.environment.site import Site
    from securemode.setups.setup import Progress

COMMAND = "securitywizard"
_ANNOUNCES_RESTART = ("reboot", "restart")


def answers_wanted(site: Site) -> dict[str, str]:
    """Every answer that guide and site want, by key of `security.json`."""
    return {question.key: question.wanted(site) for question in QUESTIONS}


class WizardConversation:
    """One run of the wizard.

    Args:
        dialogue: with the Management Node's console, after the login.
        password: of the account, asked for again when the wizard starts.
        site: whose answers to give.
    """

    def __init__(self, dialogue: Dialogue, password: Secret, site: Site) -> None:
        self._dialogue = dialogue
        self._password = password
        self._wanted = answers_wanted(site)
        self._given: dict[str, str] = {}
        self._last_said = ""

    @property
    def transcript(self) -> str:
        """Everything that the console showed."""
        return self._dialogue.transcript

    @property
    def seen(self) -> frozenset[str]:
        """Keys of the questions asked so far."""
        return frozenset(self._given)

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """Key and answer of every question answered."""
        return tuple(self._given.items())

    def first_difference(self) -> tuple[Question, str] | None:
        """The first question whose shown default is not wanted, with that default; None if none is.

        Leaves the wizard by Ctrl-C: at the first difference, else at its last question.
        """
        for asked, question in self._questions():
            wanted = self._given[question.key] = self._wanted[question.key]
            if not _is_same(asked.default, wanted, question.kind):
                self._dialogue.interrupt()
                return question, asked.default or "nothing"
            if len(self._given) == len(QUESTIONS):
                self._dialogue.interrupt()
                return None
            self._dialogue.type("")
        return None

    def answer_all(self, progress: Progress) -> None:
        """Answer every question as wanted until the wizard ends.

        Raises:
            SetupFailed: it asks what we do not know, refuses an answer, or ends before its time.
        """
        for asked, question in self._questions():
            wanted = self._wanted[question.key]
            line = _line(asked, question, wanted)
            if line is None:
                self._stop(
                    f'the wizard shows "{asked.default}" for "{question.title}" and the site '
                    "states nothing; an empty answer would leave it",
                    remedy="state the value under site: in the environment.",
                )
            self._given[question.key] = wanted
            self._dialogue.type(line)
            progress(f"security_wizard: {question.title}: {wanted or 'nothing'}")
        missing = [entry for entry in QUESTIONS if entry.key not in self._given]
        if missing and not any(word in self._last_said.lower() for word in _ANNOUNCES_RESTART):
            raise SetupFailed(
                f"The console closed after {len(self._given)} answers; the wizard did not ask "
                f'"{missing[0].title}". It said last: "{tail(self._last_said)}".',
                remedy="see on the Management Node's console whether the wizard came to its end.",
            )

    def _questions(self) -> Iterator[tuple[Asked, Question]]:
        """Start the wizard and yield its questions until it ends."""
        self._start()
        while not isinstance(event := self._next(), Closed):
            if isinstance(event, PasswordWanted):
                self._stop("the wizard asks for the password again: it does not accept ours")
            elif isinstance(event, ShellReady):
                self._end_at_the_shell()
                return
            elif event.question is None:
                self._confirm(event)
            elif event.question.key in self._given:
                self._stop(
                    f'the wizard asks "{event.question.title}" again after our answer '
                    f'"{self._given[event.question.key]}": "{tail(event.text)}"'
                )
            else:
                yield event, event.question

    def _start(self) -> None:
        event = self._next()
        if not isinstance(event, ShellReady):
            self._stop(f'the login does not lead to a shell: "{tail(event.text)}"')
        self._dialogue.type(COMMAND)
        event = self._next()
        if not isinstance(event, PasswordWanted):
            self._stop(f'{COMMAND} does not ask for the password: "{tail(event.text)}"')
        self._dialogue.type_secret(self._password.reveal())

    def _confirm(self, event: Asked) -> None:
        """Say yes to "apply these settings?", and to nothing else that is not a known question."""
        if not self._given or not is_confirmation(event.wording):
            self._stop(f'the wizard asks what we do not know: "{tail(event.text)}"')
        self._dialogue.type("y" if event.takes_letters else "YES")

    def _end_at_the_shell(self) -> None:
        """The product restarts at the end, which closes the console; a shell alone is no end."""
        if not self._given:
            self._stop(f'the wizard ends without a question: "{tail(self._last_said)}"')
        try:
            event = self._next()
        except SetupFailed:
            event = None
        if not isinstance(event, Closed):
            self._stop(
                f"the wizard returns to the shell after {len(self._given)} answers, and the "
                f'Management Node does not restart: "{tail(self._last_said)}"'
            )

    def _next(self) -> Event:
        try:
            event = self._dialogue.next()
        except SetupFailed as error:
            self._stop(error.message.rstrip("."))
        if event.text.strip():
            self._last_said = event.text
        return event

    def _stop(self, why: str, *, remedy: str = "") -> NoReturn:
        """Leave the wizard without answering.

        Raises:
            SetupFailed: always.
        """
        self._dialogue.interrupt()
        raise SetupFailed(
            f"The security wizard was left by Ctrl-C after {len(self._given)} answers: {why}.",
            remedy=remedy or "run securitywizard by hand, and report the wording to the suite.",
        )


def _line(asked: Asked, question: Question, wanted: str) -> str | None:
    """What to type: nothing where the shown default is wanted; None where it cannot be typed."""
    if _is_same(asked.default, wanted, question.kind):
        return ""
    if not wanted:
        return "" if asked.default is None else None
    if question.kind is AnswerKind.YES_NO and asked.takes_letters:
        return wanted[0].lower()
    return wanted


def _is_same(default: str | None, wanted: str, kind: AnswerKind) -> bool:
    """Whether the shown default means the wanted answer."""
    return default is not None and meant(default, kind) == meant(wanted, kind)
