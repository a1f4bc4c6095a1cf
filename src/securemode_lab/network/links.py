"""Bridge, cables and addresses: the messages that the kernel takes for them.

Each function encodes one message for a `netlink.Channel` of the namespace where it has to happen.
"""

from __future__ import annotations

import socket
from typing import Any

from pyroute2.netlink.rtnl import RTM_DELROUTE, RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from securemode_lab.network.netlink import ACKNOWLEDGE, CREATE, EXCLUSIVE, REPLACE, encoded

_UP = 0x1
_NEW = ACKNOWLEDGE | CREATE | EXCLUSIVE
_MAIN_TABLE = 254
_STATIC = 4
_UNICAST = 1


def _link(
    attributes: list[tuple[str, Any]], *, index: int = 0, flags: int = 0, mask: int = 0
) -> ifinfmsg:
    message = ifinfmsg()
    message["index"] = index
    message["flags"] = flags
    message["change"] = mask
    message["attrs"] = attributes
    return message


def bridge(name: str) -> bytes:
    """Make a bridge and switch it on."""
    kind = {"attrs": [("IFLA_INFO_KIND", "bridge")]}
    message = _link([("IFLA_IFNAME", name), ("IFLA_LINKINFO", kind)], flags=_UP, mask=_UP)
    return encoded(message, RTM_NEWLINK, _NEW)


def cable(name: str, bridge_index: int, namespace: int, far_name: str) -> bytes:
    """Lay a cable from a bridge to an interface `far_name` in another namespace."""
    peer = {"attrs": [("IFLA_IFNAME", far_name), ("IFLA_NET_NS_FD", namespace)]}
    information = {
        "attrs": [
            ("IFLA_INFO_KIND", "veth"),
            ("IFLA_INFO_DATA", {"attrs": [("VETH_INFO_PEER", peer)]}),
        ]
    }
    attributes = [
        ("IFLA_IFNAME", name),
        ("IFLA_MASTER", bridge_index),
        ("IFLA_LINKINFO", information),
    ]
    return encoded(_link(attributes, flags=_UP, mask=_UP), RTM_NEWLINK, _NEW)


def up(index: int) -> bytes:
    """Switch an interface on."""
    return encoded(_link([], index=index, flags=_UP, mask=_UP), RTM_NEWLINK, ACKNOWLEDGE)


def down(index: int) -> bytes:
    """Switch an interface off; it loses its IPv6 addresses."""
    return encoded(_link([], index=index, flags=0, mask=_UP), RTM_NEWLINK, ACKNOWLEDGE)


def mtu(index: int, mtu_bytes: int) -> bytes:
    """Change the MTU of an interface, which may be in use."""
    return encoded(_link([("IFLA_MTU", mtu_bytes)], index=index), RTM_NEWLINK, ACKNOWLEDGE)


def address(index: int, text: str, prefix: int) -> bytes:
    """Give an interface an address, which it may have already."""
    message = ifaddrmsg()
    message["family"] = socket.AF_INET6 if ":" in text else socket.AF_INET
    message["prefixlen"] = prefix
    message["index"] = index
    message["attrs"] = [("IFA_LOCAL", text), ("IFA_ADDRESS", text)]
    return encoded(message, RTM_NEWADDR, ACKNOWLEDGE | CREATE | REPLACE)


def gateway(index: int, address: str) -> bytes:
    """Send what is for elsewhere to a neighbour, instead of to another one."""
    return encoded(_default_route(index, address), RTM_NEWROUTE, ACKNOWLEDGE | CREATE | REPLACE)


def no_gateway(index: int, address: str) -> bytes:
    """Have no way to elsewhere any more."""
    return encoded(_default_route(index, address), RTM_DELROUTE, ACKNOWLEDGE)


def _default_route(index: int, address: str) -> rtmsg:
    message = rtmsg()
    message["family"] = socket.AF_INET6
    message["table"] = _MAIN_TABLE
    message["proto"] = _STATIC
    message["type"] = _UNICAST
    message["attrs"] = [("RTA_GATEWAY", address), ("RTA_OIF", index)]
    return message
