"""Asks an H.323 entity whether it is there, without registering and without placing a call.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: ITU-T H.225.0 sections 7 (messages) and 7.8 (RAS), X.691 (their encoding), Q.931 section
3.1.15 (STATUS ENQUIRY), RFC 1006 section 6 (TPKT).
"""

from __future__ import annotations

import secrets
import socket
import struct

ANSWERED, SILENT, REFUSED, UNREACHABLE = "answered", "silent", "refused", "unreachable"
MUTE, CLOSED = "mute", "closed"
TPKT_VERSION = 3
GATEKEEPER_CONFIRM, GATEKEEPER_REJECT = 1, 2

_STATUS_ENQUIRY = bytes((0x08, 0x02, 0x00, 0x01, 0x75))
"""Protocol discriminator, call reference of two octets, message type; of a call that is none."""
_PROTOCOL_IDENTIFIER = bytes((0x06, 0x00, 0x08, 0x91, 0x4A, 0x00, 0x04))
"""{itu-t(0) recommendation(0) h(8) h225-0(2250) version(0) 4}, as X.691 has it."""
_TERMINAL = bytes((0x02, 0x00))
_MOST_BYTES = 65536


def enquire(address: str, port: int, timeout_s: float) -> tuple[str, bytes]:
    """Connect to the call signalling port and ask after a call that does not exist.

    Returns:
        "answered", "mute" (connected, nothing came), "closed" (connected, hung up), "refused",
        "silent" or "unreachable"; and what came.
    """
    tpkt = struct.pack("!BBH", TPKT_VERSION, 0, 4 + len(_STATUS_ENQUIRY)) + _STATUS_ENQUIRY
    try:
        with socket.create_connection((address, port), timeout=timeout_s) as connection:
            return _heard(connection, tpkt)
    except ConnectionRefusedError:
        return REFUSED, b""
    except TimeoutError:
        return SILENT, b""
    except OSError:
        return UNREACHABLE, b""


def _heard(connection: socket.socket, tpkt: bytes) -> tuple[str, bytes]:
    try:
        connection.sendall(tpkt)
        said = connection.recv(_MOST_BYTES)
    except TimeoutError:
        return MUTE, b""
    except OSError:
        return CLOSED, b""
    return (ANSWERED, said) if said else (CLOSED, b"")


def discover(address: str, port: int, timeout_s: float) -> tuple[str, bytes]:
    """Send a GatekeeperRequest, and once more where nothing came at half the time.

    Returns:
        "answered", "silent", "refused" (ICMP port unreachable) or "unreachable"; and what came.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.settimeout(timeout_s / 2)
            asking.connect((address, port))
            request = gatekeeper_request(*asking.getsockname()[:2])
            asking.send(request)
            try:
                return ANSWERED, asking.recv(_MOST_BYTES)
            except TimeoutError:
                asking.send(request)
                return ANSWERED, asking.recv(_MOST_BYTES)
    except ConnectionRefusedError:
        return REFUSED, b""
    except TimeoutError:
        return SILENT, b""
    except OSError:
        return UNREACHABLE, b""


def gatekeeper_request(address: str, port: int) -> bytes:
    """The shortest GatekeeperRequest: sequence number, version, where to answer, a terminal."""
    sequence = struct.pack("!H", secrets.randbelow(65534))
    if ":" in address:
        where = bytes((0x30,)) + socket.inet_pton(socket.AF_INET6, address)
    else:
        where = bytes((0x00,)) + socket.inet_aton(address)
    ras_address = where + struct.pack("!H", port)
    return bytes(2) + sequence + _PROTOCOL_IDENTIFIER + ras_address + _TERMINAL


def ras_choice(said: bytes) -> int:
    """Number of the RAS message by its place in H.225.0: 1 confirms a gatekeeper, 2 rejects."""
    return said[0] >> 2 & 0x1F if said else -1
