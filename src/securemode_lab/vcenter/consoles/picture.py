"""The picture of a text screen: a PNG in true colour, pixel by pixel what a monitor shows."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from securemode_lab.vcenter.consoles import font
from securemode_lab.vcenter.consoles.text_screen import Cell, Colour

if TYPE_CHECKING:
    from securemode_lab.vcenter.consoles.text_screen import TextScreen

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR = (8, 2, 0, 0, 0)
_BYTES_PER_PIXEL = 3
_FAST = 1
_UNFILTERED, _UP = b"\0", b"\2"
_CURSOR_ROWS = range(13, 15)
_MOST_CELLS = 4096
_FULL, _PART = 0xAA, 0x55


def png(screen: TextScreen, *, with_cursor: bool = True) -> bytes:
    """What the monitor shows.

    Args:
        screen: of text.
        with_cursor: whether this is a moment at which a blinking cursor can be seen.
    """
    width = screen.mode.columns * screen.mode.cell_width
    rows = _rows(screen, with_cursor=with_cursor)
    missing = screen.mode.height - len(rows)
    rows += [bytes(width * _BYTES_PER_PIXEL)] * max(0, missing)
    header = struct.pack(">2I5B", width, len(rows), *_TRUE_COLOUR)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(_filtered(rows), _FAST)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(*chunk) for chunk in chunks)


def _rows(screen: TextScreen, *, with_cursor: bool) -> list[bytes]:
    """Rows of pixels from the top."""
    width = screen.mode.cell_width
    rows: list[bytes] = []
    for number, line in enumerate(screen.cells):
        cells = [_pixels(cell, width) for cell in line]
        row, column = screen.cursor
        if with_cursor and screen.shows_cursor and number == row and column < len(cells):
            cells[column] = _under_cursor(line[column], width)
        rows += map(b"".join, zip(*cells, strict=True))
    return rows


@lru_cache(_MOST_CELLS)
def _pixels(cell: Cell, width: int) -> tuple[bytes, ...]:
    """Rows of pixels of one cell."""
    ink, paper = map(_rgb, cell.look)
    dots = range(width - 1, -1, -1)
    return tuple(
        b"".join(ink if row >> dot & 1 else paper for dot in dots)
        for row in font.letter(cell.character, width)
    )


def _under_cursor(cell: Cell, width: int) -> tuple[bytes, ...]:
    full = _rgb(cell.look.ink) * width
    rows = enumerate(_pixels(cell, width))
    return tuple(full if number in _CURSOR_ROWS else row for number, row in rows)


def _rgb(colour: Colour) -> bytes:
    """Red, green and blue as a colour monitor mixes them; its dark yellow is brown."""
    if colour is Colour.BROWN:
        return bytes((_FULL, _PART, 0))
    light = _PART if colour & Colour.DARK_GREY else 0
    parts = (Colour.RED, Colour.GREEN, Colour.BLUE)
    return bytes(light + (_FULL if colour & part else 0) for part in parts)


def _filtered(rows: list[bytes]) -> bytes:
    """The rows as PNG wants them before compression: one that repeats is the difference, none."""
    same = _UP + bytes(len(rows[0]))
    above = [b"", *rows]
    return b"".join(
        same if row == before else _UNFILTERED + row
        for before, row in zip(above, rows, strict=False)
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
