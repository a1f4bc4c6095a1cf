"""Reads a console as a stream of text: what has come since, found by comparing two screens."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from securemode.errors import SetupFailed
from securemode.vsphere.console.watching import UNSURE

if TYPE_CHECKING:
    from securemode.vsphere.console.screen_text import ScreenText
    from securemode.vsphere.console.watching import Watch

LOGIN_PROMPT = re.compile(r"(?i)\blogin:\s*\Z")


class ScreenTerminal:
    """A console whose screen is read as `wizard_dialogue.Console` wants it.

    Text that goes over the right edge is put together again. It has ended once a login prompt is
    the last thing on the screen: whoever was logged in is so no more.

    Args:
        watch: screen and keyboard.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._seen: tuple[str, ...] = ()
        self._typed = ""

    def read(self, timeout_s: float, /) -> str | None:
        """What has come since; empty after `timeout_s` of silence, None at a login prompt.

        Raises:
            SetupFailed: what has come cannot be read with certainty; the message names the picture.
            CannotLook: the console cannot be looked at.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            self._watch.look()
            text = self._watch.at_rest()
            lines = written_lines(text)
            if lines and LOGIN_PROMPT.search(lines[-1]):
                return None
            first, new = _come(self._seen, lines, len(text.cells[0]))
            if new and self._is_certain(text, first):
                self._seen = lines
                return self._without_gap(new)
            if time.monotonic() >= deadline:
                return ""
            self._watch.wait()

    def write(self, text: str) -> None:
        """Type a text."""
        self._typed = text.rstrip("\n")
        self._watch.strike(text)

    def _is_certain(self, text: ScreenText, first: int) -> bool:
        """Whether the new lines are; they may still be drawn, so that it is looked again."""
        deadline = time.monotonic() + self._watch.patience.change_s
        while not text.is_certain_in(first, len(text.cells)):
            if time.monotonic() > deadline:
                file = self._watch.keep("stopped")
                raise SetupFailed(
                    f"What the console shows cannot be read with certainty (picture: {file}).",
                    remedy=UNSURE,
                )
            self._watch.wait()
            again = self._watch.look().text
            if again.lines != text.lines:
                return False
            text = again
        return True

    def _without_gap(self, new: str) -> str:
        """The echo of what was typed begins after a blank that no screen shows at a line's end."""
        typed, self._typed = self._typed, ""
        return new.lstrip(" ") if typed and new.lstrip(" ")[:1] == typed[:1] else new


def written_lines(text: ScreenText) -> tuple[str, ...]:
    """The rows of a screen down to the last with anything on it."""
    return tuple(text.text.split("\n")) if text.text else ()


def _come(seen: tuple[str, ...], lines: tuple[str, ...], columns: int) -> tuple[int, str]:
    """The row in which something new begins, and everything new; the whole where all is new."""
    for gone in range(len(seen)):
        kept = seen[gone:]
        last = len(kept) - 1
        if (
            lines[:last] == kept[:-1]
            and lines[last : last + 1]
            and lines[last].startswith(kept[-1])
        ):
            new = _joined(lines[last:], columns)
            return last, new[len(kept[-1]) :]
    begins = "\n" if seen else ""  # the last line that was seen has ended before all went
    return 0, begins + _joined(lines, columns)


def _joined(lines: tuple[str, ...], columns: int) -> str:
    """Rows as a text: one that reaches the edge goes on in the next."""
    ended = (line if len(line) == columns else f"{line}\n" for line in lines[:-1])
    return "".join(ended) + "".join(lines[-1:])
