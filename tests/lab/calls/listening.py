"""Ends of calls on the operator's machine: python listening.py media|h323 ADDRESS ...

Prints the port where it listens, and what it has seen as JSON when it is over.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
from typing import Any

IP_RECVTOS, IPV6_RECVTCLASS = 13, 66
TCP_SAVE_SYN, TCP_SAVED_SYN = 27, 28
TIMEOUT_S = 20
CONNECT, RELEASE_COMPLETE = 0x07, 0x5A


def _bound(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    made.settimeout(TIMEOUT_S)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    return made


def media(
    address: str, port: str, packets: str, within_s: str = str(TIMEOUT_S)
) -> list[dict[str, Any]]:
    """So many datagrams on one port: from where, how marked, and what."""
    seen: list[dict[str, Any]] = []
    with _bound(socket.SOCK_DGRAM, address, int(port)) as sock:
        sock.settimeout(float(within_s))
        if ":" in address:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVTCLASS, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, IP_RECVTOS, 1)
        print(port, flush=True)  # noqa: T201
        while len(seen) < int(packets):
            try:
                data, ancillary, _, sender = sock.recvmsg(2000, 200)
            except TimeoutError:
                break
            mark = ancillary[0][2][0] >> 2
            seen.append({"sender": sender[:2], "dscp": mark, "data": data.hex()})
    return seen


def _frame(sock: socket.socket) -> str:
    """One TPKT frame, or nothing at the connection's end."""
    data = b""
    while len(data) < 4 or len(data) < struct.unpack_from("!H", data, 2)[0]:
        more = sock.recv(1)
        if not more:
            break
        data += more
    return data.hex()


def _said(setup: str, kind: int) -> bytes:
    """An answer about the call of a SETUP, as short as it may be."""
    reference = bytes.fromhex(setup)[6:8]
    body = b"\x08\x02" + bytes((reference[0] | 0x80, reference[1], kind))
    return struct.pack("!BBH", 3, 0, 4 + len(body)) + body


def h323(address: str, behaviour: str) -> dict[str, Any]:
    """One call: what comes in, and how its first packet is marked.

    Behaviours: take, refuse, take-and-release, silent, close, nonsense.
    """
    with _bound(socket.SOCK_STREAM, address, 0) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, TCP_SAVE_SYN, 1)
        listening.listen()
        print(listening.getsockname()[1], flush=True)  # noqa: T201
        sock, client = listening.accept()
    with sock:
        sock.settimeout(TIMEOUT_S)
        saved = sock.getsockopt(socket.IPPROTO_TCP, TCP_SAVED_SYN, 200)
        mark = (saved[0] << 8 | saved[1]) >> 6 & 0x3F if ":" in address else saved[1] >> 2
        seen: dict[str, Any] = {"client": client[:2], "dscp": mark, "frames": []}
        if behaviour == "close":
            return seen
        setup = _frame(sock)
        seen["frames"].append(setup)
        if behaviour == "nonsense":
            sock.sendall(b"SIP/2.0 200 OK\r\n\r\n")
        if behaviour == "refuse":
            sock.sendall(_said(setup, RELEASE_COMPLETE))
        if behaviour.startswith("take"):
            sock.sendall(_said(setup, CONNECT))
        if behaviour == "take-and-release":
            sock.sendall(_said(setup, RELEASE_COMPLETE))
        while frame := _frame(sock):
            seen["frames"].append(frame)
    return seen


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    print(json.dumps(media(*rest) if what == "media" else h323(*rest)))  # noqa: T201
