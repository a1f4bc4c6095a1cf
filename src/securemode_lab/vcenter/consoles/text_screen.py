"""A text screen: cells with a letter and two colours each, and a terminal's way to write on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Colour(IntEnum):
    """The sixteen colours of text mode."""

    BLACK = 0
    BLUE = 1
    GREEN = 2
    CYAN = 3
    RED = 4
    MAGENTA = 5
    BROWN = 6
    GREY = 7
    DARK_GREY = 8
    BRIGHT_BLUE = 9
    BRIGHT_GREEN = 10
    BRIGHT_CYAN = 11
    BRIGHT_RED = 12
    BRIGHT_MAGENTA = 13
    YELLOW = 14
    WHITE = 15


class Look(NamedTuple):
    """Colours of a cell."""

    ink: Colour
    paper: Colour


class Cell(NamedTuple):
    """One place on the screen."""

    character: str
    look: Look


class Place(NamedTuple):
    """Where a cell is, counted from 0 at the top left."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Mode:
    """Size of a screen in cells, and the width of a cell in pixels; a cell is 16 pixels high.

    `height` is that of the picture, where it is more than its lines need.
    """

    columns: int
    lines: int
    cell_width: int
    height: int = 0


TEXT = Look(Colour.GREY, Colour.BLACK)
VGA = Mode(80, 25, 9)
MODES = {
    "80x25 9x16": VGA,
    "80x25 8x16": Mode(80, 25, 8),
    "100x37 8x16": Mode(100, 37, 8, height=600),
}
"""Names of modes as the variant `console_text` has them."""
_TAB = 8


class TextScreen:
    """What a monitor shows.

    Attributes:
        mode: size.
        shows_cursor: whether the place of the next letter is marked.
    """

    def __init__(self, mode: Mode = VGA, look: Look = TEXT) -> None:
        self.mode = mode
        self.shows_cursor = True
        self._look = look
        self.clear()

    def clear(self, look: Look | None = None) -> None:
        """Nothing but paper, and the cursor at the top left."""
        self._look = look or self._look
        self._cells = [self._empty_line() for _ in range(self.mode.lines)]
        self.cursor = Place(0, 0)

    @property
    def cells(self) -> list[list[Cell]]:
        """Every line from the top."""
        return self._cells

    @property
    def lines(self) -> list[str]:
        """The letters of every line, without the blanks at its end."""
        return ["".join(cell.character for cell in line).rstrip() for line in self._cells]

    @property
    def text(self) -> str:
        """All of its lines."""
        return "\n".join(self.lines)

    def put(self, row: int, column: int, text: str, look: Look) -> None:
        """Letters at a place, wherever the cursor is; what would be beyond the edge is lost."""
        for place, character in enumerate(text, column):
            if place < self.mode.columns:
                self._cells[row][place] = Cell(character, look)

    def write(self, text: str) -> None:
        """Letters at the cursor, as a terminal takes them: it wraps, scrolls, obeys BS, CR, LF."""
        for character in text:
            self._take(character)

    def _take(self, character: str) -> None:
        row, column = self.cursor
        match character:
            case "\r":
                self.cursor = Place(row, 0)
            case "\n":
                self._go_down()
            case "\b":
                self.cursor = Place(row, max(0, min(column, self.mode.columns - 1) - 1))
            case "\t":
                tab = (column // _TAB + 1) * _TAB
                self.cursor = Place(row, min(tab, self.mode.columns - 1))
            case _ if character.isprintable():
                self._print(character)

    def _print(self, character: str) -> None:
        """A line that is full is left only when there is more to say."""
        if self.cursor.column == self.mode.columns:
            self.cursor = Place(self.cursor.row, 0)
            self._go_down()
        row, column = self.cursor
        self._cells[row][column] = Cell(character, self._look)
        self.cursor = Place(row, column + 1)

    def _go_down(self) -> None:
        row, column = self.cursor
        if row + 1 == self.mode.lines:
            self._cells = [*self._cells[1:], self._empty_line()]
        else:
            self.cursor = Place(row + 1, column)

    def _empty_line(self) -> list[Cell]:
        return [Cell(" ", self._look)] * self.mode.columns
