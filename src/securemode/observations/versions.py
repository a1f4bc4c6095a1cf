"""Which version of the product each node runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NodeVersion:
    """What the Management Node says of one node.

    Attributes:
        name: as the product calls the node.
        version: for example "41 (80000.0.0)".
    """

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class VersionsSeen:
    """Every node that the Management Node knows, itself first."""

    nodes: tuple[NodeVersion, ...]
