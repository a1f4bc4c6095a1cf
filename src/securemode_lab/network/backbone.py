"""The lab's network in namespaces: a bridge, and a namespace for the operator and for each node."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from securemode_lab.network import firewall, interface, links, namespaces
from securemode_lab.network.attachment import KINDS, bind
from securemode_lab.network.interface import Interface
from securemode_lab.network.netlink import NETLINK_NETFILTER, NETLINK_ROUTE, Channel
from securemode_lab.network.rules import SILENT

if TYPE_CHECKING:
    from securemode_lab.network.attachment import Wire

OPERATOR = 2
_BACKLOG = 128
_OTHER_PORTS = "55000 65535"
"""From which a machine asks its servers: outside of the ranges of calls (facts, 5.1)."""
_EVERY_PROTOCOL = 0x0003
_IP_FREEBIND = 15
_IPV6_FREEBIND = 78


class NamespaceAttachment:
    """A node with a network namespace of its own; see `attachment.Attachment`."""

    def __init__(self, place: Interface) -> None:
        self.ipv4 = place.ipv4
        self.ipv6: str | None = place.ipv6
        self._interface = place
        self._wire: Wire | None = None
        place.configure({"ipv4.ip_local_port_range": _OTHER_PORTS})
        with namespaces.inside(place.namespace):
            self._filter = Channel(NETLINK_NETFILTER)

    def sockets(self, transport: str, port: int) -> list[socket.socket]:
        """Sockets bound to `port` on both addresses."""
        addresses = (self._interface.ipv4, self._interface.ipv6)
        with namespaces.inside(self._interface.namespace):
            return [_bound(transport, address, port) for address in addresses]

    def client(
        self, transport: str, address: str, ports: tuple[int, int] | None = None
    ) -> socket.socket:
        """A socket bound to the node's own address; the namespace has no way out of the lab."""
        own = self._interface.ipv6 if ":" in address else self._interface.ipv4
        with namespaces.inside(self._interface.namespace):
            return _made(transport, own, ports)

    def tap(self) -> socket.socket | None:
        """A socket that hears every frame of the node's interface."""
        with namespaces.inside(self._interface.namespace):
            made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
        made.bind((interface.NAME, 0))
        made.setblocking(False)  # noqa: FBT003 (the standard library's own)
        return made

    def destination(self, address: str, port: int) -> tuple[str, int]:
        """Ports are where they belong."""
        return address, port

    def power_on(self, wire: Wire) -> None:
        """Bring the interface up as a starting machine does."""
        self._wire = None
        self.set_wire(wire)
        self._interface.up()
        self._interface.set_gateway(wire.ipv6_gateway)

    def is_settled(self) -> bool:
        """Whether every address may be used."""
        return self._interface.is_settled()

    def set_wire(self, wire: Wire) -> None:
        """Change what can be changed while the machine runs."""
        before, self._wire = self._wire, wire
        if before == wire:
            return
        if before is None or before.rules != wire.rules:
            self._filter.exchange(*firewall.transaction(wire.rules))
        if before is None or before.mtu_bytes != wire.mtu_bytes:
            self._interface.set_mtu(wire.mtu_bytes)
        if before is not None and _routing(before) != _routing(wire):
            self._interface.set_gateway(wire.ipv6_gateway)
        self._interface.configure(_ipv6_parameters(wire))

    def power_off(self) -> None:
        """Answer nothing any more and take the interface down."""
        self._filter.exchange(*firewall.transaction(SILENT))
        self._interface.down()


class Backbone:
    """The bridge that joins everything, in the network namespace that the process is in.

    Args:
        user_namespace: whether the process has entered a user namespace of its own.
        reason: why not, otherwise.
    """

    port_offset = 0

    def __init__(self, *, user_namespace: bool, reason: str = "") -> None:
        self.profile = "namespaces" if user_namespace else "root-namespaces"
        self.reason = reason
        self._user_namespace = user_namespace
        self._route = Channel(NETLINK_ROUTE)
        namespaces.sysctl("net.ipv6.conf.default.disable_ipv6", 1)  # a switch is no host
        self._route.exchange(links.bridge("backbone"))
        self._bridge = socket.if_nametoindex("backbone")
        self._operator = self._cabled(OPERATOR)
        self._operator.up()
        self.operator: tuple[str, str | None] = (self._operator.ipv4, self._operator.ipv6)

    def attach(self, host: int) -> NamespaceAttachment:
        """Attach the node with this number."""
        return NamespaceAttachment(self._cabled(host))

    def namespaces(self) -> dict[str, str | None] | None:
        """Paths of the user namespace and of the operator's network namespace."""
        process = f"/proc/{os.getpid()}"
        user = f"{process}/ns/user" if self._user_namespace else None
        return {"user": user, "net": f"{process}/fd/{self._operator.namespace}"}

    def _cabled(self, host: int) -> Interface:
        namespace = namespaces.new_network()
        self._route.exchange(links.cable(f"node{host}", self._bridge, namespace, interface.NAME))
        return Interface(namespace, host)


def _routing(wire: Wire) -> tuple[str | None, bool]:
    """What the way to elsewhere hangs on: with a new one, redirects of before are forgotten."""
    return wire.ipv6_gateway, wire.redirects


def _ipv6_parameters(wire: Wire) -> dict[str, int]:
    """Kernel parameters behind the three ICMPv6 answers of the security wizard."""
    detection = int(wire.duplicate_address_detection)
    return {
        f"ipv6.conf.{interface.NAME}.accept_dad": detection,
        f"ipv6.conf.{interface.NAME}.dad_transmits": detection,
        f"ipv6.conf.{interface.NAME}.accept_redirects": int(wire.redirects),
        "ipv6.icmp.echo_ignore_multicast": int(not wire.multicast_echo),
    }


def _bound(transport: str, address: str, port: int) -> socket.socket:
    """A socket for a server; over TCP it listens already."""
    made = _made(transport, address, (port, port))
    if transport == "tcp":
        made.listen(_BACKLOG)
    return made


def _made(transport: str, address: str, ports: tuple[int, int] | None) -> socket.socket:
    """A socket at an address that may still be under duplicate address detection."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, *KINDS[transport])
    made.settimeout(0)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, _IPV6_FREEBIND, 1)
    else:
        made.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
    if transport == "tcp":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bind(made, address, ports)
    return made
