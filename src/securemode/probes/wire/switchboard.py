"""TCP ports on which calls of several nodes are expected at one time, told apart by who calls.

A port is open as long as somebody expects a call there. A connection goes to whoever expects its
source address; one that nobody expects is closed at once, and noted.

Standard library only, nothing of ours: the module can be sent to another vantage.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Place = tuple[str, int]

BACKLOG = 64


class Expected:
    """What came of those who are expected.

    Attributes:
        strangers: addresses of others that called meanwhile, and were not answered.
    """

    def __init__(self) -> None:
        self.strangers: list[str] = []
        self._came: SimpleQueue[socket.socket] = SimpleQueue()

    def connection(self, until: float) -> socket.socket:
        """The next connection of somebody expected; the caller closes it.

        Args:
            until: moment of `time.monotonic()`.

        Raises:
            TimeoutError: nobody called.
        """
        try:
            return self._came.get(timeout=max(until - time.monotonic(), 0))
        except Empty:
            raise TimeoutError("nobody called") from None

    def hand_over(self, connection: socket.socket) -> None:
        """Keep a connection until it is asked for."""
        self._came.put(connection)

    def close(self) -> None:
        """Close what nobody asked for."""
        with contextlib.suppress(Empty):
            while True:
                self._came.get_nowait().close()


class _Line:
    """One open port, and who is expected there."""

    def __init__(self, place: Place) -> None:
        self.expected: dict[str, Expected] = {}
        self._listening = _listening(place)
        threading.Thread(target=self._accept, daemon=True, name=f"calls to {place}").start()

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._listening.accept()
            except ConnectionError:
                continue
            except OSError:  # closed
                return
            caller = str(ip_address(peer[0].partition("%")[0]))
            if expected := self.expected.get(caller):
                expected.hand_over(connection)
                continue
            connection.close()
            for one in tuple(self.expected.values()):
                one.strangers.append(caller)

    def close(self) -> None:
        """Close the port; the shutdown wakes whoever waits for a connection."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


class Switchboard:
    """The ports of one run on which calls are expected."""

    def __init__(self) -> None:
        self._lines: dict[Place, _Line] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def expecting(self, places: Sequence[Place], callers: Sequence[str]) -> Iterator[Expected]:
        """Open these ports to these callers, until the block ends.

        Args:
            places: address literal and port of each; addresses of this machine.
            callers: address literals; nobody else may expect them at one of the places meanwhile.

        Raises:
            OSError: a place is not on this machine, or is taken by another program.
            ValueError: somebody expects one of the callers there already.
        """
        expected = Expected()
        names = [str(ip_address(caller)) for caller in callers]
        with contextlib.ExitStack() as stack:
            stack.callback(expected.close)
            for place in places:
                self._expect(place, names, expected)
                stack.callback(self._forget, place, names)
            yield expected

    def _expect(self, place: Place, callers: Sequence[str], expected: Expected) -> None:
        with self._lock:
            line = self._lines.get(place)
            if line and not line.expected.keys().isdisjoint(callers):
                raise ValueError(f"{callers} are expected at {place} already")
            if line is None:
                line = self._lines[place] = _Line(place)
            line.expected.update(dict.fromkeys(callers, expected))

    def _forget(self, place: Place, callers: Sequence[str]) -> None:
        with self._lock:
            line = self._lines[place]
            for caller in callers:
                del line.expected[caller]
            if not line.expected:
                self._lines.pop(place).close()


def _listening(place: Place) -> socket.socket:
    """A listening socket; IPv6 alone where the address is one."""
    is_ipv6 = ":" in place[0]
    listening = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_ipv6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(place)
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening
