"""By which way a node answers, before and after it was told of a better one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WayOfAnswer(StrEnum):
    """How the node's answer to an address of ours came over the link."""

    NOT_SEEN = "not seen"
    ROUTER = "by a router"
    OWN_ROUTER = "to this machine, which is the node's router"
    STAND_IN = "to this machine, which stood in for the node's router, as nobody else answered"
    DIRECT = "from the node itself"
    REDIRECTED = "to the link-layer address that the redirect named"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectSeen:
    """A redirect for one address of ours, and the way of the node's answers around it.

    Attributes:
        address: the node's IPv6 address.
        gateway: the router on the way to it; empty where the node is on our own link.
        refusal: why this process could not look; empty where it could.
        destination: the address of ours that the node answered; empty where this machine has none
            beyond the node's link.
        routers: link-local addresses in whose name the redirect was sent.
        before: way of the answer before.
        after: way of the answer after.
        afterwards: way of the answer once everything was taken back; not asked where nothing had to
            be.
    """

    address: str
    gateway: str = ""
    refusal: str = ""
    destination: str = ""
    routers: tuple[str, ...] = ()
    before: WayOfAnswer = WayOfAnswer.NOT_ASKED
    after: WayOfAnswer = WayOfAnswer.NOT_ASKED
    afterwards: WayOfAnswer = WayOfAnswer.NOT_ASKED
