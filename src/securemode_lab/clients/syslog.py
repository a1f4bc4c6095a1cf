"""A node's messages to the syslog servers that it was given."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from securemode_lab.clients import outgoing, trust
from securemode_lab.clients.dns import addresses

if TYPE_CHECKING:
    from securemode_lab.clients.assigned import Assigned, LogServer
    from securemode_lab.clients.outgoing import Origin

_AUTHENTICATION = 10 * 8
_INFORMATION = 6
_APPLICATION = "pexip"


async def send(origin: Origin, given: Assigned, server: LogServer, host: str, text: str) -> None:
    """Send one message.

    Raises:
        NoAnswer: the server can't be reached, or its certificate is not trusted.
    """
    line = message(server.form, host, text).encode()
    address = (await addresses(origin, given.dns, server.address))[0]
    if server.transport == "udp":
        outgoing.tell(origin, address, server.port, line)
        return
    context = trust.context(given.trusted) if server.transport == "tls" else None
    framed = b"%d %s" % (len(line), line) if context else line + b"\n"
    connection = outgoing.connected(origin, address, server.port, context, server.address)
    async with connection as (_, writer):
        writer.write(framed)
        await writer.drain()


def message(form: str, host: str, text: str) -> str:
    """The text with what stands before it: RFC 5424, or RFC 3164 in every other case."""
    now, priority = datetime.now(UTC), f"<{_AUTHENTICATION + _INFORMATION}>"
    if form == "rfc5424":
        moment = f"{now:%Y-%m-%dT%H:%M:%S.%fZ}"
        return f"{priority}1 {moment} {host} {_APPLICATION} - - - {text}"
    return f"{priority}{now:%b} {now.day:2} {now:%H:%M:%S} {host} {_APPLICATION}: {text}"
