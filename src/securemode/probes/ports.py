"""What closed ports say: RST, an ICMP error, or nothing at all."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Interrupted, Refused, TimedOut, Unreachable, Unsupported
from securemode.observations.ports import (
    ClosedPortsSeen,
    EveryPortSeen,
    Family,
    PortSaid,
    PortSelection,
    PortState,
    Transport,
)
from securemode.probes.icmp_budget import sampling, scanning
from securemode.probes.probe import Connection
from securemode.probes.wire import tcp_ports, udp_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.errors import CannotLook
    from securemode.probes.probe import Access
    from securemode.targets import Node

UNUSED_TCP_PORTS = (1, 7, 23, 25, 111, 445, 3306, 10007, 20011, 50021)
UNUSED_UDP_PORTS = (7, 69, 111, 137, 1900, 10007, 20011, 50021)
"""Ports that the product never uses: low, middle, high; clear of its signalling (33000-39999) and
media (40000-49999) ranges and of the source ports of its own requests (55000-65535)."""

_LAST_PORT = 65535
_SPACING_S = 0.2
"""Five questions a second: Linux answers six at once with ICMP errors, then one a second."""
_CONTROL_EVERY = 4096
_ANSWERS_SHOWN = 20

_SWEEP = threading.Lock()
"""One sweep at a time in this process: it takes one core and most of the file descriptors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPorts:
    """What ports that nothing listens on say to a stranger, while an open port answers.

    Attributes:
        target: the node.
        transport: TCP or UDP.
        family: which of the node's addresses is asked.
        ports: a sample, or every TCP port as well. UDP stays a sample: at the rate at which hosts
            answer, 65,535 ports would take a day.
        control_port: a TCP port of the product that is open.
        sweep_in_flight: of a sweep: how many ports may owe an answer at a time.
        sweep_answer_within_s: of a sweep: how long a port may take. The value suits a local
            network.
    """

    name: ClassVar[str] = "closed-ports"
    observes: ClassVar[type] = ClosedPortsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1  # the control; what a closed port drops holds nothing open
    takes_s: ClassVar[float] = 4.0
    surface: ClassVar[frozenset[str]] = frozenset({"said.state", "every_port.open"})

    target: Node
    transport: Transport
    family: Family
    ports: PortSelection = PortSelection.SAMPLE
    control_port: int = 443
    sweep_in_flight: int = 8000
    sweep_answer_within_s: float = 0.3

    @property
    def address(self) -> str:
        """The node's address of the family, empty where it has none."""
        return (self.target.ipv4 if self.family is Family.IPV4 else self.target.ipv6) or ""

    def connections(self) -> tuple[Connection, ...]:
        """The control, the sample, and the sweep where it is asked for."""
        sample = self._sample()
        control = Connection("tcp", self.address, str(self.target.port(self.control_port)), 2)
        asked = Connection(self.transport, self.address, ",".join(map(str, sample)), len(sample))
        if not self._sweeps:
            return (control, asked)
        most = _LAST_PORT + _LAST_PORT // _CONTROL_EVERY
        return (control, asked, Connection("tcp", self.address, f"1-{_LAST_PORT}", most))

    def look(self, access: Access) -> ClosedPortsSeen:
        """Ask the control, the sample, all ports where wanted, and the control again.

        Raises:
            Unsupported: the node has no address of the family.
            Refused, TimedOut, Unreachable: the control did not accept: nothing can be said of
                other ports.
            Interrupted: the run was stopped.
        """
        if not self.address:
            raise Unsupported(f"{self.target} has no {self.family} address")
        try:
            return self._look(access)
        except OSError as error:
            raise Unreachable(f"{self.address}: {error.strerror or error}") from error

    def _look(self, access: Access) -> ClosedPortsSeen:
        before = self._control(access)
        if before.state is not PortState.OPEN:
            raise self._no_control(before)
        said = self._ask_sample(access)
        every_port = self._sweep(access) if self._sweeps else None
        after = self._control(access)
        if access.cancelled.is_set():
            raise Interrupted(
                f"ports of {self.target} were being looked at when the run was stopped"
            )
        return ClosedPortsSeen(
            transport=self.transport,
            family=self.family,
            address=self.address,
            said=said,
            control_port=before.port,
            control_before=before.state,
            control_after=after.state,
            every_port=every_port,
        )

    @property
    def _sweeps(self) -> bool:
        return self.ports is PortSelection.ALL and self.transport is Transport.TCP

    def _sample(self) -> tuple[int, ...]:
        unused = UNUSED_TCP_PORTS if self.transport is Transport.TCP else UNUSED_UDP_PORTS
        ports = map(self.target.port, unused)
        return tuple(port for port in ports if port <= _LAST_PORT)

    def _control(self, access: Access) -> PortSaid:
        port = self.target.port(self.control_port)
        (said,) = tcp_ports.ask(self.address, [port], answer_within_s=access.timeout_s)
        return self._port_said(said)

    def _ask_sample(self, access: Access) -> tuple[PortSaid, ...]:
        with sampling(self.address):
            return self._asked(access)

    def _asked(self, access: Access) -> tuple[PortSaid, ...]:
        if self.transport is Transport.TCP:
            said = tcp_ports.ask(
                self.address,
                self._sample(),
                answer_within_s=access.timeout_s,
                spacing_s=_SPACING_S,
                stopped=access.cancelled.is_set,
            )
            return tuple(sorted(map(self._port_said, said), key=lambda answer: answer.port))
        answers = udp_ports.ask(
            self.address,
            self._sample(),
            answer_within_s=access.timeout_s,
            spacing_s=_SPACING_S,
            stopped=access.cancelled.is_set,
        )
        return tuple(map(self._port_said, answers))

    def _sweep(self, access: Access) -> EveryPortSeen:
        control = self.target.port(self.control_port)
        with _SWEEP, scanning(self.address):
            said = tcp_ports.ask(
                self.address,
                _every_port_with(control),
                answer_within_s=self.sweep_answer_within_s,
                in_flight=self.sweep_in_flight,
                stopped=access.cancelled.is_set,
            )
        controls = [answer for answer in said if answer.port == control]
        others = sorted(answer for answer in said if answer.port != control)
        states = Counter(answer.state for answer in others)
        opened = {answer.port for answer in said if answer.state == PortState.OPEN}
        closed = [a for a in others if a.state in {PortState.RESET, PortState.ICMP}]
        return EveryPortSeen(
            asked=len(others) + bool(controls),
            open=tuple(sorted(opened)),
            answered=tuple(map(self._port_said, closed[:_ANSWERS_SHOWN])),
            answered_count=len(closed),
            silent_count=states[PortState.SILENT],
            controls_asked=len(controls),
            controls_open=sum(answer.state == PortState.OPEN for answer in controls),
        )

    def _port_said(self, said: tcp_ports.Said | udp_ports.Said) -> PortSaid:
        is_icmp = said.state == PortState.ICMP
        return PortSaid(
            port=said.port,
            state=PortState(said.state),
            icmp_type=said.icmp_type if is_icmp else None,
            icmp_code=said.icmp_code if is_icmp else None,
            sender=said.sender if is_icmp and said.sender != self.address else "",
        )

    def _no_control(self, control: PortSaid) -> CannotLook:
        where = f"TCP port {control.port} of {self.address}, which should be open,"
        if control.state is PortState.SILENT:
            return TimedOut(f"{where} did not answer: silence of other ports would say nothing")
        if control.state is PortState.RESET:
            return Refused(f"{where} refuses connections: there is no open port to compare with")
        return Unreachable(
            f"{where} is answered for by {control.sender or 'the node'} with {control}"
        )


def _every_port_with(control: int) -> Iterator[int]:
    """Every port once, and the open one again and again in between."""
    for port in range(1, _LAST_PORT + 1):
        yield port
        if port % _CONTROL_EVERY == 0:
            yield control
