"""Capture files with one TCP segment, for tshark to read what a node has said."""

from __future__ import annotations

import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

from lab.control.peers import needs

if TYPE_CHECKING:
    from pathlib import Path

_LINK_TYPE_RAW = 101


def write(file: Path, data: bytes, port: int) -> None:
    """A segment to `port`, that starts with the first byte of its connection."""
    tcp = struct.pack("!HHIIBBHHH", 33000, port, 1, 1, 5 << 4, 0x18, 65535, 0, 0)
    size = 20 + len(tcp) + len(data)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size, 1, 0, 64, 6, 0, bytes(4), bytes(4))
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _LINK_TYPE_RAW)
    file.write_bytes(head + struct.pack("<IIII", 0, 0, size, size) + ip + tcp + data)


def dissected(file: Path, protocol: str, port: int, *fields: str) -> list[str]:
    """What tshark says these fields hold, values separated by |."""
    needs("tshark")
    said = subprocess.run(
        [
            shutil.which("tshark") or "",
            *("-r", str(file), "-d", f"tcp.port=={port},{protocol}"),
            *("-Tfields", "-Eaggregator=|", *(f"-e{field}" for field in fields)),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return said.stdout.strip("\n").split("\t")
