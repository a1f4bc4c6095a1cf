"""Whether a node believes a router redirect, from wherever on its link that comes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, replace
from enum import Enum, auto
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unreachable, Unsupported
from securemode.observations.redirects import RedirectSeen, WayOfAnswer
from securemode.probes.multicast_echo import WEB_PORT, is_neighbour
from securemode.probes.probe import Connection
from securemode.probes.wire import icmp6_redirect, link_frames, on_link
from securemode.probes.wire.icmp6_redirect import Neighbour, Question

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.probes.wire.icmp6_redirect import Hop
    from securemode.probes.wire.link_frames import Tap
    from securemode.targets import Node

DISCARD_PORT = 9
SUBNET_BITS = 64
ANYWHERE = "2000::"
DISCARDED = "100::5ec:5afe"
"""Of the prefix whose packets routers discard (RFC 6666): ours where we are the node's router."""
FOUND_WITHIN_S = 0.4
TIMES = 2
OVERTAKING_S = 0.05
"""A packet may overtake another, so the redirect is said more than once, with a pause after it."""
ABSENT_AFTER_S = 1.0
"""A router that has not said where it is by then is not there."""
MOST_ROUTERS = 6
MOST_KNOCKS = 24
_FEW = threading.BoundedSemaphore(4)
"""Looks at one time: each sees the frames of all others, and has to keep up with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """The way of the node's answers to an address of ours beyond its link, around a redirect.

    The node answers such an address by its router. The redirect is sent in that router's name and
    names this machine as a better way to this one address, as any machine on the link could. Where
    this machine is itself the router, it names a link-layer address that nobody has. Where the
    router that is stated does not answer on the link, this machine stands in for it towards this
    node. A node that believes the redirect is told to forget it again.

    Source: guide, section "Running the security wizard"; RFC 4861 section 8.
    """

    name: ClassVar[str] = "icmpv6-redirect"
    observes: ClassVar[type] = RedirectSeen
    intrusive: ClassVar[str | None] = "icmpv6"
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 1.0
    volatile: ClassVar[frozenset[str]] = frozenset({"routers"})

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """The web port for each look at the way, and one redirect a router, taken back by two."""
        address = self.target.ipv6 or ""
        return (
            Connection("tcp", address, str(self.target.port(WEB_PORT)), MOST_KNOCKS),
            Connection("icmp6", address, "", TIMES * MOST_ROUTERS + 2),
        )

    def look(self, access: Access) -> RedirectSeen:
        """Redirect, where the node is on our own link and this process may.

        Raises:
            Unsupported: the node has no IPv6 address, or is reached through port forwarding.
            Unreachable: this machine has no way to the address, or the node is not there.
        """
        address = self.target.ipv6
        if not address or self.target.port_offset:
            raise Unsupported(f"{self.target} has no IPv6 address of its own")
        try:
            way = on_link.way_to(address)
            if way.gateway:
                return RedirectSeen(address=address, gateway=way.gateway)
            gateway = _gateway(access, self.target)
            part = _part(gateway, way.interface)
            everything = part is not _Part.NEIGHBOUR
            with _FEW, link_frames.Tap(way.interface, everything=everything) as tap:
                ours = address_beyond(address) or (DISCARDED if part is not _Part.NEIGHBOUR else "")
                if not ours:
                    return RedirectSeen(address=address)
                if not is_neighbour(address, access.timeout_s):
                    raise Unreachable(f"{address} does not answer on port {WEB_PORT}")
                link = on_link.link_addresses()[address]
                question = Question(address, link, WEB_PORT, ours)
                place = _Place(tap, way.interface, gateway, part)
                return _Experiment(question, place, access.timeout_s).conducted()
        except PermissionError as error:
            return RedirectSeen(address=address, refusal=error.strerror or str(error))
        except OSError as error:
            raise Unreachable(f"{address}: {error.strerror or error}") from error


def address_beyond(address: str) -> str:
    """An address of this machine outside the node's subnet; empty where it has none."""
    subnet = ip_network(f"{address}/{SUBNET_BITS}", strict=False)
    for own in on_link.own_addresses():
        one = ip_address(own.address)
        if not (one in subnet or one.is_link_local or one.is_loopback or one.is_multicast):
            return own.address
    return ""


def _gateway(access: Access, node: Node) -> str:
    """What the environment says of the node's IPv6 gateway; empty where it says nothing."""
    environment = access.environment
    listed = environment.conferencing_nodes
    for settings in (
        environment.management_node,
        *(() if isinstance(listed, str) else listed),
    ):
        if settings.name == node.name:
            return settings.ipv6_gateway or ""
    return ""


class _Part(Enum):
    """What this machine is to the node."""

    NEIGHBOUR = auto()
    ROUTER = auto()
    STAND_IN = auto()


def _part(gateway: str, interface: int) -> _Part:
    """A neighbour, as a rule; in a network without the router that is stated, we can stand in."""
    if gateway in {one.address for one in on_link.own_addresses()}:
        return _Part.ROUTER
    if not gateway or not ip_address(gateway).is_link_local:
        return _Part.NEIGHBOUR
    _find([gateway], interface, ABSENT_AFTER_S)
    return _Part.NEIGHBOUR if gateway in on_link.link_addresses() else _Part.STAND_IN


