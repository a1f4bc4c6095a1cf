"""The letters of a text screen: rows of pixels, as a graphics card's own memory has them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

ROWS = 16
UNKNOWN = "■"
"""Shown in place of a letter that the font does not have."""

_FILE = "vga8x16.hex"
_LINES_AND_SHADES = frozenset(map(chr, range(0x2500, 0x2594)))
"""Box drawing and blocks, which a graphics card draws on into the ninth column."""


def letter(character: str, width: int) -> tuple[int, ...]:
    """Rows of a letter, each a number whose highest of `width` bits is the leftmost pixel.

    Args:
        character: one.
        width: of a cell, 8 or 9 pixels; the ninth is empty unless lines have to meet.
    """
    rows = _letters().get(character) or _letters()[UNKNOWN]
    if width == len("01234567"):
        return rows
    if character in _LINES_AND_SHADES:
        return tuple(row << 1 | row & 1 for row in rows)
    return tuple(row << 1 for row in rows)


@cache
def _letters() -> dict[str, tuple[int, ...]]:
    """Every letter of the font by its character."""
    text = files(__package__).joinpath("data", _FILE).read_text(encoding="ascii")
    lines = (line.partition(":") for line in text.split())
    return {chr(int(code, 16)): tuple(bytes.fromhex(rows)) for code, _, rows in lines}
