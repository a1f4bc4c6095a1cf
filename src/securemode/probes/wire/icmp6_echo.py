"""Sends ICMPv6 echo requests and says who answers them.

A ping socket where this system lets its users have them, else a raw socket (CAP_NET_RAW).

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 4443 section 4 (echo), RFC 3542 section 3.2 (filter), icmp(7), `ping_group_range`.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import struct
import time
from typing import Final

ALL_NODES: Final = "ff02::1"

_ECHO_REQUEST, _ECHO_REPLY = 128, 129
_ICMP6_FILTER = 1
_HEADER = struct.Struct("!BBHHH")


def answers(
    destination: str, interface: int, source: str, *, patience_s: float, requests: int = 2
) -> tuple[str, ...]:
    """Ask, and listen for the whole time: nobody knows how many will answer.

    Args:
        destination: unicast or multicast literal.
        interface: index of the interface on whose link it is.
        source: our own address to ask from; answers come from an address of the same scope.
        patience_s: how long to listen in all.
        requests: how many requests are sent in that time.

    Returns:
        Everybody who answered, each once, in the order of answering.

    Raises:
        PermissionError: this process may have neither kind of socket.
        OSError: this machine could not ask.
    """
    token = secrets.token_bytes(16)
    answered: dict[str, None] = {}
    is_multicast = destination.lower().startswith("ff")
    with _socket() as asking:
        asking.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface)
        asking.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        asking.bind((source, 0, 0, interface if source.lower().startswith("fe80") else 0))
        number = secrets.randbelow(65535)
        for turn in range(requests):
            request = _HEADER.pack(_ECHO_REQUEST, 0, 0, number, turn) + token
            asking.sendto(request, (destination, 0, 0, interface))
            until = time.monotonic() + patience_s / requests
            while (left_s := until - time.monotonic()) > 0:
                if answer := _answer(asking, token, left_s):
                    answered[answer] = None
                    if not is_multicast:
                        return tuple(answered)
    return tuple(answered)


def _socket() -> socket.socket:
    with contextlib.suppress(PermissionError):
        return socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6)
    asking = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    passed = bytearray(b"\xff" * 32)
    mask = struct.unpack_from("=I", passed, _ECHO_REPLY // 32 * 4)[0] & ~(1 << _ECHO_REPLY % 32)
    struct.pack_into("=I", passed, _ECHO_REPLY // 32 * 4, mask)
    asking.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, bytes(passed))
    return asking


def _answer(asking: socket.socket, token: bytes, left_s: float) -> str:
    """Who answered next, empty where it was no answer to us or none came."""
    asking.settimeout(left_s)
    try:
        said, sender = asking.recvfrom(2048)
    except TimeoutError:
        return ""
    is_ours = said[:1] == bytes((_ECHO_REPLY,)) and said[_HEADER.size :] == token
    return str(sender[0]).partition("%")[0] if is_ours else ""
