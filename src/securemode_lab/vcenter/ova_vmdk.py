"""Writes a stream-optimised VMDK.

Source: VMware "Virtual Disk Format 5.0", section "Stream-Optimized Compressed Sparse Extents".
"""

from __future__ import annotations

import struct
import zlib

from securemode_lab.vcenter.lease_stream import (
    END_OF_STREAM,
    FOOTER,
    GRAIN_DIRECTORY,
    GRAIN_MARKER,
    GRAIN_TABLE,
    HEADER,
    MAGIC,
    METADATA_MARKER,
    SECTOR_BYTES,
)

_VERSION = 3
_FLAGS = 0x30001
"""Line ends can be tested, grains are compressed, markers stand between them."""
_GRAIN_SECTORS = 128
_GRAIN_BYTES = _GRAIN_SECTORS * SECTOR_BYTES
_TABLE_ENTRIES = 512
_OVERHEAD_SECTORS = 128
_DIRECTORY_AT_END = 0xFFFFFFFFFFFFFFFF
_LINE_ENDS = b"\n \r\n"
_DEFLATE = 1
_DESCRIPTOR = """\
# Disk DescriptorFile
version=1
CID={cid:08x}
parentCID=ffffffff
createType="streamOptimized"

# Extent description
RDONLY {sectors} SPARSE "{name}"

# The Disk Data Base
#DDB

ddb.adapterType = "lsilogic"
ddb.geometry.cylinders = "{cylinders}"
ddb.geometry.heads = "255"
ddb.geometry.sectors = "63"
ddb.virtualHWVersion = "19"
"""


def stream_optimised(name: str, content: bytes, capacity_bytes: int) -> bytes:
    """A whole disk as one file.

    Args:
        name: of the file, as its own descriptor tells it.
        content: of the disk from its first sector on; the rest is empty.
        capacity_bytes: of the disk, whole grains.
    """
    sectors = capacity_bytes // SECTOR_BYTES
    described = _DESCRIPTOR.format(
        cid=zlib.crc32(content), sectors=sectors, name=name, cylinders=sectors // (255 * 63)
    )
    out = bytearray(_header(sectors, _DIRECTORY_AT_END))
    out += described.encode()
    _pad(out, _OVERHEAD_SECTORS * SECTOR_BYTES)
    directory = []
    tables = -(-sectors // (_GRAIN_SECTORS * _TABLE_ENTRIES))
    for number in range(tables):
        first = number * _TABLE_ENTRIES
        directory.append(_table(out, content, first) if first * _GRAIN_BYTES < len(content) else 0)
    place = _metadata(out, GRAIN_DIRECTORY, struct.pack(f"<{tables}I", *directory))
    _metadata(out, FOOTER, _header(sectors, place))
    out += METADATA_MARKER.pack(0, 0, END_OF_STREAM)
    return bytes(out)


def _table(out: bytearray, content: bytes, first: int) -> int:
    """Append the grains of one table and then the table; its place in sectors."""
    entries = []
    for number in range(first, first + _TABLE_ENTRIES):
        grain = content[number * _GRAIN_BYTES : (number + 1) * _GRAIN_BYTES]
        entries.append(len(out) // SECTOR_BYTES if grain.strip(b"\0") else 0)
        if grain.strip(b"\0"):
            packed = zlib.compress(grain.ljust(_GRAIN_BYTES, b"\0"))
            out += GRAIN_MARKER.pack(number * _GRAIN_SECTORS, len(packed)) + packed
            _pad(out, SECTOR_BYTES)
    return _metadata(out, GRAIN_TABLE, struct.pack(f"<{_TABLE_ENTRIES}I", *entries))


def _metadata(out: bytearray, kind: int, data: bytes) -> int:
    """Append metadata behind its marker; its place in sectors."""
    out += METADATA_MARKER.pack(-(-len(data) // SECTOR_BYTES), 0, kind)
    place = len(out) // SECTOR_BYTES
    out += data
    _pad(out, SECTOR_BYTES)
    return place


def _header(sectors: int, directory: int) -> bytes:
    return HEADER.pack(
        MAGIC,
        _VERSION,
        _FLAGS,
        sectors,
        _GRAIN_SECTORS,
        1,
        _OVERHEAD_SECTORS - 1,
        _TABLE_ENTRIES,
        0,
        directory,
        _OVERHEAD_SECTORS,
        0,
        _LINE_ENDS,
        _DEFLATE,
    )


def _pad(out: bytearray, boundary: int) -> None:
    out.extend(bytes(-len(out) % boundary))
