"""What can be seen of a node's SIP service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SipTransport(StrEnum):
    """What SIP runs over."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class SipOutcome(StrEnum):
    """What became of the request."""

    ANSWERED = "answered"
    NOT_SIP = "not SIP"
    SILENT = "silent"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MUTE = "mute"
    CLOSED = "closed"
    NO_TLS = "no TLS"


@dataclass(frozen=True, slots=True)
class SipResponse:
    """A SIP response without its body.

    Attributes:
        status: code of the status line, 100 to 699.
        reason: phrase of the status line.
        headers: name in lower case and full form, and value, in the order of the message.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """All values of a header, joined by commas (RFC 3261 section 7.3.1); empty without one."""
        return ", ".join(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SipOptionsSeen:
    """One OPTIONS request to one port of a node, with its positive control.

    Attributes:
        transport: UDP, TCP or TLS.
        port: the port asked.
        outcome: what became of the request.
        sent: how often the request was sent.
        status_line: of the answer, for example "200 OK"; empty without a SIP answer.
        server: its header Server or, without one, User-Agent.
        allow: its header Allow.
        detail: what came instead of SIP, or the words of a failure.
        alive_before: whether the node's web port answered right before.
        alive_after: whether it answered right after.
    """

    transport: SipTransport
    port: int
    outcome: SipOutcome
    sent: int
    status_line: str = ""
    server: str = ""
    allow: str = ""
    detail: str = ""
    alive_before: bool
    alive_after: bool

    @property
    def is_controlled(self) -> bool:
        """Whether the node was there all the time, so that silence is the port's own."""
        return self.alive_before and self.alive_after
