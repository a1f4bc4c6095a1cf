"""A node's resolver: asks the servers that it was given, one after the other."""

from __future__ import annotations

import ipaddress
import struct
from typing import TYPE_CHECKING, Any

from dnslib import QTYPE, DNSError, DNSRecord

from securemode_lab.clients.outgoing import NoAnswer, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.clients.outgoing import Origin

_PORT = 53


async def lookup(origin: Origin, server: str, name: str, kind: str) -> list[Any]:
    """Data of the records of one kind.

    Raises:
        NoAnswer: the server is silent, or refuses.
    """
    query = DNSRecord.question(name, kind)
    try:
        answer = DNSRecord.parse(await ask(origin, server, _PORT, query.pack()))
    except (DNSError, struct.error, ValueError) as failed:
        raise NoAnswer(f"{server} answered what is no DNS message") from failed
    if answer.header.id != query.header.id or answer.header.rcode not in (0, 3):
        raise NoAnswer(f"{server} does not resolve {name}")
    return [record.rdata for record in answer.rr if QTYPE[record.rtype] == kind]


async def addresses(origin: Origin, servers: Sequence[str], name: str) -> list[str]:
    """IPv4 addresses of a host; a name that is an address is its own.

    Raises:
        NoAnswer: no server knows the name.
    """
    try:
        return [str(ipaddress.ip_address(name))]
    except ValueError:
        pass
    for server in servers:
        try:
            found = await lookup(origin, server, name, "A")
        except NoAnswer:
            continue
        if found:
            return [str(data) for data in found]
    raise NoAnswer(f"no DNS server knows the address of {name}")


async def hosts(
    origin: Origin, servers: Sequence[str], service: str, domain: str
) -> list[tuple[str, int]]:
    """Where the domain has a service (SRV), best first; empty where it says nothing."""
    for server in servers:
        try:
            found = await lookup(origin, server, f"{service}.{domain}", "SRV")
        except NoAnswer:
            continue
        found.sort(key=lambda data: (data.priority, -data.weight))
        return [(str(data.target).rstrip("."), int(data.port)) for data in found]
    return []
