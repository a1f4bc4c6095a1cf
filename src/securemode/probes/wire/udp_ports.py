"""What UDP ports say to a datagram: a datagram, an ICMP error, or nothing.

The module stands alone (standard library only), so that it can be sent to another vantage.

Source: ip(7), `IP_RECVERR`; RFC 1812 4.3.2.8 and icmp(7), `icmp_ratelimit`: hosts send few ICMP
errors a second.
"""

from __future__ import annotations

import ipaddress
import os
import select
import socket
import struct
import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OPEN: Final = "open"
ICMP: Final = "icmp"
SILENT: Final = "silent"

_IP_RECVERR, _IPV6_RECVERR = 11, 25
_FROM_ICMP, _FROM_ICMP6 = 2, 3
_DATAGRAM = b"\0"


class Said(NamedTuple):
    """What one port said.

    Attributes:
        port: the port.
        state: "open" where a datagram came back, "icmp" or "silent".
        icmp_type: of the ICMP or ICMPv6 error, else 0.
        icmp_code: likewise.
        sender: address that sent the ICMP error, else empty: the node, or a device on the way to
            it.
    """

    port: int
    state: str
    icmp_type: int = 0
    icmp_code: int = 0
    sender: str = ""


def ask(
    address: str,
    ports: Sequence[int],
    *,
    answer_within_s: float,
    spacing_s: float,
    stopped: Callable[[], bool] = bool,
) -> list[Said]:
    """Send one datagram to each port, with a pause between them, and listen.

    Args:
        address: address literal.
        ports: in this order.
        answer_within_s: how long is listened after the last datagram.
        spacing_s: pause from one datagram to the next.
        stopped: asked between datagrams; True ends the look early.

    Returns:
        One entry a port that was asked, in the order of `ports`.

    Raises:
        OSError: this machine could not send: no route, for example.
    """
    sent: dict[int, socket.socket] = {}
    said: dict[int, Said] = {}
    poll = select.poll()
    try:
        for port in ports:
            if stopped():
                break
            sent[port] = _send(address, port)
            poll.register(sent[port], select.POLLIN | select.POLLERR)
            _listen(poll, sent, said, until=time.monotonic() + spacing_s)
        if len(said) < len(sent):
            _listen(poll, sent, said, until=time.monotonic() + answer_within_s)
    finally:
        for asked in sent.values():
            asked.close()
    return [said.get(port, Said(port, SILENT)) for port in sent]


def _send(address: str, port: int) -> socket.socket:
    is_ipv6 = ":" in address
    asking = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if is_ipv6:
            asking.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
        else:
            asking.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        asking.setblocking(False)  # noqa: FBT003 - positional only
        asking.connect((address, port))
        asking.send(_DATAGRAM)
    except OSError:
        asking.close()
        raise
    return asking


def _listen(
    poll: select.poll, sent: dict[int, socket.socket], said: dict[int, Said], *, until: float
) -> None:
    ports = {asked.fileno(): port for port, asked in sent.items()}
    while (patience_s := until - time.monotonic()) > 0:
        for number, _ in poll.poll(patience_s * 1000):
            port = ports[number]
            said[port] = _read(sent[port], port)
            poll.unregister(number)


def _read(asked: socket.socket, port: int) -> Said:
    try:
        _, ancillary, _, _ = asked.recvmsg(0, 512, socket.MSG_ERRQUEUE)
    except BlockingIOError:
        return Said(port, OPEN)
    for _, _, error in ancillary:
        number, origin, icmp_type, icmp_code = struct.unpack_from("=IBBB", error)
        if origin not in {_FROM_ICMP, _FROM_ICMP6}:
            raise OSError(number, os.strerror(number))
        sender = error[20:24] if origin == _FROM_ICMP else error[24:40]
        return Said(port, ICMP, icmp_type, icmp_code, str(ipaddress.ip_address(sender)))
    return Said(port, SILENT)
