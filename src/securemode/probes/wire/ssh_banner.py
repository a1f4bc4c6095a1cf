"""Connects to a TCP port and listens for what the server says first.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 4253 section 4.2 (the identification string, and the lines that may precede it).
"""

from __future__ import annotations

import contextlib
import socket
import time

OPEN, REFUSED, UNREACHABLE, SILENT = "open", "refused", "unreachable", "silent"
MOST_BYTES = 8192
"""A server may say some lines before its identification; more than this is no SSH server."""


def connects(address: str, port: int, timeout_s: float) -> bool:
    """Whether the port accepts a connection: the positive control of silence elsewhere."""
    return hear(address, port, connect_s=timeout_s, listen_s=0)[0] == OPEN


def hear(address: str, port: int, *, connect_s: float, listen_s: float) -> tuple[str, bytes]:
    """Connect, and listen until an SSH identification line is complete.

    Args:
        address: literal, IPv4 or IPv6.
        port: TCP port.
        connect_s: how long the connection may take.
        listen_s: how long to listen, 0 for not at all.

    Returns:
        "open", "refused" (RST), "unreachable" (an ICMP error, or no route) or "silent"; and what
        was said.
    """
    try:
        connection = socket.create_connection((address, port), timeout=connect_s)
    except ConnectionRefusedError:
        return REFUSED, b""
    except TimeoutError:
        return SILENT, b""
    except OSError:
        return UNREACHABLE, b""
    with connection:
        return OPEN, _first_words(connection, time.monotonic() + listen_s)


def _first_words(connection: socket.socket, deadline: float) -> bytes:
    said = b""
    with contextlib.suppress(OSError):
        while (left_s := deadline - time.monotonic()) > 0 and len(said) < MOST_BYTES:
            connection.settimeout(left_s)
            heard = connection.recv(1024)
            said += heard
            if not heard or identification(said):
                break
    return said


def identification(said: bytes) -> str:
    """The SSH identification in what a server said first, or nothing while there is none.

    Only a complete line counts; characters outside printable ASCII are shown as "?".
    """
    for line in said.split(b"\n")[:-1]:
        if line.startswith(b"SSH-"):
            text = line.rstrip(b"\r").decode("ascii", "replace")
            return "".join(sign if sign.isprintable() and sign.isascii() else "?" for sign in text)
    return ""
