"""The lab's network where namespaces are refused: every node on an address of 127.0.0.0/8.

There is no packet filter and no interface of one's own here, so a closed port answers as this
machine does. Marks and the segment size are set on the sockets instead.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from typing import TYPE_CHECKING

from securemode_lab.network.attachment import KINDS, bind

if TYPE_CHECKING:
    from securemode_lab.network.attachment import Wire
    from securemode_lab.network.rules import Mark

PORT_OFFSET = 20000
_BACKLOG = 128
_FIRST_NET = 64
_OPERATOR = 2
_TCP_AND_IPV4_HEADERS = 40


class LoopbackAttachment:
    """A node on one address of this machine; see `attachment.Attachment`."""

    ipv6: str | None = None

    def __init__(self, ipv4: str) -> None:
        self.ipv4 = ipv4
        self._open: list[tuple[str, int, socket.socket]] = []
        self._wire: Wire | None = None

    def sockets(self, transport: str, port: int) -> list[socket.socket]:
        """A socket bound to the port that stands for `port`."""
        made = _made(transport)
        if transport == "tcp":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((self.ipv4, port + PORT_OFFSET))
        if transport == "tcp":
            made.listen(_BACKLOG)
        self._open = [known for known in self._open if known[2].fileno() >= 0]
        self._open.append((transport, port, made))
        return [made]

    def client(
        self, transport: str, address: str, ports: tuple[int, int] | None = None
    ) -> socket.socket:
        """A socket bound to the node's own address, for addresses of this machine only."""
        if not ipaddress.ip_address(address).is_loopback or ":" in address:
            raise OSError(errno.ENETUNREACH, f"{address} is outside of the lab")
        made = _made(transport)
        bind(made, self.ipv4, ports)
        if self._wire is not None:
            port = made.getsockname()[1] if ports else None
            dscp = _dscp(self._wire.rules.marks, transport, port)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
        return made

    def tap(self) -> None:
        """The interface is the whole machine's."""

    def destination(self, address: str, port: int) -> tuple[str, int]:
        """The port that stands for `port`, unless it is one of those already."""
        return address, port if port > PORT_OFFSET else port + PORT_OFFSET

    def power_on(self, wire: Wire) -> None:
        """Only marks and segment sizes can be set."""
        self.set_wire(wire)

    def is_settled(self) -> bool:
        """A loopback address is always usable."""
        return True

    def set_wire(self, wire: Wire) -> None:
        """Mark what the open sockets will send and bound its size."""
        self._wire = wire
        for transport, port, opened in self._open:
            if opened.fileno() < 0:
                continue
            dscp = _dscp(wire.rules.marks, transport, port)
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
            if transport == "tcp":
                segment = wire.mtu_bytes - _TCP_AND_IPV4_HEADERS
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)

    def power_off(self) -> None:
        """Nothing to do: a closed socket is all that loopback knows of a switched-off machine."""


class Loopback:
    """Addresses of this machine, a block of them for each lab."""

    profile = "loopback"
    port_offset = PORT_OFFSET

    def __init__(self, reason: str) -> None:
        self.reason = reason
        process = os.getpid()
        self._block = f"127.{_FIRST_NET + process // 256 % 128}.{process % 256}"
        self.operator: tuple[str, str | None] = (f"{self._block}.{_OPERATOR}", None)

    def attach(self, host: int) -> LoopbackAttachment:
        """Attach the node with this number."""
        return LoopbackAttachment(f"{self._block}.{host}")

    def namespaces(self) -> dict[str, str | None] | None:
        """None: a client is where the nodes are."""
        return None


def _made(transport: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, *KINDS[transport])
    made.settimeout(0)
    return made


def _dscp(marks: tuple[Mark, ...], transport: str, port: int | None) -> int:
    """The first mark that fits what a socket sends."""
    for mark in marks:
        if mark.fits(transport, port):
            return mark.dscp
    return 0
