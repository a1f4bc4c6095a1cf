"""Text as it is copied from a terminal's window: wrapped at its edge, no control characters."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"\x1b\[(?P<number>[0-9]*)(?P<move>[A-D])"
    r"|\x1b\[[0-?]*[ -/]*(?P<other>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|(?P<key>.)",
    re.DOTALL,
)


class Window:
    """A terminal of one width that forgets nothing; a cleared screen begins below the old one."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._lines: list[list[str]] = [[]]
        self._row = self._column = 0

    def show(self, log: str) -> None:
        """What a terminal's log says."""
        for piece in _PIECE.finditer(log):
            if piece["move"]:
                self._move(piece["move"], int(piece["number"] or 1))
            elif piece["other"] == "J":
                self._begin(len(self._lines))
            elif piece["other"] == "K":
                del self._lines[self._row][self._column :]
            elif piece["key"]:
                self._take(piece["key"])

    @property
    def text(self) -> str:
        """All of its lines, without the blanks at their ends."""
        return "".join("".join(line).rstrip() + "\n" for line in self._lines)

    def _take(self, key: str) -> None:
        match key:
            case "\r":
                self._column = 0
            case "\n":
                self._go(self._row + 1)
            case "\b":
                self._column = max(0, min(self._column, self._columns - 1) - 1)
            case _ if key.isprintable():
                self._print(key)

    def _print(self, letter: str) -> None:
        if self._column == self._columns:
            self._column = 0
            self._go(self._row + 1)
        line = self._lines[self._row]
        line += " " * (self._column + 1 - len(line))
        line[self._column] = letter
        self._column += 1

    def _move(self, direction: str, number: int) -> None:
        match direction:
            case "A":
                self._row = max(0, self._row - number)
            case "B":
                self._go(self._row + number)
            case "C":
                self._column = min(self._columns - 1, self._column + number)
            case "D":
                self._column = max(0, min(self._column, self._columns - 1) - number)

    def _begin(self, row: int) -> None:
        self._column = 0
        self._go(row)

    def _go(self, row: int) -> None:
        self._row = row
        self._lines += [[] for _ in range(row + 1 - len(self._lines))]


def copied(log: str, columns: int = 80) -> str:
    """The text of a terminal's log as a window of that width shows it."""
    window = Window(columns)
    window.show(log)
    return window.text
