"""The DSCP of what a node sends, and the MTU that it announces."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unsupported
from securemode.observations.traffic import (
    AnnouncedMtu,
    AnswerState,
    MarkedAnswer,
    SegmentSizeSeen,
    Service,
    TrafficMarksSeen,
)
from securemode.probes.probe import Connection
from securemode.probes.wire import packet_marks, segment_size, sip
from securemode.targets import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.probes.probe import Access
    from securemode.targets import Node

WEB_PORT = 443
LONGEST_S = 1.2
"""How long one answer may take; the kernel has repeated a lost SYN by then."""
AT_ONCE = 4
FORWARDED = "ports of the node are forwarded: its packets end where they are forwarded."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficMarks:
    """The marks of the packets in which a node answers, at each of its addresses.

    Only packets that carry data of an answer count: kernels mark those without in their own way.
    No credentials are needed: an SNMPv3 discovery, a ClientHello and a SIP OPTIONS have answers.

    Attributes:
        target: the node.
        services: whose answers are looked at.
        ports: the port of each, in the same order.

    Source: guide, sections "Global settings" and "Locations" (DSCP); RFC 2474, RFC 3414 section 4.
    """

    name: ClassVar[str] = "traffic-marks"
    observes: ClassVar[type] = TrafficMarksSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = AT_ONCE
    takes_s: ClassVar[float] = 0.5

    target: Node
    services: tuple[Service, ...]
    ports: tuple[int, ...]

    def connections(self) -> tuple[Connection, ...]:
        """One a service and address; two datagrams over UDP."""
        return tuple(
            Connection(
                service.transport,
                address,
                str(self.target.port(port)),
                2 if service.transport == "udp" else 1,
            )
            for address in self.target.addresses
            for service, port in zip(self.services, self.ports, strict=True)
        )

    def look(self, access: Access) -> TrafficMarksSeen:
        """Ask every service at every address, a few at a time.

        Raises:
            Unsupported: the node is reached through port forwarding.
        """
        if self.target.port_offset:
            raise Unsupported(FORWARDED)
        timeout_s = min(access.timeout_s, LONGEST_S)
        questions = [
            (service, address, port)
            for service, port in zip(self.services, self.ports, strict=True)
            for address in self.target.addresses
        ]
        with ThreadPoolExecutor(AT_ONCE) as several:
            answers = several.map(lambda one: _marked(*one, timeout_s=timeout_s), questions)
            return TrafficMarksSeen(
                node=self.target.name,
                serves_users_on_web_port=self.target.role is Role.CONFERENCING,
                answers=tuple(answers),
            )


def _marked(service: Service, address: str, port: int, *, timeout_s: float) -> MarkedAnswer:
    question = _question(service, address, port)
    heard = packet_marks.ask(service.transport, address, port, question, timeout_s)
    return MarkedAnswer(
        service=service,
        address=address,
        port=port,
        state=AnswerState(heard.state),
        dscp=heard.dscp,
        means=heard.means,
        detail=heard.detail,
    )


def _question(service: Service, address: str, port: int) -> Callable[[tuple[str, int]], bytes]:
    if service is Service.SNMP:
        return snmp_discovery
    if service in {Service.SIP_UDP, Service.SIP_TCP}:
        call_id = secrets.token_hex(12)
        return lambda here: sip.options(service.transport, (address, port), here, call_id)
    return packet_marks.client_hello


def snmp_discovery(_local: tuple[str, int]) -> bytes:
    """The SNMPv3 message that asks an agent for its engine: every agent reports it to anybody.

    Source: RFC 3414 section 4; the encoding is that of X.690.
    """
    number = bytes((0x02, 0x04)) + secrets.token_bytes(4)[:3].rjust(4, b"\0")
    header = _sequence(number + bytes.fromhex("0203010000") + bytes.fromhex("040104020103"))
    parameters = _sequence(bytes.fromhex("0400020100020100040004000400"))
    request = number + bytes.fromhex("020100020100") + _sequence(b"")
    scoped = _sequence(bytes.fromhex("04000400") + bytes((0xA0, len(request))) + request)
    security = bytes((0x04, len(parameters))) + parameters
    return _sequence(bytes.fromhex("020103") + header + security + scoped)


def _sequence(content: bytes) -> bytes:
    return bytes((0x30, len(content))) + content


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSize:
    """The MTU that follows from the segment size which a node announces, at each of its addresses.

    Attributes:
        target: the node.
        port: an open TCP port.

    Source: guide, section "Locations" (MTU); RFC 9293 section 3.7.1.
    """

    name: ClassVar[str] = "segment-size"
    observes: ClassVar[type] = SegmentSizeSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node
    port: int = WEB_PORT

    def connections(self) -> tuple[Connection, ...]:
        """The web port once at each address."""
        port = str(self.target.port(self.port))
        return tuple(Connection("tcp", address, port, 1) for address in self.target.addresses)

    def look(self, access: Access) -> SegmentSizeSeen:
        """Connect to each address.

        Raises:
            Unsupported: the node is reached through port forwarding.
        """
        if self.target.port_offset:
            raise Unsupported(FORWARDED)
        timeout_s = min(access.timeout_s, LONGEST_S)
        return SegmentSizeSeen(
            node=self.target.name,
            announced=tuple(
                _announced(address, self.port, timeout_s) for address in self.target.addresses
            ),
        )


def _announced(address: str, port: int, timeout_s: float) -> AnnouncedMtu:
    try:
        seen = segment_size.announced(address, port, timeout_s)
    except OSError as error:
        failure = error.strerror or str(error)
        return AnnouncedMtu(address=address, port=port, failure=failure)
    return AnnouncedMtu(address=address, port=port, **seen._asdict())
