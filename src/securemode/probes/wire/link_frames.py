"""Sees the IPv6 frames of a link, with their link-layer addresses, and sends some.

Needs a packet socket, and that CAP_NET_RAW.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: packet(7), RFC 2464 (IPv6 over Ethernet), RFC 4291 appendix A (interface identifiers).
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

ICMPV6: Final = 58
UNSPECIFIED: Final = "::"

_ETH_IPV6, _ETHERNET, _IPV6_HEADER = 0x86DD, 14, 40
_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, _PACKET_STATISTICS = 263, 1, 6
_PROMISCUOUS, _ALL_MULTICAST = 1, 2
_SOLICITATION, _TARGET_ENDS = 135, 24
_OUTGOING = 4
_MOST_BYTES = 65536
_QUEUE_BYTES = 4 << 20


class Frame(NamedTuple):
    """One IPv6 packet on the link.

    Attributes:
        by: link-layer address of who sent the frame.
        to: link-layer address that it was sent to.
        source: IPv6 source address.
        destination: IPv6 destination address.
        protocol: what follows the IPv6 header; extension headers are not passed over but for
            hop-by-hop options.
        hop_limit: as it arrived.
        body: what follows.
    """

    by: str
    to: str
    source: str
    destination: str
    protocol: int
    hop_limit: int
    body: bytes


class Tap:
    """A packet socket on one interface; frames that this machine sends are not among what it sees.

    Args:
        interface: index of the interface.
        everything: also frames for other link-layer addresses, as far as the link delivers them.
        multicast: also frames for multicast groups that this machine is not in.

    Raises:
        PermissionError: this process may not have one.
    """

    def __init__(
        self, interface: int, *, everything: bool = False, multicast: bool = False
    ) -> None:
        name = socket.if_indextoname(interface)
        kind = socket.htons(_ETH_IPV6)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, kind)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE_BYTES)
            self._socket.bind((name, _ETH_IPV6))
            for is_wanted, sort in ((everything, _PROMISCUOUS), (multicast, _ALL_MULTICAST)):
                if is_wanted:
                    wanted = struct.pack("iHH8s", interface, sort, 0, b"")
                    self._socket.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, wanted)
        except BaseException:
            self._socket.close()
            raise
        self.own_link: Final = bytes(self._socket.getsockname()[4]).hex(":")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def frames(self, within_s: float) -> Iterator[Frame]:
        """What arrives within a time, as it arrives; what waits already comes first."""
        until = time.monotonic() + within_s
        while (left_s := until - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                data, address = self._socket.recvfrom(_MOST_BYTES)
            except TimeoutError:
                return
            if address[2] != _OUTGOING and (frame := read(data)):
                yield frame

    def send(self, to: str, packet: bytes) -> None:
        """Send an IPv6 packet to a link-layer address, in our own name."""
        header = _link(to) + _link(self.own_link) + struct.pack("!H", _ETH_IPV6)
        self._socket.send(header + packet)

    def missed(self) -> int:
        """How many frames came too fast since this was last asked."""
        counted = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        return int(struct.unpack("II", counted)[1])


@contextlib.contextmanager
def joined(groups: Iterable[str], interface: int) -> Iterator[None]:
    """Be in multicast groups for a while, so that switches deliver what goes to them."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as member:
        for group in dict.fromkeys(groups):
            request = IPv6Address(group).packed + struct.pack("@I", interface)
            member.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
        yield


def asked_by_nobody(frame: Frame) -> str:
    """The address for which a solicitation from :: asks; empty where the frame is none."""
    is_one = frame.protocol == ICMPV6 and frame.body[:1] == bytes((_SOLICITATION,))
    if not is_one or frame.source != UNSPECIFIED or len(frame.body) < _TARGET_ENDS:
        return ""
    return str(IPv6Address(frame.body[8:_TARGET_ENDS]))


def read(data: bytes) -> Frame | None:
    """Read an Ethernet frame; None where it is no whole IPv6 header."""
    start = _ETHERNET + _IPV6_HEADER
    if len(data) < start or data[12:14] != b"\x86\xdd" or data[_ETHERNET] >> 4 != 6:  # noqa: PLR2004
        return None
    protocol, hop_limit = data[_ETHERNET + 6], data[_ETHERNET + 7]
    end = start + int.from_bytes(data[_ETHERNET + 4 : _ETHERNET + 6], "big")
    body = data[start:end]
    if protocol == 0 and len(body) >= 8:  # noqa: PLR2004 - hop-by-hop options, as MLD has them
        protocol, body = body[0], body[8 * (body[1] + 1) :]
    return Frame(
        by=data[6:12].hex(":"),
        to=data[:6].hex(":"),
        source=str(IPv6Address(data[_ETHERNET + 8 : _ETHERNET + 24])),
        destination=str(IPv6Address(data[_ETHERNET + 24 : start])),
        protocol=protocol,
        hop_limit=hop_limit,
        body=body,
    )


def packet(source: str, destination: str, protocol: int, body: bytes, checksum_at: int) -> bytes:
    """An IPv6 packet with hop limit 255, the checksum filled in at its place in the body."""
    ends = ip_address(source).packed + ip_address(destination).packed
    pseudo = ends + struct.pack("!II", len(body), protocol)
    total = struct.pack("!H", _checksum(pseudo + body))
    body = body[:checksum_at] + total + body[checksum_at + 2 :]
    return struct.pack("!IHBB", 6 << 28, len(body), protocol, 255) + ends + body


def link_local(link: str) -> str:
    """The link-local address that most systems make of a link-layer address (modified EUI-64)."""
    octets = _link(link)
    identifier = bytes((octets[0] ^ 2,)) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + identifier))


def solicited_node(address: str) -> str:
    """The multicast address to which neighbour solicitations for an address go."""
    prefix = IPv6Address("ff02::1:ff00:0").packed[:13]
    return str(IPv6Address(prefix + ip_address(address).packed[13:]))


def made_up_link(link: str) -> str:
    """A locally administered link-layer address beside one of ours, that nobody has."""
    octets = _link(link)
    return bytes((octets[0] & 0xFE | 2, *octets[1:5], octets[5] ^ 0x5A)).hex(":")


def _link(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _checksum(data: bytes) -> int:
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF or 0xFFFF
