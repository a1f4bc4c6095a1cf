"""When the nodes last started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NodeStart:
    """What the Management Node says of one Conferencing Node.

    Attributes:
        name: as the product calls the node.
        started: its last start, ISO 8601 as the product writes it; empty where it does not say.
    """

    name: str
    started: str


@dataclass(frozen=True, slots=True)
class NodeStartsSeen:
    """Every Conferencing Node that the Management Node knows."""

    nodes: tuple[NodeStart, ...]