@dataclass(frozen=True, slots=True)
class _Place:
    """Where this machine stands on the node's link.

    Attributes:
        tap: what sees and sends frames.
        interface: index of our interface.
        gateway: what is stated of the node's gateway, or empty.
        part: which we play.
    """

    tap: Tap
    interface: int
    gateway: str
    part: _Part

    @property
    def is_router(self) -> bool:
        """Whether the node's packets to everywhere else come to this machine."""
        return self.part is not _Part.NEIGHBOUR

    @property
    def absent(self) -> Neighbour | None:
        """The router for which we answer; None where there is one, or it is ourselves."""
        if self.part is not _Part.STAND_IN:
            return None
        return Neighbour(self.gateway, self.tap.own_link)

    def own(self) -> tuple[str, ...]:
        """Our link-local addresses on this interface."""
        found = (
            own.address
            for own in on_link.own_addresses()
            if own.interface == self.interface and ip_address(own.address).is_link_local
        )
        return tuple(found) or (link_frames.link_local(self.tap.own_link),)

    def better_router(self) -> Neighbour:
        """What the redirect names: ourselves, or, where we are the router already, nobody."""
        if not self.is_router:
            return Neighbour(self.own()[0], self.tap.own_link)
        link = link_frames.made_up_link(self.tap.own_link)
        return Neighbour(link_frames.link_local(link), link)

    def routers(self, link: str) -> tuple[str, ...]:
        """Link-local addresses of the router that has a link-layer address, found just now.

        Where that is this machine, the node may know it by any address that it has here.
        """
        if self.is_router:
            names = [self.gateway] if ip_address(self.gateway).is_link_local else []
            return tuple(dict.fromkeys([*names, *self.own()]))[:MOST_ROUTERS]
        asked = [self.gateway] if self.gateway else []
        _find(asked, self.interface)
        links = {link, *(on_link.link_addresses().get(one, link) for one in asked)}
        with contextlib.suppress(OSError):
            asked.append(on_link.way_to(ANYWHERE).gateway)
        asked += [link_frames.link_local(one) for one in links]
        asked += [one for one, found in on_link.link_addresses().items() if found in links]
        local = dict.fromkeys(one for one in asked if one and ip_address(one).is_link_local)
        _find(list(local), self.interface)
        known = on_link.link_addresses()
        return tuple(one for one in local if known.get(one) in links)[:MOST_ROUTERS]


_WAYS = {
    _Part.NEIGHBOUR: WayOfAnswer.ROUTER,
    _Part.ROUTER: WayOfAnswer.OWN_ROUTER,
    _Part.STAND_IN: WayOfAnswer.STAND_IN,
}


@dataclass(frozen=True, slots=True)
class _Experiment:
    """One look, once there is nothing left in its way."""

    question: Question
    place: _Place
    patience_s: float

    def conducted(self) -> RedirectSeen:
        """See the way, redirect, see it again; take back what the node believed."""
        target = self.place.better_router()
        first = self._hop()
        before = self._way(first, target)
        if before is WayOfAnswer.REDIRECTED:
            before = WayOfAnswer.DIRECT
        seen = RedirectSeen(
            address=self.question.node, destination=self.question.source, before=before
        )
        if first is None or before is WayOfAnswer.DIRECT:
            return seen
        link = first.to if first.by == self.question.node_link else first.by
        seen = replace(seen, routers=self.place.routers(link))
        if not seen.routers:
            return seen
        for _ in range(TIMES):
            for router in seen.routers:
                self._redirect(router, target)
            time.sleep(OVERTAKING_S)
            seen = replace(seen, after=self._way(self._hop(), target))
            if seen.after is not before:
                break
        else:
            return seen
        self._take_back(target, Neighbour(seen.routers[0], link))
        return replace(seen, afterwards=self._way(self._hop(), target))

    def _hop(self) -> Hop | None:
        return icmp6_redirect.way_of_answer(
            self.place.tap, link_frames.packet, self.question, self.patience_s, self.place.absent
        )

    def _way(self, hop: Hop | None, target: Neighbour) -> WayOfAnswer:
        if hop is None:
            return WayOfAnswer.NOT_SEEN
        if hop == (self.question.node_link, target.link):
            return WayOfAnswer.REDIRECTED
        return _WAYS[self.place.part]

    def _redirect(self, router: str, target: Neighbour) -> None:
        told = icmp6_redirect.redirect(
            link_frames.packet,
            router=router,
            node=self.question.node,
            destination=self.question.source,
            target=target,
        )
        self.place.tap.send(self.question.node_link, told)

    def _take_back(self, target: Neighbour, router: Neighbour) -> None:
        """Lead the node back to its router, and have it forget the one that we named."""
        self._redirect(target.address, router)
        told = icmp6_redirect.no_router(link_frames.packet, node=self.question.node, target=target)
        self.place.tap.send(self.question.node_link, told)


def _find(addresses: list[str], interface: int, within_s: float = FOUND_WITHIN_S) -> None:
    """Have the kernel look for neighbours: a datagram to each is enough."""
    for address in addresses:
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
            scope = interface if ip_address(address).is_link_local else 0
            one.connect((address, DISCARD_PORT, 0, scope))
            one.send(b"")
    until = time.monotonic() + within_s
    while time.monotonic() < until and not set(addresses) <= set(on_link.link_addresses()):
        time.sleep(0.02)
