"""A DNS server: the zone of the lab over UDP and TCP (RFC 1035)."""

from __future__ import annotations

import asyncio
import ipaddress
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from dnslib import AAAA, PTR, QTYPE, RCODE, RR, SOA, SRV, A, DNSError, DNSRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode_lab.services.behaviour import Lookups

PORT = 53
_TIME_TO_LIVE_S = 60
_LONGEST_DATAGRAM = 512
_REVERSE = (".in-addr.arpa", ".ip6.arpa")
_NOWHERE = "192.0.2.1"


@dataclass(slots=True)
class Zone:
    """Names below one domain, and their addresses backwards.

    Attributes:
        domain: under which every name lies.
        records: by lower-case name without its last dot.
    """

    domain: str
    records: dict[str, list[Any]] = field(default_factory=dict)

    def add_host(self, name: str, addresses: Iterable[str]) -> None:
        """A host: addresses of its name, and the name of each address."""
        for address in addresses:
            is_ipv6 = ":" in address
            self._add(name, AAAA(address) if is_ipv6 else A(address))
            self._add(ipaddress.ip_address(address).reverse_pointer, PTR(name))

    def add_service(self, name: str, host: str, port: int) -> None:
        """Where a service is, such as `_ldaps._tcp`."""
        self._add(f"{name}.{self.domain}", SRV(priority=0, weight=0, port=port, target=host))

    def _add(self, name: str, data: Any) -> None:
        self.records.setdefault(name.lower(), []).append(data)


class DnsServer:
    """Answers questions about a zone.

    Attributes:
        lookups: how well it does.
        asked: names and types, oldest first.
    """

    def __init__(self, zone: Zone, lookups: Lookups) -> None:
        self._zone = zone
        self.lookups = lookups
        self.asked: list[tuple[str, str]] = []

    def answer(self, message: bytes) -> bytes | None:
        """The answer to one message, None where it deserves none."""
        if self.lookups == "silent":
            return None
        try:
            query = DNSRecord.parse(message)
        except (DNSError, struct.error, ValueError, IndexError):
            return None
        if query.header.qr or not query.questions:
            return None
        answer = query.reply(ra=0)
        name, kind = str(query.q.qname).rstrip(".").lower(), QTYPE[query.q.qtype]
        self.asked.append((name, kind))
        if not (name == self._zone.domain or name.endswith((f".{self._zone.domain}", *_REVERSE))):
            answer.header.rcode = RCODE.REFUSED
        elif self.lookups == "failing":
            answer.header.rcode = RCODE.SERVFAIL
        else:
            self._fill(answer, name, kind)
        return bytes(answer.pack())

    def _fill(self, answer: Any, name: str, kind: str) -> None:
        known = self._zone.records.get(name)
        for data in known or ():
            if type(data).__name__ == kind:
                shown = A(_NOWHERE) if self.lookups == "wrong" and kind == "A" else data
                answer.add_answer(_record(answer.q.qname, kind, shown))
        if not answer.rr:
            answer.add_auth(_record(self._zone.domain, "SOA", self._authority()))
        if known is None and name != self._zone.domain:
            answer.header.rcode = RCODE.NXDOMAIN
        answer.header.aa = 1

    def _authority(self) -> Any:
        times = (1, 3600, 600, 86400, _TIME_TO_LIVE_S)
        return SOA(f"dns.{self._zone.domain}", f"hostmaster.{self._zone.domain}", times)


def _record(name: Any, kind: str, data: Any) -> Any:
    return RR(name, getattr(QTYPE, kind), rdata=data, ttl=_TIME_TO_LIVE_S)


class DnsDatagrams(asyncio.DatagramProtocol):
    """UDP: an answer that is too long says so, and its client comes back over TCP."""

    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to send."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Answer one question."""
        answer = self._server.answer(data)
        if answer is not None and len(answer) > _LONGEST_DATAGRAM:
            answer = bytes(DNSRecord.parse(answer).truncate().pack())
        if answer is not None:
            self._transport.sendto(answer, addr)


class DnsStream(asyncio.Protocol):
    """TCP: every message follows its length in two bytes."""

    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to send."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        del exc
        self.transport = None

    def data_received(self, data: bytes) -> None:
        """Answer every question that is complete."""
        self._buffer += data
        while len(self._buffer) >= 2:  # noqa: PLR2004 - the length
            length = int.from_bytes(self._buffer[:2], "big")
            if len(self._buffer) < 2 + length:
                return
            message, self._buffer = self._buffer[2 : 2 + length], self._buffer[2 + length :]
            answer = self._server.answer(message)
            if answer is None:
                break
            assert self.transport is not None
            self.transport.write(len(answer).to_bytes(2, "big") + answer)
        else:
            return
        if self.transport is not None:
            self.transport.close()
