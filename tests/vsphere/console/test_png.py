from __future__ import annotations

import struct
import zlib

import pytest

from securemode.errors import UnexpectedAnswer
from securemode.vsphere.console.png import decoded
from vsphere.console.drawing import chunk, packed, png


def colourful(width: int = 23, height: int = 11) -> list[bytes]:
    return [bytes((x * 7 + y * 31 + x * y) % 256 for x in range(width * 3)) for y in range(height)]


@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (4, 3, 2, 1, 0)])
def test_every_filter_is_undone(filters: tuple[int, ...]) -> None:
    pixels = colourful()
    found = decoded(packed(pixels, filters=filters))
    assert (found.width, found.height, found.size) == (23, 11, 3)
    assert list(found.rows) == pixels


def test_pixels_that_share_a_byte_are_taken_apart() -> None:
    palette = chunk(b"PLTE", bytes(48))
    found = decoded(png(3, 2, 4, 3, b"\x00\x12\x30\x00\x45\x60", palette))
    assert found.rows == (b"\x01\x02\x03", b"\x04\x05\x06")
    assert decoded(png(10, 1, 1, 0, b"\x00\xa5\x80")).rows == (
        bytes((1, 0, 1, 0, 0, 1, 0, 1, 1, 0)),
    )


def test_a_picture_with_transparency_has_four_bytes_a_pixel() -> None:
    assert decoded(png(1, 1, 8, 6, b"\x00abcd")).rows == (b"abcd",)


GOOD = png(2, 1, 8, 0, b"\x00ab")


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"GIF89a",
        GOOD[:30],
        GOOD[:-20],
        GOOD.replace(b"IDAT", b"IDAX"),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", zlib.compress(b"\x00ab")),
        png(2, 2, 8, 0, b"\x00ab"),
        png(2, 1, 16, 0, b"\x00abcd"),
        png(2, 1, 8, 0, b"\x09ab"),
        png(2**20, 2**20, 8, 0, b""),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 1)),
    ],
)
def test_what_is_no_picture_of_a_console_is_refused(picture: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match="cannot be decoded"):
        decoded(picture)
