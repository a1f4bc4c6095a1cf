"""What closed ports of a node say to a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Transport(StrEnum):
    """What carries the question."""

    TCP = "tcp"
    UDP = "udp"


class Family(StrEnum):
    """The network below."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


class PortSelection(StrEnum):
    """How many ports are asked."""

    SAMPLE = "sample"
    ALL = "all"


class PortState(StrEnum):
    """What a port said."""

    OPEN = "open"
    RESET = "reset"
    ICMP = "icmp"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSaid:
    """What one port said.

    Attributes:
        port: the port.
        state: what came back.
        icmp_type: of the ICMP or ICMPv6 error, else None.
        icmp_code: likewise.
        sender: who sent that error, where it was not the node itself.
    """

    port: int
    state: PortState
    icmp_type: int | None = None
    icmp_code: int | None = None
    sender: str = ""

    def __str__(self) -> str:
        if self.state is not PortState.ICMP:
            return "RST" if self.state is PortState.RESET else str(self.state)
        return f"ICMP type {self.icmp_type} code {self.icmp_code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryPortSeen:
    """What all 65,535 TCP ports said to one attempt each, as fast as they could be asked.

    An answer is proof, silence is weaker than in the sample: hosts limit their ICMP errors, and
    one lost packet looks like silence. So the open port is asked again and again in between.

    Attributes:
        asked: how many ports were asked.
        open: those that accepted.
        answered: the first of those that were closed and said so, at most twenty.
        answered_count: how many did.
        silent_count: how many said nothing.
        controls_asked: how often the open port was asked in between.
        controls_open: how often it accepted.
    """

    asked: int
    open: tuple[int, ...]
    answered: tuple[PortSaid, ...]
    answered_count: int
    silent_count: int
    controls_asked: int
    controls_open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPortsSeen:
    """What ports that the product does not use said, and whether an open one answered at that time.

    Attributes:
        transport: of the questions.
        family: of the questions.
        address: that was asked.
        said: the sample, asked slowly enough for every answer to be possible.
        every_port: the sweep over all TCP ports, where it was asked for.
        control_port: the open TCP port. It shows that node and path are alive, for UDP too:
            there, silence is what a closed port is expected to give, and no port of the product
            is certain to answer.
        control_before: what it said just before.
        control_after: what it said just after.
    """

    transport: Transport
    family: Family
    address: str
    said: tuple[PortSaid, ...]
    control_port: int
    control_before: PortState
    control_after: PortState
    every_port: EveryPortSeen | None = None
