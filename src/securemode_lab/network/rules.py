"""What the packet filter of a node does, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from securemode_lab.appliance.behaviour import ClosedPorts


@dataclass(frozen=True, slots=True)
class ClosedPort:
    """What closed ports answer; where it names a family, a transport or a port, only those.

    Attributes:
        answer: what a packet meets.
        family: 4, 6 or None for both.
        transport: "tcp", "udp" or None for everything.
        port: a single port, with a transport, or None for all.
    """

    answer: ClosedPorts
    family: int | None = None
    transport: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The DSCP of packets sent from some ports, or of everything else where `port` is None.

    Attributes:
        dscp: 0 to 63.
        transport: "tcp", "udp" or None for everything.
        port: the only one, or the first.
        last_port: the last one of a range.
    """

    dscp: int
    transport: str | None = None
    port: int | None = None
    last_port: int | None = None

    def fits(self, transport: str, port: int | None) -> bool:
        """Whether it marks what a socket sends; one of no particular port is not of a range."""
        if self.transport not in {None, transport}:
            return False
        if self.port is None:
            return True
        return port is not None and self.port <= port <= (self.last_port or self.port)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything that the packet filter of a node does.

    Attributes:
        open_ports: (transport, port) that are let through to their listener.
        closed_ports: the first that fits a packet answers it; what fits none is dropped.
        marks: the first that fits a packet marks it.
    """

    open_ports: tuple[tuple[str, int], ...]
    closed_ports: tuple[ClosedPort, ...]
    marks: tuple[Mark, ...] = ()


SILENT = Ruleset(open_ports=(), closed_ports=())
"""Lets nothing in: a node that is switched off."""
