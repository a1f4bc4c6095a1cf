"""Finds the prompts of a wizard among the lines of a terminal log, with what was typed there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from securemode.errors import UnreadableRecord
from securemode.records.matching import is_confirmation, may_begin, the_question, words_of
from securemode.records.prompts import BRACKETS, MOST_LINES, in_brackets, turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from securemode.records.matching import Question

LONGEST_PROMPT = 320
NARROWEST = 40
MOST_LOOKS = 20_000
"""How many texts of one transcript are compared with the questions before it is given up."""

_MOST_SPLITS = 6
_OPENING = frozenset({"(", "["})
_END = re.compile(
    rf"(?P<before>[:?>])?(?P<brackets>(?:\s*{BRACKETS})+)\s*(?P<after>[:?>])?|(?P<alone>[:?>])"
)
_ASKS_AGAIN = (
    "please answer enter again yes no or y n value number between and valid invalid try must be "
    "is a"
)
_AGAIN = frozenset(_ASKS_AGAIN.split())
_UNKNOWN = re.compile(rf"(?P<wording>\S.{{2,200}}?)(?:\s*{BRACKETS})+\s*[:?>](?:\s.*)?")
_ASKED = re.compile(rf"(?i)(?P<wording>\S.{{2,200}}?\?)(?:\s*{BRACKETS})*\s*(?:y|yes|n|no)?\s*")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt, and what was typed there.

    Attributes:
        question: which question it asks; None where it is none that we know.
        wording: the question as it stands there, on one line.
        default: what its brackets show; None where there are none.
        typed: what was typed; empty where only return was pressed.
        lines: over how many lines it is spread.
        confirms: whether it only asks to go on.
        repeats: whether it asks for a better answer to the question before.
        is_ended: whether a colon or the like closes the question.
    """

    question: Question | None
    wording: str
    default: str | None
    typed: str
    lines: int = 1
    confirms: bool = False
    repeats: bool = False
    is_ended: bool = True


@dataclass(slots=True)
class PromptReader:
    """Reads prompts of one wizard, with a limit to the work that a hostile log can make.

    Attributes:
        questions: of the wizard.
        width: of the window whose edge breaks the lines of the log; 0 where none does.
        looks: how many texts were compared with the questions so far.
        vocabulary: every word of the questions.
    """

    questions: Sequence[Question]
    width: int = 0
    looks: int = 0
    vocabulary: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.vocabulary = frozenset().union(*(one.vocabulary for one in self.questions))

    def prompt_at(self, lines: Sequence[str], at: int, above: str = "") -> Prompt | None:
        """The prompt that begins with this line, wherever it is broken; None where none does.

        Args:
            lines: of the log.
            at: where to look.
            above: the line before where it belongs to no other prompt, else nothing.
        """
        if not may_begin(self.vocabulary, lines[at]):
            return _other(lines[at])
        found: Prompt | None = None
        for count in range(1, MOST_LINES + 1):
            part = lines[at : at + count]
            if len(part) < count or not part[-1].strip():
                break
            prompt = self._known(part)
            if prompt is not None and (found is None or prompt.question is found.question):
                found = prompt
            if found is not None and (found.is_ended or prompt is None):
                break
        if found is None:
            return _other(lines[at])
        if above.strip() and turns(above.strip()):
            wording = f"{above.strip()} {found.wording}"
            return Prompt(None, wording, found.default, "", found.lines)
        return self._with_the_rest(_with_answer_below(found, lines, at), lines, at)

    def _with_the_rest(self, found: Prompt, lines: Sequence[str], at: int) -> Prompt:
        """An answer that the edge of the window breaks goes on in the next line."""
        below = at + found.lines
        if not self.width or below >= len(lines) or len(lines[below - 1]) != self.width:
            return found
        words = len(lines[below].split())
        if not words or (words > 1 and not found.typed):
            return found
        if self.prompt_at(lines, below) is not None:
            return found
        typed = (found.typed + lines[below].rstrip()).strip()
        return replace(found, typed=typed, lines=found.lines + 1)

    def _known(self, part: Sequence[str]) -> Prompt | None:
        """The prompt that ends in the last of these lines."""
        self.looks += 1
        if self.looks > MOST_LOOKS:
            raise UnreadableRecord(
                "The transcript holds far more that looks like questions than any wizard asks.",
                remedy="cut the log down to the run of the wizard.",
            )
        for text in _joined(part, self.width):
            if len(text) > LONGEST_PROMPT:
                return None
            first_of_last = len(text) - len(part[-1].strip()) if len(part) > 1 else 0
            for end in _ends(text):
                if end.end() <= first_of_last:
                    break
                if prompt := self._ended(text, end, len(part)):
                    return prompt
        return None

    def _ended(self, text: str, end: re.Match[str], count: int) -> Prompt | None:
        """The prompt that ends here, if what stands before asks a question."""
        hints, default = in_brackets(end["brackets"] or "")
        wording = " ".join((text[: end.start()], *hints)).strip()
        typed = text[end.end() :].strip()
        question = None if typed[:1] in _OPENING else the_question(self.questions, wording)
        if question is None:
            return None
        is_ended = bool(end["before"] or end["after"] or end["alone"] or typed)
        return Prompt(question, wording, default, typed, count, is_ended=is_ended)


