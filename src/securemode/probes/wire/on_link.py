"""What this machine's kernel knows of the way to an address: on this link, and by which neighbour.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: rtnetlink(7), RFC 4861 section 5.1 (the neighbour cache).
"""

from __future__ import annotations

import os
import socket
import struct
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEW_ROUTE, _GET_ROUTE, _NEW_NEIGHBOUR, _GET_NEIGHBOUR = 24, 26, 28, 30
_NEW_ADDRESS, _GET_ADDRESS, _ADDRESS, _UNSURE = 20, 22, 1, 0x68
_ERROR, _DONE = 2, 3
_REQUEST, _DUMP = 0x001, 0x300
_OUT_INTERFACE, _GATEWAY, _PREFERRED_SOURCE = 4, 5, 7
_NEIGHBOUR, _LINK_ADDRESS = 1, 2
_HEADER, _BODY_BYTES = struct.Struct("=IHHII"), 12
_MOST_BYTES = 1 << 20


class Way(NamedTuple):
    """The way to an address.

    Attributes:
        interface: index of the interface by which packets leave.
        gateway: the next router, empty where the address is on the link itself.
        source: our own address on that way, empty where the kernel did not say.
    """

    interface: int
    gateway: str
    source: str


def way_to(address: str) -> Way:
    """Ask the kernel for its way to an IPv6 address.

    Raises:
        OSError: there is none.
    """
    destination = ip_address(address).packed
    body = struct.pack("=BBBBBBBBI", socket.AF_INET6, 128, 0, 0, 0, 0, 0, 0, 0)
    attribute = struct.pack("=HH", 4 + len(destination), 1) + destination
    for _, attributes in _asked(_GET_ROUTE, _REQUEST, body + attribute, _NEW_ROUTE):
        gateway, source = attributes.get(_GATEWAY), attributes.get(_PREFERRED_SOURCE)
        return Way(
            struct.unpack("=I", attributes[_OUT_INTERFACE])[0],
            str(ip_address(gateway)) if gateway else "",
            str(ip_address(source)) if source else "",
        )
    raise OSError(f"the kernel names no way to {address}")


def link_addresses() -> dict[str, str]:
    """The link-layer address of every IPv6 neighbour that the kernel has found."""
    body = struct.pack("=BBHiHBB", socket.AF_INET6, 0, 0, 0, 0, 0, 0)
    return {
        str(ip_address(attributes[_NEIGHBOUR])): attributes[_LINK_ADDRESS].hex(":")
        for _, attributes in _asked(_GET_NEIGHBOUR, _REQUEST | _DUMP, body, _NEW_NEIGHBOUR)
        if _NEIGHBOUR in attributes and _LINK_ADDRESS in attributes
    }


class OwnAddress(NamedTuple):
    """An IPv6 address of this machine, with the interface that has it and its prefix length."""

    interface: int
    address: str
    prefix_length: int


def own_addresses() -> tuple[OwnAddress, ...]:
    """Every IPv6 address of this machine that it may use: no tentative or deprecated one."""
    body = struct.pack("=BBBBI", socket.AF_INET6, 0, 0, 0, 0)
    found = []
    for fixed, attributes in _asked(_GET_ADDRESS, _REQUEST | _DUMP, body, _NEW_ADDRESS, 8):
        _, prefix_length, flags, _, interface = struct.unpack("=BBBBI", fixed)
        if _ADDRESS in attributes and not flags & _UNSURE:
            address = str(ip_address(attributes[_ADDRESS]))
            found.append(OwnAddress(interface, address, prefix_length))
    return tuple(found)


def _asked(
    kind: int, flags: int, body: bytes, wanted: int, fixed_bytes: int = _BODY_BYTES
) -> Iterator[tuple[bytes, dict[int, bytes]]]:
    """The messages of one answer: fixed part and attributes of each."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(2)
        kernel.bind((0, 0))
        kernel.send(_HEADER.pack(_HEADER.size + len(body), kind, flags, 1, 0) + body)
        while True:
            said = kernel.recv(_MOST_BYTES)
            while len(said) >= _HEADER.size:
                length, sort, _, _, _ = _HEADER.unpack_from(said)
                message, said = said[_HEADER.size : length], said[(length + 3) & ~3 :]
                if sort == _DONE:
                    return
                if sort == _ERROR:
                    _raise(message)
                if sort == wanted:
                    yield message[:fixed_bytes], _attributes(message[fixed_bytes:])
            if not flags & _DUMP:
                return


def _raise(message: bytes) -> None:
    number = -struct.unpack_from("=i", message)[0]
    if number:
        raise OSError(number, os.strerror(number))


def _attributes(data: bytes) -> dict[int, bytes]:
    found = {}
    while len(data) >= 4:  # noqa: PLR2004 - length and type, two octets each
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:  # noqa: PLR2004 - as above
            break
        found[kind] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found
