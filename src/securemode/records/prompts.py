"""How a wizard's prompt is taken apart: the question, what its brackets show, what was typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from securemode.records.matching import the_question, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.records.matching import Question

BRACKETS = r"[(\[][^()\[\]]*[)\]]"
"""A pair of brackets without others inside."""

MOST_LINES = 8
"""Over as many lines a question may be spread."""

_TURNING = frozenset({"not", "never", "no", "without", "disable", "dont", "don", "deny"})
_SENTENCE_ENDS = (".", "!", ":", ";")
_YES_OR_NO = re.compile(r"(?i)\s*(?:y(?:es)?\s*[/|]\s*no?|no?\s*[/|]\s*y(?:es)?)\s*")
_RANGE = re.compile(r"\s*\d+\s*-\s*\d+\s*")
_HINT_WORDS = 4


def in_brackets(text: str) -> tuple[list[str], str | None]:
    """What brackets at the end of a question say: hints, and the default if there is one."""
    inside = [bracket[1:-1] for bracket in re.findall(BRACKETS, text)]
    hints = [part for part in inside if len(part.split()) >= _HINT_WORDS]
    defaults = [part for part in inside if part not in hints]
    stated = [part for part in defaults if not _is_offer(part)] or defaults
    return hints, _default(stated[-1]) if stated else None


def _is_offer(text: str) -> bool:
    """Whether brackets say what may be answered rather than what is."""
    return bool(_YES_OR_NO.fullmatch(text) or _RANGE.fullmatch(text))


def _default(inside: str) -> str:
    """NO from "NO", from "default = NO", from "y/N" and from a quoted text."""
    value = re.sub(r"(?i)^\s*default\s*(?:=|:|is)?\s*", "", inside).strip()
    if _YES_OR_NO.fullmatch(value):
        capitals = [part.strip() for part in re.split(r"[/|]", value) if part.strip()[:1].isupper()]
        return capitals[0] if len(capitals) == 1 else ""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def question_at_the_end(questions: Iterable[Question], text: str) -> tuple[str, Question | None]:
    """The question with which a text ends, wherever its lines are broken.

    The longest run of last lines that asks a known question is that question. A line right above it
    that is no sentence of its own and could turn its meaning round makes it unknown.
    """
    lines = [line.strip() for line in text.strip().split("\n")][-MOST_LINES:]
    for first in range(len(lines)):
        wording = " ".join(lines[first:])
        if question := the_question(questions, wording):
            return wording, None if first and turns(lines[first - 1]) else question
    return lines[-1], None


def turns(line: str) -> bool:
    """Whether a line could be the beginning of the next, and mean the opposite."""
    return line[-1:] not in _SENTENCE_ENDS and bool(_TURNING & set(words_of(line)))
