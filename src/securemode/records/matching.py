"""How a wizard's question is recognised whatever it is worded like, live or in a transcript.

A wrong answer cannot always be taken back, so recognition is strict: every telling word of a
question has to be there, and no word that neither the guide's wording nor plain filling has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from securemode.environment.site import Site


class AnswerKind(StrEnum):
    """What sort of answer a question takes."""

    YES_NO = "yes/no"
    PORT = "port"
    NUMBER = "number"
    TEXT = "text"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a wizard.

    Attributes:
        requirement: id of the catalogue.
        wording: the guide's words, without the default.
        key: name of the answer; the security wizard's are those of the product's `security.json`.
        kind: sort of answer.
        wanted: the answer that the guide or the site wants; empty where the site has none.
        telling: words without which it is not this question.
        ordered: whether their order decides the meaning.
        also: words that wizards may use beside those of the wording.
    """

    requirement: str
    wording: str
    key: str
    kind: AnswerKind
    wanted: Callable[[Site], str]
    telling: tuple[str, ...]
    ordered: bool = False
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The guide's words without what they add in brackets."""
        return self.wording.partition(" (")[0]

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word with which it may be asked, plain filling aside."""
        return _vocabulary(self.wording, self.also)

    def is_asked_by(self, words: tuple[str, ...]) -> bool:
        """Whether these words ask this question and nothing else."""
        asked = tuple(word for word in words if word not in _FILLING)
        if set(asked) - self.vocabulary or set(self.telling) - set(asked):
            return False
        in_order = tuple(word for word in asked if word in self.telling)
        return not self.ordered or in_order == self.telling


_SAME_WORD = {
    **dict.fromkeys(("accept", "permit", "allow", "enabled", "activate"), "enable"),
    **dict.fromkeys(("disabled", "deactivate"), "disable"),
    **dict.fromkeys(("ciphersuite", "ciphersuites", "suites", "ciphers", "cipher"), "suite"),
    **dict.fromkeys(("subjectalternativenames", "subjectaltnames", "sans"), "san"),
    **dict.fromkeys(("below", "less", "lower", "under", "older"), "<"),
    "certificate": "certificates",
    "group": "groups",
    "port": "ports",
    "redirect": "redirects",
    "request": "requests",
    "response": "responses",
    "session": "sessions",
}
_PLAIN_WORDS = (
    "a an the to do does you want would like should be is are of for in on than with all and "
    "please enter choose set select value number maximum limit versions default setting"
)
_FILLING = frozenset(_PLAIN_WORDS.split())
"""Words that turn no meaning; "no" and "not" are not among them."""

_GOING_ON = frozenset(
    {"sure", "continue", "apply", "proceed", "confirm", "save", "commit", "reboot"}
)
_ANSWERED = "these this your changes settings answers now restart system correct"
_WHAT_IS_ANSWERED = frozenset(_ANSWERED.split())
_FIRST_WORD = 60
_MOST_DIGITS = 9
_WORD = re.compile(r"<|[a-z0-9]+(?:\.[0-9]+)*")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, lower case, words of one meaning made one."""
    found = _WORD.findall(text.lower().replace("tlsv", "tls "))
    return tuple(_SAME_WORD.get(word, word) for word in found)


@cache
def _vocabulary(wording: str, also: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words_of(wording)).union(also)


def the_question(questions: Iterable[Question], text: str) -> Question | None:
    """The one of these questions that a text asks; None where it asks none of them, or several."""
    words = tuple(word for word in words_of(text) if word not in _FILLING)
    asked = [question for question in questions if question.is_asked_by(words)]
    return asked[0] if len(asked) == 1 else None


def may_begin(vocabulary: frozenset[str], line: str) -> bool:
    """Whether a line can be the beginning of a question that is asked with these words."""
    first = next(iter(words_of(line[:_FIRST_WORD])), "")
    return first in _FILLING or first in vocabulary


def is_confirmation(text: str) -> bool:
    """Whether a text only asks to go on with what has been answered, and says nothing else."""
    words = set(words_of(text)) - _FILLING
    return bool(words & _GOING_ON) and words <= _GOING_ON | _WHAT_IS_ANSWERED


_YES = frozenset({"y", "yes", "on", "true", "enabled"})
_NO = frozenset({"n", "no", "off", "false", "disabled"})


def meant(text: str, kind: AnswerKind) -> str | None:
    """What an answer or a shown default means: "YES", "NO", a number, a text; None for neither."""
    plain = text.strip()
    if kind is AnswerKind.YES_NO:
        return "YES" if plain.lower() in _YES else "NO" if plain.lower() in _NO else None
    if kind in (AnswerKind.PORT, AnswerKind.NUMBER):
        is_number = plain.isascii() and plain.isdecimal() and len(plain) <= _MOST_DIGITS
        return str(int(plain)) if is_number else None
    return unquoted(plain).lower() if kind is AnswerKind.WORD else unquoted(plain)


def unquoted(text: str) -> str:
    """A text without the quotation marks around it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
