"""What tshark reads in messages of ours: the judge of our encoders."""

from __future__ import annotations

import socket
import struct
import subprocess
from typing import TYPE_CHECKING

from lab.control.peers import needs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CALL_SIGNALLING = 1720
_RAW_IP = 101


def _packet(number: int, message: bytes) -> bytes:
    """One message in a segment of a TCP connection of its own."""
    tcp = struct.pack("!HHIIBBHHH", 33000 + number, CALL_SIGNALLING, 1, 1, 0x50, 0x18, 65535, 0, 0)
    length = 20 + len(tcp) + len(message)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0, 64, socket.IPPROTO_TCP, 0)
    ends = socket.inet_aton("198.51.100.21") + socket.inet_aton("198.51.100.2")
    return ip + ends + tcp + message


def capture(path: Path, messages: Sequence[bytes]) -> Path:
    """A capture with a packet for each framed message."""
    with path.open("wb") as written:
        written.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, _RAW_IP))
        for number, message in enumerate(messages):
            packet = _packet(number, message)
            written.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
    return path


def tshark(path: Path, *arguments: str) -> str:
    """What tshark prints of a capture."""
    done = subprocess.run(
        [needs("tshark"), "-n", "-r", str(path), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def fields(path: Path, *names: str) -> list[list[str]]:
    """For each packet the values of some fields; those of one field are joined by commas."""
    arguments = [word for name in names for word in ("-e", name)]
    said = tshark(path, "-T", "fields", "-E", "separator=;", *arguments)
    return [line.split(";") for line in said.splitlines()]
