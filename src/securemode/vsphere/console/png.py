"""Decodes the pictures that vCenter makes of a console: PNG, by the standard library alone."""

from __future__ import annotations

import itertools
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.errors import UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS = 4096 * 4096
"""Larger than any console."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_BYTE = 8


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture as rows of pixels.

    Attributes:
        width, height: in pixels.
        size: bytes of one pixel; equal bytes are equal colours, whatever their model.
        rows: from the top.
    """

    width: int
    height: int
    size: int
    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    depth: int
    channels: int

    @property
    def pixel_size(self) -> int:
        """Bytes to which a filter looks back."""
        return max(1, self.depth * self.channels // _BYTE)

    @property
    def row_size(self) -> int:
        return (self.width * self.depth * self.channels + _BYTE - 1) // _BYTE


def decoded(picture: bytes) -> Pixels:
    """The pixels of a PNG.

    Raises:
        UnexpectedAnswer: it is none, is damaged or larger than any console.
    """
    try:
        header, packed = _parts(picture)
        unpacking = zlib.decompressobj()
        size = header.height * (header.row_size + 1)
        raw = unpacking.decompress(packed, size)
        if len(raw) != size:
            raise _broken("ends too early")
    except (struct.error, zlib.error) as error:
        raise _broken(str(error)) from error
    rows = tuple(_spread(row, header) for row in _unfiltered(raw, header))
    return Pixels(header.width, header.height, header.pixel_size, rows)


def _broken(why: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"the picture of the console cannot be decoded: {why}.")


def _parts(picture: bytes) -> tuple[_Header, bytes]:
    """What the picture says of itself, and its data as they were packed."""
    if not picture.startswith(SIGNATURE):
        raise _broken("it is no PNG")
    header, packed = None, []
    for kind, body in _chunks(picture):
        if kind == b"IHDR":
            header = _header(body)
        elif kind == b"IDAT":
            packed.append(body)
    if header is None:
        raise _broken("it has no header")
    return header, b"".join(packed)


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(picture):
        length, kind = struct.unpack_from(">I4s", picture, at)
        body = picture[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", picture, at + 8 + length)
        if checksum != zlib.crc32(kind + body):
            raise _broken("a checksum is wrong")
        yield kind, body
        at += 12 + length


def _header(body: bytes) -> _Header:
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", body)
    if not 0 < width * height <= MOST_PIXELS:
        raise _broken(f"{width} x {height} pixels are no console")
    if colours not in _CHANNELS or depth > _BYTE or interlaced:
        raise _broken("16 bits a colour and interlaced rows are not read")
    return _Header(width, height, depth, _CHANNELS[colours])


def _unfiltered(raw: bytes, header: _Header) -> Iterator[bytes]:
    """Every row with its filter undone."""
    above = bytes(header.row_size)
    for at in range(0, len(raw), header.row_size + 1):
        above = _row(raw[at], raw[at + 1 : at + 1 + header.row_size], above, header.pixel_size)
        yield above


def _row(kind: int, row: bytes, above: bytes, size: int) -> bytes:
    if kind == 0:
        return row
    if kind == 1:
        made = bytearray(row)
        for channel in range(size):
            sums = itertools.accumulate(row[channel::size], lambda left, now: (left + now) & 255)
            made[channel::size] = bytes(sums)
        return bytes(made)
    if kind == 2:  # noqa: PLR2004 - the filters are numbers
        return _sums(row, above)
    if kind in (3, 4):
        return _by_neighbours(kind, row, above, size)
    raise _broken(f"there is no filter {kind}")


def _sums(row: bytes, above: bytes) -> bytes:
    """The bytes of two rows added one by one, all at once: no sum carries into its neighbour."""
    if row.count(0) == len(row):
        return above
    lower = int.from_bytes(b"\x7f" * len(row))
    one, other = int.from_bytes(row), int.from_bytes(above)
    sums = (one & lower) + (other & lower) ^ (one ^ other) & ~lower
    return sums.to_bytes(len(row))


def _by_neighbours(kind: int, row: bytes, above: bytes, size: int) -> bytes:
    """The filters that look both to the left and up: the mean of both, and Paeth's choice."""
    made = bytearray(size) + row
    corner = bytes(size) + above
    for at, up in enumerate(above):
        left = made[at]
        near = (left + up) // 2 if kind == 3 else _paeth(left, up, corner[at])  # noqa: PLR2004
        made[at + size] = (made[at + size] + near) & 255
    return bytes(made[size:])


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def _spread(row: bytes, header: _Header) -> bytes:
    """One byte for each pixel where several share one."""
    if header.depth == _BYTE:
        return row
    mask = (1 << header.depth) - 1
    shifts = range(_BYTE - header.depth, -1, -header.depth)
    return bytes(byte >> shift & mask for byte in row for shift in shifts)[: header.width]
