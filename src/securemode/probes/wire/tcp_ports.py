"""What TCP ports say to a connection attempt: accepted, RST, an ICMP error, or nothing.

RST and ICMP end a `connect` alike; the error queue of the socket (IP_RECVERR) tells them apart
without privileges.

The module stands alone (standard library only), so that it can be sent to another vantage.

Source: ip(7), `IP_RECVERR`; Linux has IPV6_RECVERR likewise.
"""

from __future__ import annotations

import errno
import ipaddress
import resource
import select
import socket
import struct
import time
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OPEN: Final = "open"
RESET: Final = "reset"
ICMP: Final = "icmp"
SILENT: Final = "silent"

_IP_RECVERR, _IPV6_RECVERR = 11, 25
_FROM_ICMP, _FROM_ICMP6 = 2, 3
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_FILES_FOR_OTHERS = 256
_EVENTS_AT_ONCE = 4096


class Said(NamedTuple):
    """What one port said.

    Attributes:
        port: the port.
        state: "open", "reset", "icmp" or "silent".
        icmp_type: of the ICMP or ICMPv6 error, else 0.
        icmp_code: likewise.
        sender: address that sent the ICMP error, else empty: the node, or a device on the way to
            it.
    """

    port: int
    state: str
    icmp_type: int = 0
    icmp_code: int = 0
    sender: str = ""


def ask(
    address: str,
    ports: Iterable[int],
    *,
    answer_within_s: float,
    spacing_s: float = 0.0,
    in_flight: int = 64,
    stopped: Callable[[], bool] = bool,
) -> list[Said]:
    """Try to connect to each port once.

    Args:
        address: address literal.
        ports: in this order; a port may come again.
        answer_within_s: how long a port may take; from 1.2 s the kernel has repeated a lost SYN
            once.
        spacing_s: pause from one attempt to the next; hosts limit how many ICMP errors they send.
        in_flight: most attempts that wait for an answer at a time.
        stopped: asked between attempts; True ends the look early.

    Returns:
        One entry an attempt, in the order of the answers.

    Raises:
        OSError: this machine could not make an attempt: no route, for example.
    """
    return _Sweep(address, answer_within_s, spacing_s, in_flight, stopped).run(deque(ports))


class _Sweep:
    """Connection attempts under way, and what came of them."""

    def __init__(
        self,
        address: str,
        answer_within_s: float,
        spacing_s: float,
        in_flight: int,
        stopped: Callable[[], bool],
    ) -> None:
        self._address = address
        is_ipv6 = ":" in address
        self._family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
        self._errors = (
            (socket.IPPROTO_IPV6, _IPV6_RECVERR) if is_ipv6 else (socket.IPPROTO_IP, _IP_RECVERR)
        )
        self._answer_within_s = answer_within_s
        self._spacing_s = spacing_s
        self._room = min(in_flight, _open_files_allowed(in_flight + _FILES_FOR_OTHERS))
        self._stopped = stopped
        self._poll = select.epoll()
        self._waiting: dict[int, tuple[socket.socket, int]] = {}
        self._deadlines: deque[tuple[float, int, socket.socket]] = deque()
        self._said: list[Said] = []

    def run(self, todo: deque[int]) -> list[Said]:
        next_start = 0.0
        try:
            while (todo or self._waiting) and not self._stopped():
                now = time.monotonic()
                while todo and len(self._waiting) < self._room and now >= next_start:
                    if not self._start(todo[0], now):
                        break
                    todo.popleft()
                    next_start = now + self._spacing_s
                    if len(self._waiting) % 256 == 0:
                        break
                self._collect(self._patience(now, next_start if todo else now + 1.0))
                self._expire(time.monotonic())
            return self._said
        finally:
            self._poll.close()
            for waiting, _ in self._waiting.values():
                waiting.close()

    def _patience(self, now: float, next_start: float) -> float:
        """How long to sleep: until the next deadline, the next start, or not at all."""
        if len(self._waiting) >= self._room:
            next_start = now + 1.0
        deadline = self._deadlines[0][0] if self._deadlines else now + 1.0
        return max(0.0, min(deadline, next_start) - now)

    def _start(self, port: int, now: float) -> bool:
        """Send one SYN; False where this process may open no more files for the moment."""
        try:
            attempt = socket.socket(self._family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE} or not self._waiting:
                raise
            self._room = len(self._waiting)
            return False
        attempt.setsockopt(*self._errors, 1)
        outcome = attempt.connect_ex((self._address, port))
        if outcome != errno.EINPROGRESS:
            self._finish(attempt, port, outcome)
            return True
        number = attempt.fileno()
        self._waiting[number] = (attempt, port)
        self._poll.register(number, select.EPOLLOUT | select.EPOLLERR)
        self._deadlines.append((now + self._answer_within_s, number, attempt))
        return True

    def _collect(self, patience_s: float) -> None:
        for number, _ in self._poll.poll(patience_s, _EVENTS_AT_ONCE):
            attempt, port = self._waiting.pop(number)
            outcome = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._finish(attempt, port, outcome)

    def _expire(self, now: float) -> None:
        while self._deadlines and (
            self._deadlines[0][2].fileno() == -1 or self._deadlines[0][0] <= now
        ):
            _, number, attempt = self._deadlines.popleft()
            if attempt.fileno() != -1:
                self._said.append(Said(self._waiting.pop(number)[1], SILENT))
                attempt.close()

    def _finish(self, attempt: socket.socket, port: int, outcome: int) -> None:
        with attempt:
            if outcome == 0:
                attempt.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                self._said.append(Said(port, OPEN))
            elif error := _icmp_error(attempt):
                self._said.append(Said(port, ICMP, *error))
            elif outcome in {errno.ECONNREFUSED, errno.ECONNRESET}:
                self._said.append(Said(port, RESET))
            elif outcome == errno.ETIMEDOUT:
                self._said.append(Said(port, SILENT))
            else:
                raise OSError(outcome, errno.errorcode.get(outcome, ""), self._address)


def _icmp_error(failed: socket.socket) -> tuple[int, int, str] | None:
    """Type, code and sender of the ICMP error on the error queue, None for another cause."""
    try:
        _, ancillary, _, _ = failed.recvmsg(0, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return None
    for _, _, error in ancillary:
        _, origin, icmp_type, icmp_code = struct.unpack_from("=IBBB", error)
        if origin in {_FROM_ICMP, _FROM_ICMP6}:
            sender = error[20:24] if origin == _FROM_ICMP else error[24:40]
            return icmp_type, icmp_code, str(ipaddress.ip_address(sender))
    return None


def _open_files_allowed(wanted: int) -> int:
    """Raise this process's own soft limit towards `wanted`; say how many attempts it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, soft - _FILES_FOR_OTHERS)
