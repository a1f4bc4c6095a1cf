"""What the ports of a call protocol say: nothing, where the site does not need it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unreachable
from securemode.observations.exposure import ServicePort, ServicePortsSeen
from securemode.observations.ports import PortState
from securemode.observations.traffic import Service
from securemode.probes.probe import Connection
from securemode.probes.sip import response
from securemode.probes.wire import h323, sip, ssh_banner, tcp_ports

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Node

WEB_PORT = 443
LONGEST_S = 1.2
"""How long one answer may take; the kernel has repeated a lost SYN by then."""
AT_ONCE = 4
UNKNOWN_SENDER = "an unknown sender"
RAS = {h323.GATEKEEPER_CONFIRM: "GatekeeperConfirm", h323.GATEKEEPER_REJECT: "GatekeeperReject"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePorts:
    """What the ports of a protocol say to whoever speaks that protocol.

    What is said: SIP OPTIONS, a STATUS ENQUIRY of Q.931 for a call that does not exist, a
    GatekeeperRequest. None of them registers anything or places a call. An RTMP port is only
    connected to.

    Attributes:
        target: the node.
        services: of the protocol.
        ports: the port of each, in the same order.

    Source: guide, section "Global settings" (protocols).
    """

    name: ClassVar[str] = "service-ports"
    observes: ClassVar[type] = ServicePortsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = AT_ONCE
    takes_s: ClassVar[float] = LONGEST_S
    surface: ClassVar[frozenset[str]] = frozenset({"ports.state"})

    target: Node
    services: tuple[Service, ...]
    ports: tuple[int, ...]

    def connections(self) -> tuple[Connection, ...]:
        """Twice a port, and the web port twice."""
        address = self.target.address
        asked = tuple(
            Connection(service.transport, address, str(self.target.port(port)), 2)
            for service, port in zip(self.services, self.ports, strict=True)
        )
        return (*asked, Connection("tcp", address, str(self.target.port(WEB_PORT)), 2))

    def look(self, access: Access) -> ServicePortsSeen:
        """Ask every port at once, between two looks at the web port.

        Raises:
            Unreachable: this machine has no way to the node.
        """
        address, web = self.target.address, self.target.port(WEB_PORT)
        timeout_s = min(access.timeout_s, LONGEST_S)
        asked = list(zip(self.services, map(self.target.port, self.ports), strict=True))
        alive_before = ssh_banner.connects(address, web, timeout_s)
        try:
            with ThreadPoolExecutor(AT_ONCE) as several:
                ports = tuple(
                    several.map(lambda one: _port(address, *one, timeout_s=timeout_s), asked)
                )
        except OSError as error:
            raise Unreachable(f"{address}: {error.strerror or error}") from error
        return ServicePortsSeen(
            ports=ports,
            control_port=web,
            alive_before=alive_before,
            alive_after=ssh_banner.connects(address, web, timeout_s),
        )


def _port(address: str, service: Service, port: int, *, timeout_s: float) -> ServicePort:
    """Speak first: who refuses a connection, or rejects it on the way, is asked only then."""
    if service is Service.RTMP:
        return _connected(address, service, port, timeout_s)
    state, words, speaks = _spoken_to(address, service, port, timeout_s)
    if state == h323.SILENT:
        return ServicePort(service=service, port=port, state=PortState.SILENT)
    if state not in {h323.REFUSED, h323.UNREACHABLE}:
        return ServicePort(
            service=service, port=port, state=PortState.OPEN, answer=words or state, speaks=speaks
        )
    if service.transport == "tcp":
        return _connected(address, service, port, timeout_s)
    sender = UNKNOWN_SENDER if state == h323.UNREACHABLE else ""
    return ServicePort(service=service, port=port, state=PortState.ICMP, sender=sender)


def _spoken_to(
    address: str, service: Service, port: int, timeout_s: float
) -> tuple[str, str, bool]:
    """The state of the port, what it said, and whether that was the protocol."""
    if service is Service.H323:
        state, said = h323.enquire(address, port, timeout_s)
        speaks = said[:1] == bytes((h323.TPKT_VERSION,))
        return state, "TPKT" if speaks else _other(said), speaks
    if service is Service.RAS:
        state, said = h323.discover(address, port, timeout_s)
        words = RAS.get(h323.ras_choice(said), "")
        return state, words or _other(said), bool(words)
    transport = {Service.SIP_UDP: "udp", Service.SIP_TCP: "tcp"}.get(service, "tls")
    exchange = sip.ask(transport, address, port, timeout_s)
    answer = response(exchange.raw)
    if answer is None:
        return exchange.state, exchange.detail or _other(exchange.raw), False
    return exchange.state, f"{answer.status} {answer.reason}".rstrip(), True


def _other(said: bytes) -> str:
    return "something else" if said else ""


def _connected(address: str, service: Service, port: int, timeout_s: float) -> ServicePort:
    """What a TCP port says to a connection, and who says it."""
    (said,) = tcp_ports.ask(address, [port], answer_within_s=timeout_s)
    sender = said.sender if said.sender != address else ""
    return ServicePort(service=service, port=port, state=PortState(said.state), sender=sender)
