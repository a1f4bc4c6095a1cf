"""Reads the security wizard's and the installation wizard's answers out of a saved terminal log.

The wizards' exact wording and order are not public: a question is known by what it asks, as in the
live conversation. Whatever does not fit is reported with the answers, never guessed away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode.records import installation_questions, security_questions
from securemode.records.log_lines import LogLine, log_lines
from securemode.records.matching import AnswerKind, meant
from securemode.records.prompt_lines import Prompt, PromptReader, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securemode.records.matching import Question

_COMMAND = re.compile(r"(?:^|[$#>]\s*)(?:sudo\s+)?(?:/\S*/)?(?:securitywizard|installwizard)\s*$")
_SHELL = re.compile(r"(?:[\w.-]+@[\w.-]+\S*\s?)?[$#](?:\s.*)?")
_INTERRUPTED = re.compile(
    r"(?i)\^C|KeyboardInterrupt|\baborted\b|\bcancell?ed\b|nothing (?:was )?changed"
)
_ENDS = re.compile(
    r"(?i)\b(?:re-?boot|restart)(?:s|ing|ed)?\b|\binstallation (?:is )?(?:now )?complete"
)
_REFUSES = re.compile(r"(?i)\binvalid\b|\bnot (?:allowed|valid|a valid)\b|\bmust be\b|\bplease\b")
_PASSWORD_SET = re.compile(
    r"(?i)password (?:has been |was )?(?:updated|changed|set)\b"
    r"|(?:retype|re-enter|confirm|again).{0,30}password"
    r"|new password\b.{0,20}\b(?:again|repeat|confirm)"
)
_LONGEST_REMARK = 120


@dataclass(frozen=True, slots=True)
class WizardRun:
    """One run of a wizard, as a log shows it.

    Attributes:
        answers: key and answer in the order in which they were asked: YES, NO, a number, a text.
        by_default: keys of those where only return was pressed.
        is_complete: whether it came to its end, so that its answers count.
        ended: UTC, ISO 8601, where the log says when; else empty.
        remarks: what is odd about it, each a sentence without its full stop.
        sets_password: whether a password was set before or during the run.
    """

    answers: tuple[tuple[str, str], ...]
    by_default: tuple[str, ...]
    is_complete: bool
    ended: str
    remarks: tuple[str, ...]
    sets_password: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """Every run of a wizard that a log shows, in order."""

    runs: tuple[WizardRun, ...]

    @property
    def last_completed(self) -> WizardRun | None:
        """The run whose answers count."""
        return next((run for run in reversed(self.runs) if run.is_complete), None)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd: about the run that counts, and that there are others."""
        counted = self.last_completed
        complete = sum(run.is_complete for run in self.runs)
        aborted = len(self.runs) - complete
        said = list(counted.remarks) if counted else []
        if complete > 1:
            said.append(f"the wizard was completed {complete} times; the last run counts")
        if aborted:
            said.append(f"{aborted} {'run was' if aborted == 1 else 'runs were'} left unfinished")
        return tuple(said)


def security_transcript(data: bytes) -> Transcript:
    """Every run of the security wizard.

    Raises:
        UnreadableRecord: this is no terminal log, or far too much of one.
    """
    return _transcript(data, security_questions.QUESTIONS, needs_all=True)


def installation_transcript(data: bytes) -> Transcript:
    """Every run of the installation wizard; passwords are not read.

    Raises:
        UnreadableRecord: this is no terminal log, or far too much of one.
    """
    return _transcript(data, installation_questions.QUESTIONS, needs_all=False)


def _transcript(data: bytes, questions: Sequence[Question], *, needs_all: bool) -> Transcript:
    reading = _Reading(questions, needs_all=needs_all)
    lines = log_lines(data)
    texts = [line.text for line in lines]
    reader = PromptReader(questions, width_of(texts))
    at, above = 0, ""
    while at < len(lines):
        line = lines[at]
        reading.passes(line)
        prompt = None if line.begins or line.ends else reader.prompt_at(texts, at, above)
        if prompt is None:
            reading.says(line.text)
            above = line.text
            at += 1
            continue
        reading.asks(prompt, broken="^C" in "".join(texts[at : at + prompt.lines]))
        above = ""
        at += prompt.lines
    return Transcript(tuple(reading.runs()))


@dataclass(slots=True)
class _Open:
    """A run that is being read."""

    given: dict[str, str] = field(default_factory=dict)
    by_default: dict[str, bool] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    refused: bool = False
    is_broken: bool = False
    announced: bool = False
    at_shell: bool = False
    ended: str = ""


