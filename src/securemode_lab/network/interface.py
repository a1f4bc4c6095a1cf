"""The one interface of a namespace: its cable's end, its addresses and its kernel settings."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from securemode_lab.network import links, namespaces
from securemode_lab.network.netlink import NETLINK_ROUTE, Channel

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "eth0"
_LOOPBACK_INDEX = 1
_PREFIX_IPV4 = 23
_PREFIX_IPV6 = 64
_TENTATIVE = 0x40
_SOLICITATION_INTERVAL_MS = 20


class Interface:
    """The interface `eth0` of one namespace, switched off until `up`.

    Args:
        namespace: descriptor of the network namespace in which the cable ends.
        host: number of the host, the last part of both addresses.
    """

    def __init__(self, namespace: int, host: int) -> None:
        self.namespace = namespace
        self._gateway: str | None = None
        self.ipv4 = f"198.51.{100 + host // 256}.{host % 256}"
        self.ipv6 = f"2001:db8:51::{host}"
        with namespaces.inside(namespace):
            self._route = Channel(NETLINK_ROUTE)
            self._index = socket.if_nametoindex(NAME)
        self.configure(
            {
                "ipv4.ip_unprivileged_port_start": 0,
                f"ipv6.conf.{NAME}.accept_dad": 0,
                f"ipv6.conf.{NAME}.router_solicitations": 0,
                f"ipv6.conf.{NAME}.router_solicitation_delay": 0,
                f"ipv6.neigh.{NAME}.retrans_time_ms": _SOLICITATION_INTERVAL_MS,
            }
        )

    def configure(self, parameters: Mapping[str, int | str]) -> None:
        """Set kernel parameters below `net.`."""
        with namespaces.inside(self.namespace):
            for key, value in parameters.items():
                namespaces.sysctl(f"net.{key}", value)

    def up(self) -> None:
        """Switch the interface on and give it its addresses."""
        self._route.exchange(
            links.up(_LOOPBACK_INDEX),
            links.up(self._index),
            links.address(self._index, self.ipv4, _PREFIX_IPV4),
            links.address(self._index, self.ipv6, _PREFIX_IPV6),
        )

    def down(self) -> None:
        """Switch the interface off."""
        self._route.exchange(links.down(self._index))

    def set_mtu(self, mtu_bytes: int) -> None:
        """Change the largest packet that it sends."""
        self._route.exchange(links.mtu(self._index, mtu_bytes))

    def set_gateway(self, address: str | None) -> None:
        """Change the neighbour to which everything for elsewhere goes.

        One that is no neighbour's address the kernel refuses: then there is no way.
        """
        if self._gateway is not None:
            with suppress(OSError):  # it went when the interface was switched off
                self._route.exchange(links.no_gateway(self._index, self._gateway))
        self._gateway = address
        if address is not None:
            with suppress(OSError):
                self._route.exchange(links.gateway(self._index, address))

    def is_settled(self) -> bool:
        """Whether duplicate address detection is over for every address."""
        with namespaces.inside(self.namespace):
            lines = Path("/proc/thread-self/net/if_inet6").read_text().splitlines()
        return not any(int(line.split()[4], 16) & _TENTATIVE for line in lines)
