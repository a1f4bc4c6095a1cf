"""Tells a node of a better way to an address of ours, and sees by which way it answers there.

The way is seen at the link: which link-layer address handed over the answer, and to which one. The
redirect has no Redirected Header option: with it, hosts notify the transport protocol, and not
every route follows.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 4861 sections 4.5 (redirect), 4.4 (advertisement), 8.3; RFC 9293 section 3.1 (TCP).
"""

from __future__ import annotations

import secrets
import struct
import time
from ipaddress import ip_address
from typing import Any, NamedTuple

_ICMPV6, _TCP = 58, 6
_REDIRECT, _ADVERTISEMENT = 137, 136
_TARGET_LINK_ADDRESS = 2
_SOLICITATION = 135
_OVERRIDE, _ASKED_FOR, _ROUTER = 0x20000000, 0x40000000, 0x80000000
_SYN, _RST = 0x02, 0x04
_EVERY_S = 0.4


class Hop(NamedTuple):
    """The last step of a packet on this link: link-layer addresses of giver and taker."""

    by: str
    to: str


class Neighbour(NamedTuple):
    """A host on the link: its link-local and its link-layer address."""

    address: str
    link: str


class Question(NamedTuple):
    """A TCP connection that is begun and given up, to see how the answer comes.

    Attributes:
        node: address of the node.
        node_link: its link-layer address.
        port: an open TCP port of it.
        source: address of ours to answer to.
    """

    node: str
    node_link: str
    port: int
    source: str


def way_of_answer(
    tap: Any, pack: Any, question: Question, patience_s: float, absent: Neighbour | None = None
) -> Hop | None:
    """Begin a connection, again and again, and see by which step its answer comes; then reset it.

    Args:
        tap: a `link_frames.Tap` that sees every frame.
        pack: `link_frames.packet`.
        question: what to ask.
        patience_s: how long to wait for the answer in all.
        absent: a router for which we answer when the node looks for it; None for nobody.

    Returns:
        The step, or None where no answer was seen.
    """
    own_port, number = 32768 + secrets.randbelow(28000), secrets.randbelow(1 << 32)
    until = time.monotonic() + patience_s
    while (left_s := until - time.monotonic()) > 0:
        tap.send(question.node_link, _segment(pack, question, own_port, number, _SYN))
        for frame in tap.frames(min(left_s, _EVERY_S)):
            if absent and _is_looking_for(frame, absent, question):
                tap.send(question.node_link, _here(pack, frame.source, absent))
            if not _is_answer(frame, question, own_port):
                continue
            reset = _segment(pack, question, own_port, number + 1 & 0xFFFFFFFF, _RST)
            tap.send(question.node_link, reset)
            return Hop(frame.by, frame.to)
    return None


def _is_answer(frame: Any, question: Question, own_port: int) -> bool:
    ends = (frame.source, frame.destination) == (question.node, question.source)
    ports = struct.pack("!HH", question.port, own_port)
    return ends and frame.protocol == _TCP and frame.body[:4] == ports


def _is_looking_for(frame: Any, router: Neighbour, question: Question) -> bool:
    """Whether the node asks its link for this router."""
    asks = frame.protocol == _ICMPV6 and frame.body[:1] == bytes((_SOLICITATION,))
    is_of_node = frame.by == question.node_link and frame.source != "::"
    return bool(asks and is_of_node and frame.body[8:24] == ip_address(router.address).packed)


def _here(pack: Any, node: str, router: Neighbour) -> bytes:
    """The packet by which a router says where it is, to a node that asked."""
    flags = _ROUTER | _ASKED_FOR | _OVERRIDE
    head = struct.pack("!BBHI", _ADVERTISEMENT, 0, 0, flags)
    body = head + ip_address(router.address).packed + _link_option(router.link)
    packed: bytes = pack(router.address, node, _ICMPV6, body, 2)
    return packed


def _segment(pack: Any, question: Question, own_port: int, number: int, flag: int) -> bytes:
    largest = struct.pack("!BBH", 2, 4, 1220) if flag == _SYN else b""
    length = (20 + len(largest)) // 4 << 4
    head = struct.pack("!HHIIBBHHH", own_port, question.port, number, 0, length, flag, 1220, 0, 0)
    packed: bytes = pack(question.source, question.node, _TCP, head + largest, 16)
    return packed


def redirect(pack: Any, *, router: str, node: str, destination: str, target: Neighbour) -> bytes:
    """The packet by which `router` tells `node` of a better way to `destination`.

    Args:
        pack: `link_frames.packet`.
        router: link-local address of the node's router, in whose name this is said.
        node: the node's address.
        destination: what the better way leads to.
        target: the better router.
    """
    addresses = ip_address(target.address).packed + ip_address(destination).packed
    body = struct.pack("!BBHI", _REDIRECT, 0, 0, 0) + addresses + _link_option(target.link)
    packed: bytes = pack(router, node, _ICMPV6, body, 2)
    return packed


def no_router(pack: Any, *, node: str, target: Neighbour) -> bytes:
    """The packet by which `target` tells `node` that it is no router (any more).

    The node then has to forget every way that leads over it: RFC 4861 section 7.2.5.
    """
    head = struct.pack("!BBHI", _ADVERTISEMENT, 0, 0, _OVERRIDE)
    body = head + ip_address(target.address).packed + _link_option(target.link)
    packed: bytes = pack(target.address, node, _ICMPV6, body, 2)
    return packed


def _link_option(link: str) -> bytes:
    return struct.pack("!BB", _TARGET_LINK_ADDRESS, 1) + bytes.fromhex(link.replace(":", ""))
