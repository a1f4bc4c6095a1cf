"""The called side of a SIP call that is answered, and ended after a while.

Standard library only but for its neighbours: they can be sent to another vantage together.
Source: RFC 3261 sections 12.1.1 (dialogue), 13.3.1.4 (2xx), 15.1.1 (BYE).
"""

from __future__ import annotations

import contextlib
import re
import secrets
from typing import TYPE_CHECKING

from securemode.probes.wire.outbound_sip import ACK_S, response
from securemode.probes.wire.tls_stream import END_OF_HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.probes.wire.tls_stream import TlsStream

MOST_MESSAGES = 8
_URI = re.compile(r"<([^>]+)>|([^;,\s]+)")
_NAMES = {"f": "from", "t": "to", "i": "call-id", "m": "contact"}


def answer(
    stream: TlsStream,
    invite: bytes,
    session: str,
    host_port: str,
    meanwhile: Callable[[], None],
) -> None:
    """Answer the call, take the ACK, wait until `meanwhile` is done, and end the call.

    Args:
        stream: the connection.
        invite: that is answered.
        session: our session description.
        host_port: our address and port, for Contact and Via.
        meanwhile: what to do during the call.
    """
    tag = secrets.token_hex(4)
    contact = f"Contact: <sip:acceptance@{host_port};transport=tls>"
    routes = [f"Record-Route: {one}" for one in _values(invite, "record-route")]
    headers = (*routes, contact, "Allow: INVITE, ACK, BYE", "Content-Type: application/sdp")
    stream.send(response(invite, "100 Trying"))
    stream.send(response(invite, "200 OK", tag=tag, headers=headers, body=session.encode()))
    with contextlib.suppress(TimeoutError):
        stream.message(ACK_S)
    try:
        meanwhile()
    finally:
        _end(stream, bye(invite, tag, host_port))


def bye(invite: bytes, tag: str, host_port: str) -> bytes:
    """The request with which the called side ends the call of this INVITE."""
    found = _URI.search("".join(_values(invite, "contact")[:1]))
    target = (found[1] or found[2]) if found else "sip:unknown@invalid"
    to, *_ = *_values(invite, "to"), ""
    caller, *_ = *_values(invite, "from"), ""
    call_id, *_ = *_values(invite, "call-id"), ""
    lines = [
        f"BYE {target} SIP/2.0",
        f"Via: SIP/2.0/TLS {host_port};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        *(f"Route: {one}" for one in _values(invite, "record-route")),
        f"From: {to};tag={tag}",
        f"To: {caller}",
        f"Call-ID: {call_id}",
        "CSeq: 1 BYE",
        "Content-Length: 0",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def _end(stream: TlsStream, request: bytes) -> None:
    """Send the BYE, and wait a moment for its answer; requests that cross it are passed over."""
    with contextlib.suppress(OSError):
        stream.send(request)
        for _ in range(MOST_MESSAGES):
            message = stream.message(ACK_S)
            if message.startswith(b"SIP/2.0 ") and b" BYE" in message.partition(END_OF_HEADERS)[0]:
                return


def _values(message: bytes, name: str) -> list[str]:
    """Every line of a header, its name in full form."""
    head = message.partition(END_OF_HEADERS)[0].decode("utf-8", "replace")
    found = []
    for line in re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")[1:]:
        key, _, value = line.partition(":")
        key = key.strip().lower()
        if _NAMES.get(key, key) == name:
            found.append(value.strip())
    return found
