"""A reader of PNG pictures by RFC 2083 alone, and of letters by a VGA's own memory of them."""

from __future__ import annotations

import struct
import zlib
from typing import TypeAlias

from securemode_lab.vcenter.consoles import font

Pixel: TypeAlias = bytes
Picture: TypeAlias = list[list[Pixel]]

HEAD = b"\x89PNG\r\n\x1a\n"
BYTES = 3
COLUMNS = 80


def chunks(picture: bytes) -> dict[bytes, bytes]:
    """Content by kind; every check sum is right."""
    assert picture.startswith(HEAD)
    found, at = {}, len(HEAD)
    while at < len(picture):
        length = struct.unpack(">I", picture[at : at + 4])[0]
        kind, content = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", picture[at + 8 + length : at + 12 + length])
        assert check == zlib.crc32(kind + content)
        found[kind] = content
        at += 12 + length
    return found


def decoded(picture: bytes) -> Picture:
    """Rows of pixels in true colour."""
    parts = chunks(picture)
    width, height, depth, colour, *rest = struct.unpack(">2I5B", parts[b"IHDR"])
    assert (depth, colour, rest) == (8, 2, [0, 0, 0])
    assert parts[b"IEND"] == b""
    data, size = zlib.decompress(parts[b"IDAT"]), width * BYTES
    assert len(data) == height * (size + 1)
    rows: Picture = []
    above = bytes(size)
    for at in range(0, len(data), size + 1):
        kind, line = data[at], data[at + 1 : at + 1 + size]
        assert kind in (0, 2)
        if kind == 0:
            above = line
        elif any(line):
            above = bytes((a + b) & 255 for a, b in zip(line, above, strict=True))
        rows.append([above[x : x + BYTES] for x in range(0, size, BYTES)])
    return rows


def cell(picture: Picture, row: int, column: int, width: int) -> tuple[Pixel, tuple[str, ...]]:
    """The paper of a cell, its most frequent colour, and its rows: "#" where there is ink."""
    lines = [line[column * width :][:width] for line in picture[row * 16 :][:16]]
    pixels = [pixel for line in lines for pixel in line]
    paper = max(set(pixels), key=pixels.count)
    return paper, tuple("".join(".#"[pixel != paper] for pixel in line) for line in lines)


def text(picture: bytes) -> str:
    """What a picture of 80 columns says, a letter that nobody knows as "?"."""
    pixels = decoded(picture)
    width = len(pixels[0]) // COLUMNS
    known = {
        tuple(f"{row:0{width}b}".replace("0", ".").replace("1", "#") for row in rows): character
        for character in map(chr, range(0x20, 0x7F))
        for rows in [font.letter(character, width)]
    }
    lines = (
        "".join(known.get(cell(pixels, row, column, width)[1], "?") for column in range(COLUMNS))
        for row in range(len(pixels) // 16)
    )
    return "\n".join(line.rstrip() for line in lines)
