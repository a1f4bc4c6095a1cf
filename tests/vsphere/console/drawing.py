"""Draws text as a console shows it, and packs it as a picture: what the reader has to read back."""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from securemode.vsphere.console.fonts import Font, font

if TYPE_CHECKING:
    from collections.abc import Sequence

Colour = tuple[int, int, int]
GREY: Colour = (170, 170, 170)
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
BLUE: Colour = (0, 0, 170)
CYAN: Colour = (0, 170, 170)
LINES = range(0x2500, 0x2600)


@dataclass
class Screen:
    """Characters and their colours; `cursor` is row and column, or nothing."""

    columns: int = 80
    rows: int = 25
    paper: Colour = BLACK
    ink: Colour = GREY
    cells: list[list[tuple[str, Colour, Colour]]] = field(init=False)
    cursor: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self.cells = [[(" ", self.ink, self.paper)] * self.columns for _ in range(self.rows)]

    def put(
        self,
        row: int,
        column: int,
        text: str,
        ink: Colour | None = None,
        paper: Colour | None = None,
    ) -> None:
        for at, character in enumerate(text, column):
            self.cells[row][at] = (character, ink or self.ink, paper or self.paper)


@cache
def cell(bits: int, ink: Colour, paper: Colour, width: int, *, repeats: bool) -> tuple[bytes, ...]:
    """The rows of one cell; its ninth column is paper, or `repeats` the eighth."""
    rows = []
    for y in range(16):
        line = bits >> (15 - y) * 8 & 255
        lit = [line >> (7 - x) & 1 for x in range(8)] + [line & 1 if repeats else 0]
        rows.append(b"".join(bytes(ink if is_on else paper) for is_on in lit[:width]))
    return tuple(rows)


def drawn(
    screen: Screen,
    *,
    face: Font | None = None,
    width: int = 8,
    size: tuple[int, int] | None = None,
    cursor_rows: Sequence[int] = (13, 14),
) -> list[bytearray]:
    """The screen as rows of pixels; `size` leaves more room than the cells fill."""
    glyphs = (face or font("vga-rom")).glyphs
    across, down = size or (screen.columns * width, screen.rows * 16)
    rows = []
    for number, cells in enumerate(screen.cells):
        made = [
            list(cell(glyphs[what], ink, paper, width, repeats=ord(what) in LINES))
            for what, ink, paper in cells
        ]
        if screen.cursor and screen.cursor[0] == number:
            for y in cursor_rows:
                made[screen.cursor[1]][y] = bytes(cells[screen.cursor[1]][1]) * width
        rows += [bytearray(b"".join(each[y] for each in made)) for y in range(16)]
    margin = bytes(screen.paper) * (across - screen.columns * width)
    left_over = bytearray(bytes(screen.paper) * across)
    return [row + margin for row in rows] + [left_over] * (down - len(rows))


def packed(pixels: Sequence[bytes | bytearray], *, filters: Sequence[int] = (0,)) -> bytes:
    """A PNG of 8 bits a colour, its rows filtered by these filters in turn."""
    above = bytes(len(pixels[0]))
    rows = []
    for number, row in enumerate(pixels):
        kind = filters[number % len(filters)]
        rows.append(bytes([kind]) + (filtered(kind, row, above) if kind else row))
        above = bytes(row)
    return png(len(pixels[0]) // 3, len(pixels), 8, 2, b"".join(rows))


def png(width: int, height: int, depth: int, colours: int, raw: bytes, extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def filtered(kind: int, row: bytes | bytearray, above: bytes, size: int = 3) -> bytes:
    made = bytearray()
    for at, now in enumerate(row):
        left = row[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        up = above[at]
        nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        guess = (0, left, up, (left + up) // 2, nearest)[kind]
        made.append((now - guess) & 255)
    return bytes(made)


def noisy(pixels: list[bytearray], flips: int, seed: int) -> list[bytearray]:
    """The pixels with some of them turned from paper to ink or back."""
    chance = random.Random(seed)
    made = [bytearray(row) for row in pixels]
    for _ in range(flips):
        row, x = chance.choice(made), chance.randrange(len(made[0]) // 3) * 3
        row[x : x + 3] = bytes(GREY if row[x : x + 3] == bytes(BLACK) else BLACK)
    return made


def picture(screen: Screen, **how: object) -> bytes:
    """The screen as a PNG."""
    return packed(drawn(screen, **how))  # type: ignore[arg-type]
