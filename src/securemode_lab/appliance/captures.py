"""Packet captures: what passes the node's interface, in files that packet analysers read."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import socket

    from .sessions import Clock
    from .store import Store

Tap: TypeAlias = Callable[[], "socket.socket | None"]
"""A socket that hears every frame of the node, None where this machine allows none."""

LONGEST_S = 60.0
MOST_FRAMES = 1000
MOST_FILES = 10
_SNAP_BYTES = 2048
_ETHERNET = 1
_FILE = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, _SNAP_BYTES, _ETHERNET)
_RECORD = struct.Struct("<IIII")


def no_tap() -> None:
    """There is no interface to listen at."""


@dataclass(slots=True)
class Capture:
    """One capture; it ends by itself, when it is long enough."""

    source: socket.socket | None
    records: list[bytes] = field(default_factory=list)

    def stop(self) -> None:
        """Hear no more."""
        source, self.source = self.source, None
        if source is not None:
            asyncio.get_running_loop().remove_reader(source)
            source.close()


class Captures:
    """The captures that the Management Node holds, by file name, the oldest first.

    Attributes:
        tap: where frames are heard.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._captures: dict[str, Capture] = {}
        self.tap: Tap = no_tap

    @property
    def names(self) -> list[str]:
        """File names, oldest first."""
        return list(self._captures)

    def create(self) -> str:
        """Start to capture; the file name."""
        host = self._store.get("management_vm", 1)["hostname"]
        name = f"packet_capture_{host}_{self._clock():%Y-%m-%d_%H-%M-%S-%f}.pcap"
        capture = self._captures[name] = Capture(self.tap())
        if capture.source is not None:
            loop = asyncio.get_running_loop()
            loop.add_reader(capture.source, self._hear, capture)
            loop.call_later(LONGEST_S, capture.stop)
        for oldest in self.names[:-MOST_FILES]:
            self.delete(oldest)
        return name

    def archive(self, name: str) -> bytes | None:
        """What was captured so far, None where there is no such capture."""
        capture = self._captures.get(name)
        return None if capture is None else _FILE + b"".join(capture.records)

    def delete(self, name: str) -> bool:
        """Forget a capture; whether there was one."""
        capture = self._captures.pop(name, None)
        if capture is not None:
            capture.stop()
        return capture is not None

    def stop(self) -> None:
        """End whatever is under way; the files stay."""
        for capture in self._captures.values():
            capture.stop()

    def _hear(self, capture: Capture) -> None:
        assert capture.source is not None
        try:
            frame = capture.source.recv(1 << 16)
        except OSError:  # the interface went down
            capture.stop()
            return
        now = self._clock().timestamp()
        kept = frame[:_SNAP_BYTES]
        microseconds = int(now % 1 * 1_000_000)
        record = _RECORD.pack(int(now), microseconds, len(kept), len(frame))
        capture.records.append(record + kept)
        if len(capture.records) >= MOST_FRAMES:
            capture.stop()
