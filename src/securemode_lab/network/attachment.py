"""How a node hangs on the lab's network, whichever kind of network this machine allows."""

from __future__ import annotations

import errno
import secrets
import socket
from dataclasses import dataclass, field
from typing import Protocol

from securemode_lab.network.rules import SILENT, Ruleset

PROFILES = ("auto", "namespaces", "loopback")
"""What kind of network may be asked for."""
KINDS = {
    "tcp": (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    "udp": (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
}
"""Type and protocol of a socket by transport; asyncio sends without delay where TCP is named."""
_ATTEMPTS = 100


@dataclass(frozen=True, slots=True)
class Wire:
    """What a node sets on its network interface.

    Attributes:
        mtu_bytes: largest packet sent.
        duplicate_address_detection: whether it asks for its own address before it uses it.
        redirects: whether ICMPv6 redirects are accepted.
        multicast_echo: whether an echo request to all nodes is answered.
        ipv6_gateway: to which it sends what is for elsewhere, None for no such way.
        rules: the packet filter.
    """

    mtu_bytes: int = 1500
    duplicate_address_detection: bool = False
    redirects: bool = False
    multicast_echo: bool = True
    ipv6_gateway: str | None = None
    rules: Ruleset = field(default=SILENT)


class Attachment(Protocol):
    """One node's place in the network: its addresses, its interface and its sockets."""

    @property
    def ipv4(self) -> str:
        """Address of the node."""

    @property
    def ipv6(self) -> str | None:
        """Address of the node, where the network has IPv6."""

    def sockets(self, transport: str, port: int) -> list[socket.socket]:
        """Sockets bound to `port` on every address of the node; "tcp" ones listen already."""

    def client(
        self, transport: str, address: str, ports: tuple[int, int] | None = None
    ) -> socket.socket:
        """A socket bound to the node's own address of the same family as `address`.

        Args:
            transport: "tcp" or "udp".
            address: with which it will speak.
            ports: first and last of the range from which it speaks; any other without it.

        Raises:
            OSError: the address is outside of the lab, or no port is free.
        """

    def tap(self) -> socket.socket | None:
        """A socket that hears every frame of the node's interface; None where it has none."""

    def destination(self, address: str, port: int) -> tuple[str, int]:
        """Where `port` of another machine of the lab is found."""

    def power_on(self, wire: Wire) -> None:
        """Bring the interface up as a starting machine does."""

    def is_settled(self) -> bool:
        """Whether every address may be used: duplicate address detection is over."""

    def set_wire(self, wire: Wire) -> None:
        """Change what can be changed while the machine runs."""

    def power_off(self) -> None:
        """Answer nothing any more and take the interface down."""


def bind(sock: socket.socket, address: str, ports: tuple[int, int] | None) -> None:
    """Bind to a free port, at random where they have to be of a range.

    Raises:
        OSError: none was free; the socket is closed.
    """
    try:
        _bind(sock, address, ports)
    except OSError:
        sock.close()
        raise


def _bind(sock: socket.socket, address: str, ports: tuple[int, int] | None) -> None:
    if ports is None:
        sock.bind((address, 0))
        return
    first, last = ports
    for attempt in range(_ATTEMPTS):
        try:
            sock.bind((address, first + secrets.randbelow(last - first + 1)))
        except OSError as taken:
            if taken.errno != errno.EADDRINUSE or attempt == _ATTEMPTS - 1:
                raise
        else:
            return


class Network(Protocol):
    """A network of the lab.

    Attributes:
        profile: "namespaces", "root-namespaces" or "loopback".
        reason: why it is not the first of these; empty for the first.
        port_offset: what is added to every port number.
        operator: IPv4 and IPv6 address of the place from which the lab is looked at.
    """

    profile: str
    reason: str
    port_offset: int
    operator: tuple[str, str | None]

    def attach(self, host: int) -> Attachment:
        """Attach the node with this number: the last part of its addresses."""

    def namespaces(self) -> dict[str, str | None] | None:
        """Paths of the namespaces that a client joins, None where there is nothing to join."""
