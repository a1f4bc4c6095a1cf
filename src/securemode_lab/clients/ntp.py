"""A node's question for the time, with the key that it was given."""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING

from securemode_lab.clients.outgoing import NoAnswer, ask
from securemode_lab.services.ntp import HEADER_BYTES, authenticator, seconds_of, timestamp

if TYPE_CHECKING:
    from securemode_lab.clients.assigned import TimeServer
    from securemode_lab.clients.outgoing import Origin

_PORT = 123
_VERSION_4_CLIENT = 0x23


async def offset_s(origin: Origin, server: TimeServer, address: str) -> float:
    """How far the server's clock is ahead of ours.

    Raises:
        NoAnswer: it is silent, or does not prove that it knows the key.
    """
    sent = time.time()
    header = bytes((_VERSION_4_CLIENT, 0, 6, 0)) + bytes(36) + timestamp(sent)
    mac = b""
    if server.key_id is not None and server.key:
        mac = authenticator(server.key_id, server.key, header)
    answer = await ask(origin, address, _PORT, header + mac)
    arrived = time.time()
    start, proof = answer[:HEADER_BYTES], answer[HEADER_BYTES:]
    if len(start) < HEADER_BYTES or start[24:32] != header[40:48]:
        raise NoAnswer(f"{address} answered another question")
    if mac and server.key_id is not None:
        expected = authenticator(server.key_id, server.key, start)
        if not hmac.compare_digest(expected, proof):
            raise NoAnswer(f"{address} does not prove that it knows key {server.key_id}")
    received, left = seconds_of(start[32:40]), seconds_of(start[40:48])
    return ((received - sent) + (left - arrived)) / 2
