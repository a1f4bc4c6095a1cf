"""Takes RTP packets of several callers at a port, and reads with which DSCP they came.

The mark comes with each datagram as ancillary data, which every user may see.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 3550 section 5.1 (RTP), RFC 5761 section 4 (telling RTCP), RFC 2474, ip(7), ipv6(7).
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    Place = tuple[str, int]

_IP_TOS, _IP_RECVTOS = 1, 13
_IPV6_RECVTCLASS, _IPV6_TCLASS = 66, 67
_MOST_BYTES = 65536
_RTP_VERSION, _RTP_HEADER = 2, 12
_RTCP_TYPES = range(192, 224)
_LOOK_UP_S = 0.05
"""After how long without a datagram a port looks whether it is to be closed."""


class Heard(NamedTuple):
    """What came.

    Attributes:
        packets: RTP packets of the callers.
        dscp: their different marks.
        others: datagrams that were something else, or from elsewhere.
    """

    packets: int = 0
    dscp: tuple[int, ...] = ()
    others: int = 0


class Hearing:
    """What has been heard of some callers since they are expected.

    Attributes:
        callers: address literals.
    """

    def __init__(self, callers: Collection[str]) -> None:
        self.callers = frozenset(str(ip_address(caller)) for caller in callers)
        self._marks: set[int] = set()
        self._packets = self._others = 0
        self._more = threading.Condition()

    def heard(self, until: float, enough: int) -> Heard:
        """What has come once enough packets of the callers have, or the time is over.

        Args:
            until: moment of `time.monotonic()`.
            enough: number of RTP packets.
        """
        with self._more:
            self._more.wait_for(lambda: self._packets >= enough, until - time.monotonic())
            return Heard(self._packets, tuple(sorted(self._marks)), self._others)

    def take(self, source: str, data: bytes, marks: set[int]) -> None:
        """Count one datagram."""
        with self._more:
            if source in self.callers and is_rtp(data):
                self._packets += 1
                self._marks |= marks
            else:
                self._others += 1
            self._more.notify_all()


class MediaBoard:
    """UDP ports at which media of several nodes are taken at one time, told apart by the sender.

    A port is open as long as somebody is expected there. What comes from an expected address
    belongs to that caller; what comes from anywhere else is told to all who wait.
    """

    def __init__(self) -> None:
        self._lines: dict[Place, _Line] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def expecting(self, places: Sequence[Place], callers: Collection[str]) -> Iterator[Hearing]:
        """Open these ports for the media of these callers, until the block ends.

        Args:
            places: address literal and port of each; addresses of this machine.
            callers: address literals.

        Raises:
            OSError: a place is not on this machine, or is taken by another program.
        """
        hearing = Hearing(callers)
        with contextlib.ExitStack() as stack:
            for place in places:
                self._expect(place, hearing)
                stack.callback(self._forget, place, hearing)
            yield hearing

    def _expect(self, place: Place, hearing: Hearing) -> None:
        with self._lock:
            line = self._lines.get(place)
            if line is None:
                line = self._lines[place] = _Line(place)
            line.hearings.append(hearing)

    def _forget(self, place: Place, hearing: Hearing) -> None:
        with self._lock:
            line = self._lines[place]
            line.hearings.remove(hearing)
            if not line.hearings:
                self._lines.pop(place).close()


class _Line:
    """One open port, and who is expected there."""

    def __init__(self, place: Place) -> None:
        self.hearings: list[Hearing] = []
        self._socket = _bound(*place)
        self._is_open = True
        self._thread = threading.Thread(target=self._hear, daemon=True, name=f"media to {place}")
        self._thread.start()

    def _hear(self) -> None:
        while self._is_open:
            try:
                data, ancillary, _, sender = self._socket.recvmsg(_MOST_BYTES, 128)
            except TimeoutError:
                continue
            source = str(ip_address(sender[0].partition("%")[0]))
            waiting = tuple(self.hearings)
            for hearing in [one for one in waiting if source in one.callers] or waiting:
                hearing.take(source, data, _marks(ancillary))

    def close(self) -> None:
        """Close the port, when whoever listens has seen that it is to be closed."""
        self._is_open = False
        self._thread.join()
        self._socket.close()


def is_rtp(data: bytes) -> bool:
    """Whether it is an RTP packet, and neither RTCP nor STUN nor DTLS."""
    is_of_version = len(data) >= _RTP_HEADER and data[0] >> 6 == _RTP_VERSION
    return is_of_version and data[1] not in _RTCP_TYPES


def _bound(address: str, port: int) -> socket.socket:
    is_ipv6 = ":" in address
    made = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if is_ipv6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVTCLASS, 1)
        else:
            made.setsockopt(socket.IPPROTO_IP, _IP_RECVTOS, 1)
        made.bind((address, port))
        made.settimeout(_LOOK_UP_S)
    except BaseException:
        made.close()
        raise
    return made


def _marks(ancillary: Sequence[tuple[int, int, bytes]]) -> set[int]:
    wanted = {(socket.IPPROTO_IP, _IP_TOS), (socket.IPPROTO_IPV6, _IPV6_TCLASS)}
    return {
        int.from_bytes(data, sys.byteorder) >> 2
        for level, kind, data in ancillary
        if (level, kind) in wanted
    }
