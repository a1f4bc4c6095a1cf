"""What a person would have seen of a terminal, from everything that was sent to it.

Only as much of a terminal as wizards and line editors use: lines that are written over, cut off and
moved along. What puts text anywhere on a screen begins a new line here.
"""

from __future__ import annotations

import re

LONGEST_LINE = 1024
"""Whatever is written further to the right is lost, as on a screen."""

_TAB = 8
_NARROWEST = 40
_COMPARED = 8
_MOST_DIGITS = 4
_COLOURS = re.compile(r"(?:\x1b\[[0-9;]*m)*")
_ERASES = re.compile(r"\x1b\[[0-2]?[KJ]")
_SEQUENCE = re.compile(
    r"\x1b\[(?P<numbers>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)


def shown(text: str) -> str:
    """The lines that stood on the terminal in the end, each ended by a line feed but the last."""
    terminal = _Terminal(text)
    for match in _SEQUENCE.finditer(text):
        if written := match["text"]:
            terminal.write(written)
        elif control := match["control"]:
            terminal.obey(control, match.end())
        elif final := match["final"]:
            terminal.edit(final, _number(match["numbers"]))
    return terminal.text


def _number(numbers: str) -> int:
    """The last number of a control sequence; 0 where there is none."""
    last = re.split("[:;]", numbers)[-1]
    return int(last) if last.isdecimal() and len(last) <= _MOST_DIGITS else 0


class _Terminal:
    """One line that is being written, and those above it, which are not touched again."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._above: list[str] = []
        self._line: list[str] = []
        self._at = 0

    @property
    def text(self) -> str:
        return "\n".join((*self._above, "".join(self._line)))

    def write(self, text: str) -> None:
        """Write over what stands there, from the cursor on."""
        room = max(0, LONGEST_LINE - self._at)
        visible = [character for character in text[:room] if character.isprintable()]
        self._reach(self._at)
        self._line[self._at : self._at + len(visible)] = visible
        self._at += len(visible)

    def obey(self, control: str, after: int) -> None:
        """Do what a control character says; the rest of what was sent begins at `after`."""
        if control in "\n\x0b\x0c\x85":
            self._feed()
        elif control == "\r":
            self._return(after)
        elif control == "\b":
            self._at = max(0, self._at - 1)
        elif control == "\t":
            self._at = min(LONGEST_LINE, (self._at // _TAB + 1) * _TAB)

    def _feed(self) -> None:
        self._above.append("".join(self._line))
        self._line = []
        self._at = 0

    def _return(self, after: int) -> None:
        """Go to the beginning where the line is drawn again; else it is kept and a new one begins.

        Some logs have nothing but returns as line ends, and a line editor that has filled a row of
        the screen sends a blank and a return to come to the next.
        """
        after = _COLOURS.match(self._source, after).end()  # type: ignore[union-attr]
        if self._source.startswith(("\n", "\r"), after):
            return
        line = "".join(self._line)
        most_of_it = line[: max(_COMPARED, len(line) * 3 // 4)]
        if _ERASES.match(self._source, after) or self._source.startswith(most_of_it, after):
            self._at = 0
            return
        if self._at == len(line) > _NARROWEST and line.endswith(" "):
            self._line.pop()
        self._feed()

    def edit(self, final: str, number: int) -> None:
        """Do what a control sequence says; those that only colour do nothing."""
        count = max(1, number)
        if final == "K":
            self._erase(number)
        elif final == "D":
            self._at = max(0, self._at - count)
        elif final == "C":
            self._at = min(LONGEST_LINE, self._at + count)
        elif final == "G":
            self._at = min(LONGEST_LINE, count - 1)
        elif final == "P":
            del self._line[self._at : self._at + count]
        elif final == "@":
            self._reach(self._at)
            self._line[self._at : self._at] = [" "] * min(count, LONGEST_LINE - len(self._line))
        elif final in "Hf" or (final == "J" and number):
            self._leave()

    def _erase(self, number: int) -> None:
        if number == 0:
            del self._line[self._at :]
        else:
            self._line[: self._at + 1] = [" "] * min(len(self._line), self._at + 1)
            if number != 1:
                del self._line[self._at :]

    def _leave(self) -> None:
        """Text that goes elsewhere on the screen does not belong to this line."""
        if self._line:
            self._feed()

    def _reach(self, column: int) -> None:
        self._line += [" "] * (min(column, LONGEST_LINE) - len(self._line))