def width_of(lines: Sequence[str]) -> int:
    """The width of the window from which lines were copied: several are just as long, none longer.

    Returns: 0 where nothing says that there was an edge.
    """
    lengths = [len(line) for line in lines]
    widest = max(lengths, default=0)
    return widest if widest >= NARROWEST and lengths.count(widest) > 1 else 0


def _joined(part: Sequence[str], width: int) -> Iterator[str]:
    """The lines as one text: broken at the edge of a window, or between words."""
    if len(part) == 1:
        yield part[0]
        return
    widths = [width, max(len(line.rstrip()) for line in part[:-1])]
    if width:
        yield _unbroken(part, widths[0])
    yield " ".join(line.strip() for line in part)
    yield _unbroken(part, widths[1])


def _unbroken(part: Sequence[str], width: int) -> str:
    """A line that reaches the edge goes on in the next one; any other ends with its word."""
    begun = (line if len(line.rstrip()) == width else f"{line.rstrip()} " for line in part[:-1])
    return "".join(begun) + part[-1].strip()


def _with_answer_below(found: Prompt, lines: Sequence[str], at: int) -> Prompt:
    """An answer that stands on the line below its prompt, plainly or after a sign."""
    below = lines[at + found.lines].strip() if at + found.lines < len(lines) else ""
    assert found.question is not None
    answers = below.lower() in {"yes", "no", "y", "n"} or (
        below.isdecimal() and found.question.kind in {"port", "number"}
    )
    signed = below[:1] in {">", ":", "?"} and len(below) < LONGEST_PROMPT
    if found.typed or not (answers or signed):
        return found
    typed = below[1:].strip() if signed else below
    return replace(found, typed=typed, lines=found.lines + 1)


def _other(line: str) -> Prompt | None:
    """A prompt that asks none of the questions; a password prompt is none."""
    text = line.strip()
    if len(text) > LONGEST_PROMPT or "password" in text.lower() or "passphrase" in text.lower():
        return None
    for end in _ends(text):
        wording = text[: end.start()].strip()
        _, default = in_brackets(end["brackets"] or "")
        typed = text[end.end() :].strip()
        if is_confirmation(wording):
            return Prompt(None, wording, default, typed, confirms=True)
        if wording and set(words_of(wording)) <= _AGAIN and not text.endswith("."):
            return Prompt(None, wording, default, typed, repeats=True)
    asked = _UNKNOWN.fullmatch(text) or _ASKED.fullmatch(text)
    return Prompt(None, asked["wording"], None, "") if asked else None


def _ends(text: str) -> Iterable[re.Match[str]]:
    """Where a question may end, the last place first; of very many none."""
    ends = list(_END.finditer(text))
    return reversed(ends) if len(ends) <= _MOST_SPLITS else ()
