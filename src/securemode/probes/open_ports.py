"""Which TCP ports of a stated set accept a connection."""

from __future__ import annotations

import resource
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Interrupted, TimedOut, Unreachable, Unsupported
from securemode.observations.exposure import OpenPortsSeen
from securemode.observations.ports import Family, PortState
from securemode.probes.icmp_budget import scanning
from securemode.probes.probe import Connection
from securemode.probes.wire import tcp_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.probes.probe import Access
    from securemode.targets import Node

WEB_PORT = 443
_USUAL = """
    1080 1194 1433 1434 1521 1720 1723 1883 1935 2049 2121 2181 2222 2375 2376 2379 2380 3000 3128
    3260 3268 3269 3306 3389 3478 4369 4433 4443 4444 4500 4505 4506 4786 5000 5001 5060 5061 5222
    5269 5349 5432 5555 5601 5666 5671 5672 5800 5900 5901 5985 5986 6000 6001 6379 6443 6667 7000
    7001 7077 7199 7443 7547 8000 8008 8009 8010 8080 8081 8086 8088 8089 8123 8140 8181 8200 8222
    8300 8333 8443 8444 8500 8530 8600 8686 8834 8880 8883 8888 8983 9000 9001 9042 9080 9090 9091
    9092 9100 9160 9200 9300 9418 9443 9999 10000 10050 10051 10250 10255 11211 15672 16992 16993
    25672 27017 27018 28017 50000 50070 61616 62078 64738
"""
KNOWN_SERVICES = tuple(map(int, _USUAL.split()))
"""Ports above 1024 on which servers of all sorts usually listen."""
STRIDE = 251
"""A prime, so that the sample of the rest meets no pattern of round numbers."""
PORTS = tuple(sorted({*range(1, 1025), *KNOWN_SERVICES, *range(1025, 65536, STRIDE)}))
DESCRIBED = (
    f"{len(PORTS)} TCP ports (1-1024, {len(KNOWN_SERVICES)} of usual services, each {STRIDE}th)"
)

_CONTROL_EVERY = 128
_IN_FLIGHT = 700
_ANSWER_WITHIN_S = 0.5
_SCANS_AT_ONCE = 16
_FILES_FOR_OTHERS = 1024
_SCANS = threading.BoundedSemaphore(_SCANS_AT_ONCE)
"""What scans hold of the files that this process may open, however many connections are allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPorts:
    """The ports of a stated set that accept: every well-known one, usual services, a sample.

    Where all ports are asked for, `ClosedPorts` has asked them already.

    Attributes:
        target: the node.
        family: which of its addresses is asked.

    Source: guide, section "Global settings" (port ranges).
    """

    name: ClassVar[str] = "open-ports"
    observes: ClassVar[type] = OpenPortsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 4
    takes_s: ClassVar[float] = 1.2
    volatile: ClassVar[frozenset[str]] = frozenset({"controls_answered"})
    surface: ClassVar[frozenset[str]] = frozenset({"open"})

    target: Node
    family: Family

    @property
    def address(self) -> str:
        """The node's address of the family, empty where it has none."""
        return (self.target.ipv4 if self.family is Family.IPV4 else self.target.ipv6) or ""

    def connections(self) -> tuple[Connection, ...]:
        """Every port of the set once, and the web port in between."""
        most = len(PORTS) + len(PORTS) // _CONTROL_EVERY + 2
        return (Connection("tcp", self.address, f"{PORTS[0]}-{PORTS[-1]}", most),)

    def look(self, access: Access) -> OpenPortsSeen:
        """Try to connect to each port; nothing is said to those that accept.

        Raises:
            Unsupported: the node has no address of the family, or is reached by port forwarding.
            TimedOut: the web port never answered: nothing can be said of other ports.
            Unreachable: this machine has no way to the node.
            Interrupted: the run was stopped.
        """
        if not self.address or self.target.port_offset:
            raise Unsupported(f"{self.target} has no {self.family} address whose ports are its own")
        try:
            with _SCANS, scanning(self.address):
                said = tcp_ports.ask(
                    self.address,
                    _with_control(),
                    answer_within_s=min(access.timeout_s, _ANSWER_WITHIN_S),
                    in_flight=_files_allowed(),
                    stopped=access.cancelled.is_set,
                )
        except OSError as error:
            raise Unreachable(f"{self.address}: {error.strerror or error}") from error
        if access.cancelled.is_set():
            raise Interrupted(f"ports of {self.target} were looked at when the run was stopped")
        return self._seen(said)

    def _seen(self, said: list[tcp_ports.Said]) -> OpenPortsSeen:
        controls = [one for one in said if one.port == WEB_PORT]
        opened = {one.port for one in said if one.state == PortState.OPEN}
        answered = [one for one in controls if one.state in {PortState.OPEN, PortState.RESET}]
        if not answered:
            raise TimedOut(
                f"TCP port {WEB_PORT} of {self.address} answered none of {len(controls)} "
                "connections: silence of other ports would say nothing"
            )
        return OpenPortsSeen(
            family=self.family,
            address=self.address,
            described=DESCRIBED,
            asked=len(PORTS),
            open=tuple(sorted(opened)),
            control_port=WEB_PORT,
            controls_asked=len(controls),
            controls_answered=len(answered),
        )


def _with_control() -> Iterator[int]:
    """Every port of the set, and the web port at the beginning, in between and at the end."""
    for place, port in enumerate(PORTS):
        if place % _CONTROL_EVERY == 0:
            yield WEB_PORT
        if port != WEB_PORT:
            yield port
    yield WEB_PORT


def _files_allowed() -> int:
    """Raise this process's own soft limit; how many sockets one scan may have open then."""
    wanted = _SCANS_AT_ONCE * _IN_FLIGHT + _FILES_FOR_OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < allowed:
        soft = allowed
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(16, min(_IN_FLIGHT, (soft - _FILES_FOR_OTHERS) // _SCANS_AT_ONCE))
