"""Closed ports that answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.appliance.behaviour import ClosedPorts
from securemode_lab.faults.fault import Change, Defect, Fault, Misconfiguration
from securemode_lab.network.rules import ClosedPort

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour

TELNET = 23

_TURNS = ("WIZ-04",)
_TURNS_TOO = ("WIZ-04", "GLOBAL-04")
"""A port of a protocol that nobody needs has to be silent as well: RTMP's, where TCP answers."""


def _answering(*closed: ClosedPort) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, closed_exceptions=closed)

    return change


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="closed-ports-reject",
        turns=_TURNS_TOO,
        text="the wizard was told to reject packets to closed ports",
        answers={"drop_not_reject": False},
    ),
    Defect(
        name="node-rejects",
        turns=_TURNS_TOO,
        text="closed TCP ports of a node answer with RST, closed UDP ports with ICMP",
        change=_answering(ClosedPort(ClosedPorts.RESET)),
    ),
    Defect(
        name="node-rejects-udp",
        turns=_TURNS,
        text="closed UDP ports of a node answer with ICMP, its closed TCP ports are silent",
        change=_answering(ClosedPort(ClosedPorts.RESET, transport="udp")),
    ),
    Defect(
        name="node-rejects-ipv6",
        turns=_TURNS,
        text="closed ports of a node answer over IPv6 and are silent over IPv4",
        change=_answering(ClosedPort(ClosedPorts.RESET, family=6)),
    ),
    Defect(
        name="node-rejects-with-icmp",
        turns=_TURNS_TOO,
        text="closed ports of a node answer with ICMP, administratively prohibited",
        change=_answering(ClosedPort(ClosedPorts.ICMP)),
    ),
    Defect(
        name="node-rejects-one-port",
        turns=_TURNS,
        text=f"TCP {TELNET} of a node answers with RST, all its other closed ports are silent",
        change=_answering(ClosedPort(ClosedPorts.RESET, transport="tcp", port=TELNET)),
    ),
)
