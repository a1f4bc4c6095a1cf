"""Recognises the text of a console by the glyphs of the usual fonts, exactly or not at all.

A console is drawn without smoothing, so that a glyph is there to the pixel or isn't. What is
nearly a glyph gets its character as a guess, and is never certain.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from securemode.vsphere.console.fonts import HEIGHT, WIDTH, Font, usual_fonts
from securemode.vsphere.console.screen_text import CERTAIN, UNKNOWN, Cell, ScreenText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from securemode.vsphere.console.png import Pixels

    Split = tuple[int, bytes, bytes]

CELL_WIDTHS = (9, 8)
"""VGA text mode shows cells of 9 pixels, everything else of 8."""

_BITS = WIDTH * HEIGHT
_ALL = (1 << _BITS) - 1
_ROW = (1 << WIDTH) - 1
_FEWEST_COLUMNS = 40
_CURSORS = ((13, 14), (14, 15), (13, 15), (12, 15), (12, 14), (12, 13), (11, 15), (8, 15))
_MOST_DIFFERENT = 24
_GUESS = 0.9
_EASILY_CONFUSED = 2


@dataclass(frozen=True, slots=True)
class _Grid:
    """One way to cut a picture into cells.

    Attributes:
        rows: raw pixels of every cell.
        width: of a cell, in pixels.
        size: bytes of a pixel.
    """

    rows: tuple[tuple[bytes, ...], ...]
    width: int
    size: int

    def kinds(self) -> Counter[bytes]:
        """Every distinct cell, and how often it is there."""
        return Counter(cell for row in self.rows for cell in row)


def read(pixels: Pixels) -> ScreenText:
    """The text on a picture of a console, in the grid and font that explain most of it."""
    best: tuple[int, _Grid, Font] | None = None
    for grid in map(partial(_grid, pixels), CELL_WIDTHS):
        kinds = grid.kinds()
        splits = {raw: _splits(raw, grid.width, grid.size) for raw in kinds}
        written = {raw: split for raw, split in splits.items() if _is_written(split)}
        for font in usual_fonts():
            known = [raw for raw, split in written.items() if _is_known(split, font)]
            count = sum(kinds[raw] for raw in known)
            if best is None or count > best[0]:
                best = count, grid, font
            if known and len(known) == len(written):
                return _in_font(grid, font, font.name)
    assert best is not None
    count, grid, font = best
    return _in_font(grid, font, font.name if count else "")


def _is_known(splits: Iterable[Split], font: Font) -> bool:
    return any(bits in font.characters for bits, _, _ in splits)


def _is_written(splits: tuple[Split, ...]) -> bool:
    """Whether a cell has anything but paper."""
    return not splits or splits[0][0] != 0


def _grid(pixels: Pixels, width: int) -> _Grid:
    """The picture cut into cells of a width; what is left over at its edges is no text."""
    step = width * pixels.size
    columns = range(0, pixels.width // width * step, step)
    tops = range(0, pixels.height // HEIGHT * HEIGHT, HEIGHT)
    return _Grid(
        tuple(_cells(pixels.rows[top : top + HEIGHT], columns, step) for top in tops),
        width,
        pixels.size,
    )


def _cells(rows: tuple[bytes, ...], columns: range, step: int) -> tuple[bytes, ...]:
    """One line of a grid; a line that is blank from top to bottom is cut once."""
    if len(set(rows)) == 1:
        return tuple(rows[0][at : at + step] * HEIGHT for at in columns)
    return tuple(b"".join([row[at : at + step] for row in rows]) for at in columns)


@lru_cache(maxsize=2**14)
def _splits(raw: bytes, width: int, size: int) -> tuple[Split, ...]:
    """A cell as bitmap, ink and paper, one way round and the other; nothing where no glyph fits.

    A cell of one colour is a blank.
    """
    pixels = [raw[at : at + size] for at in range(0, len(raw), size)]
    colours = [colour for colour, _ in Counter(pixels).most_common()]
    if len(colours) == 1:
        return ((0, b"", colours[0]),)
    if len(colours) > 2:  # noqa: PLR2004 - ink and paper
        return ()
    paper, ink = colours
    both = (_bitmap(pixels, ink, width), _bitmap(pixels, paper, width))
    return tuple(
        (bits, *pair)
        for bits, pair in zip(both, ((ink, paper), (paper, ink)), strict=True)
        if bits is not None
    )


def _bitmap(pixels: list[bytes], ink: bytes, width: int) -> int | None:
    """The pixels in ink, as fonts write them.

    A ninth column is blank or repeats the eighth, which VGA does for lines; else it is no cell.
    """
    rows = [
        [pixel == ink for pixel in pixels[at : at + width]] for at in range(0, len(pixels), width)
    ]
    if width > WIDTH:
        ninth = [row.pop() for row in rows]
        if any(ninth) and ninth != [row[-1] for row in rows]:
            return None
    return int("".join("01"[pixel] for row in rows for pixel in row), 2)


def _in_font(grid: _Grid, font: Font, name: str) -> ScreenText:
    """Every cell, read in one font."""
    cells = {raw: _cell(_splits(raw, grid.width, grid.size), font) for raw in grid.kinds()}
    guessed = {
        raw: _guessed(raw, grid, font) for raw, cell in cells.items() if cell.character == UNKNOWN
    }
    if any(cell.sureness for cell in guessed.values()):
        doubtful = _easily_confused(font.name)
        cells = {raw: _doubted(cell, doubtful) for raw, cell in cells.items()}
    cells.update(guessed)
    return ScreenText(tuple(tuple(cells[raw] for raw in row) for row in grid.rows), name)


def _cell(splits: Iterable[Split], font: Font) -> Cell:
    """What a cell shows exactly; else what stands under a cursor; else nothing known."""
    for reader in (_exact, _under_cursor):
        found = [cell for split in splits if (cell := reader(split, font))]
        if len(found) == 1:
            return found[0]
        if found:
            return _unsure(found[0])
    return Cell(UNKNOWN, 0.0, b"", b"")


def _unsure(cell: Cell) -> Cell:
    return Cell(cell.character, min(cell.sureness, 0.5), cell.ink, cell.paper, cell.has_cursor)


def _exact(split: Split, font: Font) -> Cell | None:
    bits, ink, paper = split
    character = font.characters.get(bits)
    return None if character is None else Cell(character, CERTAIN, ink, paper)


def _under_cursor(split: Split, font: Font) -> Cell | None:
    """A glyph of which some of the lower rows are filled from side to side."""
    bits, ink, paper = split
    for first, last in _CURSORS:
        mask = _rows(first, last)
        if bits & mask != mask:
            continue
        fitting = [
            character
            for glyph, character in font.characters.items()
            if (glyph ^ bits) & ~mask & _ALL == 0
        ]
        if fitting:
            sure = CERTAIN if len(fitting) == 1 else 0.5
            character = " " if " " in fitting else fitting[0]
            return Cell(character, sure, ink, paper, has_cursor=True)
    return None


@cache
def _rows(first: int, last: int) -> int:
    """The bits of some rows, both included."""
    return sum(_ROW << (HEIGHT - 1 - row) * WIDTH for row in range(first, last + 1))


@cache
def _easily_confused(name: str) -> frozenset[str]:
    """Characters of a font that a few wrong pixels make another."""
    glyphs = next(font.glyphs for font in usual_fonts() if font.name == name)
    return frozenset(
        one
        for one, bitmap in glyphs.items()
        if any(0 < (bitmap ^ other).bit_count() <= _EASILY_CONFUSED for other in glyphs.values())
    )


def _doubted(cell: Cell, doubtful: frozenset[str]) -> Cell:
    """Where a picture has damaged glyphs, one that damage could have made isn't certain either."""
    return _unsure(cell) if cell.character in doubtful and cell.ink else cell


def _guessed(raw: bytes, grid: _Grid, font: Font) -> Cell:
    """The glyph that is nearest; never certain."""
    pixels = [raw[at : at + grid.size] for at in range(0, len(raw), grid.size)]
    (paper, _), *others = Counter(pixels).most_common()
    ink = others[0][0] if others else b""
    flat = [pixel for at, pixel in enumerate(pixels) if at % grid.width < WIDTH]
    bits = int("".join("10"[pixel == paper] for pixel in flat), 2)
    distance: Callable[[int], int] = lambda glyph: (glyph ^ bits).bit_count()  # noqa: E731
    nearest, second = sorted(font.characters, key=distance)[:2]
    if distance(nearest) > _MOST_DIFFERENT:
        return Cell(UNKNOWN, 0.0, ink, paper)
    sureness = _GUESS * (1 - distance(nearest) / max(1, distance(second)))
    return Cell(font.characters[nearest], sureness, ink, paper)
