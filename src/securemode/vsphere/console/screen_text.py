"""What a screen says, cell by cell, and how sure that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
CERTAIN = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One character of a screen.

    Attributes:
        character: UNKNOWN where not even a guess can be made.
        sureness: 1 where the picture shows exactly this character, else less.
        ink, paper: bytes of its colours in the picture; a blank has no ink.
        has_cursor: whether the cursor stands in it.
    """

    character: str
    sureness: float
    ink: bytes
    paper: bytes
    has_cursor: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether it is this character and no other."""
        return self.sureness >= CERTAIN


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: row and columns, from 0, the last excluded."""

    row: int
    first: int
    last: int


@dataclass(frozen=True)
class ScreenText:
    """A screen, read.

    Attributes:
        cells: rows of cells, from the top left.
        font: in which it is written; empty where none was recognised.
    """

    cells: tuple[tuple[Cell, ...], ...]
    font: str = ""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its rows as text, without blanks at their ends."""
        return tuple("".join(cell.character for cell in row).rstrip() for row in self.cells)

    @property
    def text(self) -> str:
        """Its rows down to the last with anything on it."""
        return "\n".join(self.lines).rstrip()

    @property
    def is_certain(self) -> bool:
        """Whether every cell is."""
        return not self.uncertain

    @cached_property
    def uncertain(self) -> tuple[tuple[int, int], ...]:
        """Row and column of every cell that may be something else; one with the cursor is none."""
        return tuple(
            (row, column)
            for row, cells in enumerate(self.cells)
            for column, cell in enumerate(cells)
            if not cell.is_certain and not cell.has_cursor
        )

    def is_certain_in(self, first_row: int, last_row: int) -> bool:
        """Whether every cell of these rows is, the last row excluded."""
        return not any(first_row <= row < last_row for row, _ in self.uncertain)

    def places_of(self, text: str) -> Iterator[Place]:
        """Where a text stands with certainty, as whole words."""
        pattern = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
        for row, line in enumerate(self.lines):
            for match in pattern.finditer(line):
                place = Place(row, *match.span())
                if all(cell.is_certain for cell in self.cells_in(place)):
                    yield place

    def says(self, text: str) -> bool:
        """Whether a text stands somewhere with certainty, as whole words."""
        return next(self.places_of(text), None) is not None

    def cells_in(self, place: Place) -> tuple[Cell, ...]:
        """The cells of a place."""
        return self.cells[place.row][place.first : place.last]

    def colours_in(self, place: Place) -> frozenset[tuple[bytes, bytes]]:
        """Ink and paper of what is written in a place."""
        return frozenset((cell.ink, cell.paper) for cell in self.cells_in(place) if cell.ink)
