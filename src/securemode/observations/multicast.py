"""Who answers an ICMPv6 echo request to every node of the link."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MulticastEchoSeen:
    """An echo request to ff02::1, while the node's neighbour discovery answers.

    Attributes:
        address: the node's IPv6 address.
        gateway: the router on the way to it; empty where the node is on our own link.
        refusal: why this process could not ask; empty where it could.
        neighbour_before: whether the node was found as a neighbour, and its web port answered.
        neighbour_after: likewise, afterwards.
        unicast_answered: whether it answered an echo request of its own; recorded, not judged.
        multicast_answered: whether it answered the one to every node.
        others_answered: how many other hosts of the link did.
    """

    address: str
    gateway: str = ""
    refusal: str = ""
    neighbour_before: bool = False
    neighbour_after: bool = False
    unicast_answered: bool = False
    multicast_answered: bool = False
    others_answered: int = 0