class _Reading:
    """Puts what a log says, line by line, into runs."""

    def __init__(self, questions: Sequence[Question], *, needs_all: bool) -> None:
        self._questions = {question.key: question for question in questions}
        self._needs_all = needs_all
        self._open = _Open()
        self._closed: list[WizardRun] = []
        self._sets_password = False
        self._last_seen = ""

    def runs(self) -> Iterator[WizardRun]:
        """Every run that asked anything."""
        self._close()
        yield from self._closed

    def passes(self, line: LogLine) -> None:
        """Take note of the time, and of where a log begins and ends."""
        if line.begins:
            self._close()
            self._last_seen = ""
        elif line.ends:
            self._open.ended = self._open.ended or line.when
        elif line.when:
            self._last_seen = line.when

    def says(self, text: str) -> None:
        """Take a line that is no prompt."""
        run = self._open
        if _PASSWORD_SET.search(text):
            self._sets_password = True
        if _COMMAND.search(text.strip()):
            self._close()
        elif not run.order:
            return
        elif _INTERRUPTED.search(text):
            run.is_broken = not run.announced
        elif _ENDS.search(text):
            run.announced = True
            run.ended = self._last_seen
        elif _SHELL.fullmatch(text.strip()):
            run.at_shell = True
        elif _REFUSES.search(text):
            run.refused = True

    def asks(self, prompt: Prompt, *, broken: bool) -> None:
        """Take a prompt with its answer; a list of the answers given so far adds nothing."""
        if self._is_listed(prompt):
            return
        if prompt.question is not None and self._begins_anew(prompt.question.key):
            self._close()
        run = self._open
        if broken:
            run.order += [prompt.question.key] if prompt.question else []
            run.is_broken = bool(run.order)
        elif prompt.question is not None:
            self._answer(prompt.question, prompt)
        elif not run.order:
            return
        elif prompt.confirms:
            shown_or_typed = prompt.typed or prompt.default or ""
            run.is_broken = run.is_broken or meant(shown_or_typed, AnswerKind.YES_NO) == "NO"
        elif prompt.repeats:
            question = self._questions[run.order[-1]]
            run.refused = True
            self._answer(question, prompt)
        else:
            run.remarks.append(f'it asked what is not known: "{_short(prompt.wording)}"')

    def _is_listed(self, prompt: Prompt) -> bool:
        """Whether a line repeats an answer, without a default, as a summary does."""
        question, given = prompt.question, self._open.given
        if question is None or prompt.default is not None or question.key not in given:
            return False
        return meant(prompt.typed, question.kind) == given[question.key]

    def _begins_anew(self, key: str) -> bool:
        """Whether this question can only belong to another run."""
        run = self._open
        is_over = run.at_shell or run.is_broken or (run.announced and key in run.order)
        is_full = len(run.given) == len(self._questions)
        from_the_start = len(run.order) > 1 and run.order[0] == key != run.order[-1]
        if run.order and (is_over or is_full or from_the_start):
            return True
        run.announced = False  # what spoke of a restart was only a word about it
        return False

    def _answer(self, question: Question, prompt: Prompt) -> None:
        run, key = self._open, question.key
        if key in run.order:
            self._asked_again(question)
        else:
            run.order.append(key)
        run.refused = False
        typed = meant(prompt.typed, question.kind) if prompt.typed else None
        default = prompt.default if prompt.default is not None else run.given.get(key)
        taken = meant(default, question.kind) if default is not None else None
        answer = typed if prompt.typed else taken
        if answer is None:
            run.given.pop(key, None)
            run.refused = True
            return
        run.given[key] = answer
        run.by_default[key] = not prompt.typed

    def _asked_again(self, question: Question) -> None:
        run = self._open
        if run.refused and run.order[-1] == question.key:
            run.remarks.append(
                f'"{question.title}" was asked again after an answer it did not take'
            )
        else:
            run.remarks.append(
                f'"{question.title}" was asked more than once; the last answer counts'
            )

    def _close(self) -> None:
        """The open run is over; a new one begins."""
        run = self._open
        if run.order:
            self._closed.append(
                WizardRun(
                    answers=tuple((key, run.given[key]) for key in run.order if key in run.given),
                    by_default=tuple(key for key in run.order if run.by_default.get(key)),
                    is_complete=self._is_complete(run),
                    ended=run.ended,
                    remarks=(*dict.fromkeys(run.remarks), *self._missing(run), *self._order(run)),
                    sets_password=self._sets_password,
                )
            )
        self._open = _Open()

    def _is_complete(self, run: _Open) -> bool:
        """Whether it was announced, or cut off by the restart right after the last answer."""
        if run.is_broken or not run.given:
            return False
        everything = len(run.given) == len(self._questions)
        return run.announced or (self._needs_all and everything and not run.at_shell)

    def _missing(self, run: _Open) -> Iterator[str]:
        if not self._needs_all:
            return
        for key, question in self._questions.items():
            if key not in run.order:
                yield f'"{question.title}" was not asked'
            elif key not in run.given:
                yield f'"{question.title}" has no answer'

    def _order(self, run: _Open) -> Iterator[str]:
        usual = [key for key in self._questions if key in run.order]
        if self._needs_all and usual != run.order:
            yield "the questions came in another order than in the guide"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST_REMARK else f"{plain[:_LONGEST_REMARK]}…"
