"""A stream-optimised VMDK on its way to a host: counted, hashed and looked through, not kept.

Source: VMware "Virtual Disk Format 5.0", section "Stream-Optimized Compressed Sparse Extents".
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator

SECTOR_BYTES = 512
HEADER = struct.Struct("<4sIIQQQQIQQQB4sH433x")
"""Magic, version, flags, capacity, grain size, descriptor's offset and size, entries of a grain
table, offsets of the redundant and of the first directory, overhead, clean, line ends, algorithm.
"""
GRAIN_MARKER = struct.Struct("<QI")
METADATA_MARKER = struct.Struct("<QII496x")
MAGIC = b"KDMV"
END_OF_STREAM, GRAIN_TABLE, GRAIN_DIRECTORY, FOOTER = range(4)
_MARKED_AND_COMPRESSED = 0x30000
_DEFLATE = 1
_MOST_GRAIN_SECTORS = 2048
_MOST_METADATA_SECTORS = 1 << 20


class BrokenStream(Exception):
    """The bytes are no whole stream-optimised VMDK; says why."""


@dataclass(frozen=True, slots=True)
class Received:
    """What is kept of an upload.

    Attributes:
        size_bytes: of the stream.
        sha1, sha256: of the stream, in hexadecimal digits.
        capacity_bytes: of the disk.
        populated_bytes: of its grains.
    """

    size_bytes: int
    sha1: str
    sha256: str
    capacity_bytes: int = 0
    populated_bytes: int = 0


class Stream(Protocol):
    """An upload while it comes in.

    Attributes:
        size_bytes: what has come.
    """

    size_bytes: int

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""

    def end(self) -> Received:
        """Nothing more comes."""


class PlainStream:
    """A file of any kind, such as the image of a CD."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._sha1, self._sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size_bytes += len(data)
        self._sha1.update(data)
        self._sha256.update(data)

    def end(self) -> Received:
        """Nothing more comes: what has come."""
        return Received(self.size_bytes, self._sha1.hexdigest(), self._sha256.hexdigest())


class DiskStream(PlainStream):
    """A stream-optimised VMDK."""

    def __init__(self) -> None:
        super().__init__()
        self._pending = bytearray()
        self._is_whole = False
        self._capacity_bytes = 0
        self._populated_bytes = 0
        self._parser = self._parse()
        self._wanted = next(self._parser)

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            BrokenStream: no VMDK goes on like this.
        """
        super().feed(data)
        self._pending += data
        taken = 0
        while not self._is_whole and len(self._pending) - taken >= self._wanted:
            piece = bytes(self._pending[taken : taken + self._wanted])
            taken += self._wanted
            try:
                self._wanted = self._parser.send(piece)
            except StopIteration:
                self._is_whole = True
        del self._pending[:taken]
        if self._is_whole and self._pending:
            raise BrokenStream("bytes follow the end-of-stream marker")

    def end(self) -> Received:
        """Nothing more comes: what has come.

        Raises:
            BrokenStream: the end is missing.
        """
        if not self._is_whole:
            raise BrokenStream(f"the stream ends after {self.size_bytes} bytes, before its end")
        got = super().end()
        return Received(
            got.size_bytes, got.sha1, got.sha256, self._capacity_bytes, self._populated_bytes
        )

    def _parse(self) -> Generator[int, bytes, None]:
        """Yields how many bytes it needs next, and is sent them."""
        grain_sectors, overhead = self._read_header((yield SECTOR_BYTES))
        yield (overhead - 1) * SECTOR_BYTES
        last_grain = -1
        footers = 0
        while True:
            first = yield SECTOR_BYTES
            place, size = GRAIN_MARKER.unpack_from(first)
            if size:
                rest = _padded(GRAIN_MARKER.size + size) - SECTOR_BYTES
                more = (yield rest) if rest else b""
                if place <= last_grain or place * SECTOR_BYTES >= self._capacity_bytes:
                    raise BrokenStream(f"a grain claims sector {place}, out of order or range")
                last_grain = place
                packed = (first + more)[GRAIN_MARKER.size : GRAIN_MARKER.size + size]
                self._populated_bytes += _inflated(packed, grain_sectors * SECTOR_BYTES)
                continue
            sectors, _, kind = METADATA_MARKER.unpack(first)
            if kind == END_OF_STREAM:
                break
            metadata = yield _metadata_bytes(kind, sectors)
            if kind == FOOTER:
                self._read_header(metadata)
                footers += 1
        if footers != 1:
            raise BrokenStream(f"{footers} footers instead of one")

    def _read_header(self, data: bytes) -> tuple[int, int]:
        """Sectors of a grain, and sectors before the first marker."""
        magic, version, flags, capacity, grain, *_, overhead, _, _, algorithm = HEADER.unpack(data)
        if magic != MAGIC:
            raise BrokenStream("no VMDK begins like this")
        if version != 3 or flags & _MARKED_AND_COMPRESSED != _MARKED_AND_COMPRESSED:  # noqa: PLR2004
            raise BrokenStream("the VMDK is not stream-optimised")
        if algorithm != _DEFLATE or not 0 < grain <= _MOST_GRAIN_SECTORS or not overhead:
            raise BrokenStream("the header of the VMDK contradicts itself")
        self._capacity_bytes = capacity * SECTOR_BYTES
        return grain, overhead


def _metadata_bytes(kind: int, sectors: int) -> int:
    if kind not in {GRAIN_TABLE, GRAIN_DIRECTORY, FOOTER} or not sectors:
        raise BrokenStream(f"a marker of the unknown kind {kind}")
    if sectors > _MOST_METADATA_SECTORS or (kind == FOOTER and sectors != 1):
        raise BrokenStream(f"{sectors} sectors of metadata of the kind {kind}")
    return sectors * SECTOR_BYTES


def _inflated(packed: bytes, grain_bytes: int) -> int:
    """How many bytes a grain holds."""
    try:
        inflater = zlib.decompressobj()
        grain = inflater.decompress(packed, grain_bytes + 1)
    except zlib.error as failed:
        raise BrokenStream(f"a grain cannot be inflated: {failed}") from None
    if not inflater.eof or not 0 < len(grain) <= grain_bytes:
        raise BrokenStream("a grain does not hold what a grain holds")
    return len(grain)


def _padded(size: int) -> int:
    return -(-size // SECTOR_BYTES) * SECTOR_BYTES
