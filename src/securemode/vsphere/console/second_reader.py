"""Tesseract, where it is installed, reads what the glyphs left uncertain.

A line counts as certain where both read the same, and not otherwise: one reader alone may guess.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.vsphere.console.png import SIGNATURE
from securemode.vsphere.console.screen_text import CERTAIN, ScreenText

if TYPE_CHECKING:
    from securemode.vsphere.console.png import Pixels

PROGRAM = "tesseract"
TIME_S = 20.0
ENLARGED = 3
MOST_UNCERTAIN = 200
"""A screen with more uncertain cells than that is no text, or nobody can read it."""

_BRIGHT = 128


def confirmed(text: ScreenText, pixels: Pixels) -> ScreenText:
    """The text, with those uncertain lines made certain that tesseract reads alike."""
    rows = {row for row, _ in text.uncertain}
    if not rows or not text.font or len(text.uncertain) > MOST_UNCERTAIN:
        return text
    read = {_bare(line) for line in lines_of(pixels)} - {""}
    agreed = {row for row in rows if _bare(text.lines[row]) in read}
    return ScreenText(
        tuple(
            tuple(replace(cell, sureness=CERTAIN) for cell in cells) if row in agreed else cells
            for row, cells in enumerate(text.cells)
        ),
        text.font,
    )


def lines_of(pixels: Pixels) -> tuple[str, ...]:
    """The lines that tesseract reads; none where it is not installed, or fails."""
    program = shutil.which(PROGRAM)
    if program is None:
        return ()
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", "--psm", "6"],
            input=_black_on_white(pixels),
            capture_output=True,
            timeout=TIME_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(done.stdout.decode("utf-8", "replace").splitlines())


def _bare(line: str) -> str:
    """A line without its spaces, which tesseract does not count."""
    return "".join(line.split())


def _black_on_white(pixels: Pixels) -> bytes:
    """The picture larger, in grey, dark on bright: as tesseract reads best."""
    size = pixels.size
    rows = []
    for row in pixels.rows:
        grey = bytes(max(row[at : at + size]) for at in range(0, len(row), size))
        rows.append(bytes(255 - value for value in grey for _ in range(ENLARGED)))
    if sum(map(sum, rows)) < _BRIGHT * sum(map(len, rows)):
        rows = [bytes(255 - value for value in row) for row in rows]
    raw = b"".join((b"\x00" + row) * ENLARGED for row in rows)
    width, height = pixels.width * ENLARGED, pixels.height * ENLARGED
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 1)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
