"""Whether a node answers SIP where the site wants it to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.observations.sip import SipOptionsSeen, SipOutcome, SipResponse, SipTransport
from securemode.probes.probe import Connection
from securemode.probes.sip_messages import head_of
from securemode.probes.wire import sip, ssh_banner

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.probes.wire.sip import Exchange
    from securemode.targets import Node

WEB_PORT = 443
MOST_DATAGRAMS = 4
"""Sent at 0, 0.5, 1.5 and 3.5 s: T1, doubling up to T2, within T2."""
EXCERPT = 60

_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2}) ?(.*)", re.IGNORECASE)


def response(raw: bytes) -> SipResponse | None:
    """Read a SIP response; None where the bytes are not one.

    Continuation lines are unfolded, compact names written out, lines that are no header left out.

    Source: RFC 3261 sections 7.2, 7.3.1 and 7.3.3.
    """
    first_line, headers = head_of(raw)
    first = _STATUS_LINE.fullmatch(first_line)
    if first is None:
        return None
    return SipResponse(status=int(first[1]), reason=first[2].strip(), headers=headers)


@dataclass(frozen=True, slots=True)
class SipOptions:
    """How a node answers a SIP OPTIONS request on one port.

    The security wizard sets the listen ports; only a SIP answer shows that SIP listens there, an
    open port does not. The web port, right before and after, is the positive control of silence.

    Attributes:
        target: a Conferencing Node.
        transport: UDP, TCP or TLS.
        port: the site's listen port for it.

    Source: guide, section "Running the security wizard"; RFC 3261 section 11.
    """

    name: ClassVar[str] = "sip-options"
    observes: ClassVar[type] = SipOptionsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node
    transport: SipTransport
    port: int

    def connections(self) -> tuple[Connection, ...]:
        """The SIP port, and the web port twice."""
        address, most = self.target.address, 1
        if self.transport is SipTransport.UDP:
            most = MOST_DATAGRAMS
        return (
            Connection(self.transport, address, str(self.target.port(self.port)), most),
            Connection("tcp", address, str(self.target.port(WEB_PORT)), 2),
        )

    def look(self, access: Access) -> SipOptionsSeen:
        """Ask once, between two looks at the web port."""
        address, port = self.target.address, self.target.port(self.port)
        web = self.target.port(WEB_PORT)
        timeout_s = min(access.timeout_s, sip.T2_S)
        alive_before = ssh_banner.connects(address, web, timeout_s)
        exchange = sip.ask(self.transport, address, port, timeout_s)
        return _seen(
            self.transport,
            port,
            exchange,
            alive=(alive_before, ssh_banner.connects(address, web, timeout_s)),
        )


def _seen(
    transport: SipTransport, port: int, exchange: Exchange, *, alive: tuple[bool, bool]
) -> SipOptionsSeen:
    """Interpret what came: only a response with the Call-ID of our request is an answer to it."""
    answer = response(exchange.raw)
    ours = answer is not None and answer.header("call-id") == exchange.call_id
    outcome, detail = SipOutcome(exchange.state), exchange.detail
    if outcome is SipOutcome.ANSWERED and not ours:
        outcome, detail = SipOutcome.NOT_SIP, _excerpt(exchange.raw)
    is_sip = answer if answer is not None and ours else SipResponse(0, "", ())
    return SipOptionsSeen(
        transport=transport,
        port=port,
        outcome=outcome,
        sent=exchange.sent,
        status_line=f"{is_sip.status} {is_sip.reason}".rstrip() if ours else "",
        server=is_sip.header("server") or is_sip.header("user-agent"),
        allow=is_sip.header("allow"),
        detail=detail,
        alive_before=alive[0],
        alive_after=alive[1],
    )


def _excerpt(raw: bytes) -> str:
    """The beginning of something unexpected, fit to be printed."""
    text = raw[:EXCERPT].decode("ascii", "replace")
    return "".join(sign if sign.isprintable() and sign.isascii() else "." for sign in text)
