"""Questions on the terminal, or to whatever stands in for it: one line each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

NOTHING_WRITTEN = "nothing was written."


def ask(question: str, understood: Callable[[str], Answer], *, default: str = "") -> Answer:
    """Ask until the answer is understood; of a file or a pipe, once.

    Args:
        question: without its question mark or colon.
        understood: makes the answer of the line; ValueError says what is wrong with it.
        default: taken for an empty line, and shown.

    Raises:
        ConfigurationError: the answers end, or one from a file or a pipe is wrong.
    """
    while True:
        try:
            line = input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
        except EOFError:
            raise ConfigurationError(
                f'The answers ended at "{question}"; {NOTHING_WRITTEN}',
                remedy="answer every question; an empty line takes what stands in brackets.",
            ) from None
        try:
            return understood(line)
        except ValueError as error:
            if not sys.stdin.isatty():
                raise ConfigurationError(
                    f'The answer to "{question}" {error}; {NOTHING_WRITTEN}',
                    remedy="answer once more.",
                ) from None
            sys.stdout.write(f"That {error}.\n")


def some(line: str) -> str:
    """A text that says something."""
    if not line:
        raise ValueError("is empty, and has to be stated")
    return line


def anything(line: str) -> str:
    """Any text."""
    return line


def agreed(line: str) -> bool:
    """Yes or no."""
    known = {"y": True, "yes": True, "n": False, "no": False}
    if line.lower() not in known:
        raise ValueError(f'is "{line}", neither yes nor no')
    return known[line.lower()]
