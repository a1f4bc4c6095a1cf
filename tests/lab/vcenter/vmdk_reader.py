"""Reads a stream-optimised VMDK from its end: footer, directory, tables; not as it was streamed."""

from __future__ import annotations

import struct
import zlib

SECTOR = 512
FIELDS = (
    "version",
    "flags",
    "capacity",
    "grain",
    "descriptor_at",
    "descriptor_sectors",
    "entries",
    "redundant_at",
    "directory_at",
    "overhead",
)


def header(data: bytes, place: int) -> dict[str, int]:
    assert data[place : place + 4] == b"KDMV"
    values = struct.unpack_from("<IIQQQQIQQQ", data, place + 4)
    return dict(zip(FIELDS, values, strict=True))


def content(data: bytes) -> dict[int, bytes]:
    """Sectors at which grains begin, and what is in them."""
    footer = header(data, len(data) - 2 * SECTOR)
    grain_bytes = footer["grain"] * SECTOR
    tables = -(-footer["capacity"] // (footer["grain"] * footer["entries"]))
    directory = struct.unpack_from(f"<{tables}I", data, footer["directory_at"] * SECTOR)
    found = {}
    for number, table in enumerate(directory):
        if not table:
            continue
        grains = struct.unpack_from(f"<{footer['entries']}I", data, table * SECTOR)
        for slot, place in enumerate(grains):
            if place:
                sector = (number * footer["entries"] + slot) * footer["grain"]
                lba, size = struct.unpack_from("<QI", data, place * SECTOR)
                assert lba == sector
                start = place * SECTOR + 12
                found[sector] = zlib.decompress(data[start : start + size])
                assert len(found[sector]) == grain_bytes
    return found


def descriptor(data: bytes) -> str:
    first = header(data, 0)
    start = first["descriptor_at"] * SECTOR
    text = data[start : start + first["descriptor_sectors"] * SECTOR]
    return text.rstrip(b"\0").decode()
