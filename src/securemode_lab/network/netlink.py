"""One blocking exchange with the kernel over netlink.

pyroute2 knows the messages and encodes them; its own sockets bring an event loop along, which the
lab's loop does not tolerate and which costs milliseconds for each node. A plain socket does both:
it works in any thread, in the namespace of the moment, and encoded messages can be sent again.
"""

from __future__ import annotations

import os
import socket
import struct
from typing import Any

NETLINK_ROUTE = 0
NETLINK_NETFILTER = 12

REQUEST = 0x1
ACKNOWLEDGE = 0x4
REPLACE = 0x100
EXCLUSIVE = 0x200
CREATE = 0x400
APPEND = 0x800

_ERROR = 2
_HEADER = struct.Struct("=IHHII")
_ANSWER_TIMEOUT_S = 5


def encoded(message: Any, kind: int, flags: int) -> bytes:
    """Bytes of one pyroute2 message, ready to be sent in any namespace."""
    message["header"]["type"] = kind
    message["header"]["flags"] = REQUEST | flags
    message["header"]["sequence_number"] = 1
    message.encode()
    return bytes(message.data)


class Channel:
    """A netlink socket of the namespace in which it was made.

    A namespace keeps its channels open: the kernel takes milliseconds to close one.
    """

    def __init__(self, protocol: int) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_NETLINK, kind, protocol)
        self._socket.settimeout(_ANSWER_TIMEOUT_S)

    def exchange(self, *messages: bytes) -> None:
        """Send `messages` at once and wait until the kernel has answered each that asks for it.

        Raises:
            OSError: what the kernel says of the first message that it refused.
        """
        awaited = sum(1 for message in messages if _flags(message) & ACKNOWLEDGE)
        self._socket.send(b"".join(messages))
        while awaited > 0:
            awaited -= _answers(self._socket.recv(1 << 16))

    def close(self) -> None:
        """Give the descriptor back."""
        self._socket.close()


def _flags(message: bytes) -> int:
    return int(_HEADER.unpack_from(message)[2])


def _answers(data: bytes) -> int:
    """How many messages the kernel acknowledges in `data`; raises the first error among them."""
    count = offset = 0
    while offset < len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, offset)
        if kind == _ERROR:
            (number,) = struct.unpack_from("=i", data, offset + _HEADER.size)
            if number:
                raise OSError(
                    -number, f"the kernel refused a network setting: {os.strerror(-number)}"
                )
            count += 1
        offset += (length + 3) & ~3
    return count
