"""Calls that Conferencing Nodes place: what each is, which are under way, and how they end.

A caller is a coroutine that lives as long as its call: it sets the call up, holds it until it is to
be released or the other side ends it, and takes it down. `sip_caller.place` is one.
"""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from securemode_lab.clients.outgoing import NoAnswer

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Mapping

    from securemode_lab.appliance.derive import NodeBehaviour, Row
    from securemode_lab.appliance.node import Node
    from securemode_lab.appliance.variants import Variants
    from securemode_lab.clients.assigned import Assigned
    from securemode_lab.services.pki import ServerCertificate

LONGEST_CALL_S = 600.0
_FAREWELL_S = 3.0
_MOST_REMEMBERED = 1000
_ATTEMPTS = 100
_random = random.SystemRandom()

_logger = logging.getLogger(__name__)


class CallFailed(Exception):
    """A call did not come about, or broke off: the node refused its peer, or the other way."""


class CallState(StrEnum):
    """How far a call is."""

    CALLING = "calling"
    CONNECTED = "connected"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Crypto:
    """One `a=crypto` line of SDP (RFC 4568): tag, suite, and key with salt in base64."""

    tag: int
    suite: str
    inline: str


@dataclass(slots=True, kw_only=True, eq=False)
class MediaStream:
    """One stream that a call offers, and what its peer answered.

    Attributes:
        kind: "audio" or "video".
        profile: "RTP/AVP" or "RTP/SAVP".
        sock: UDP, bound to a port of the node's media range; what is sent goes out here.
        payload_type: of what would be sent.
        crypto: what is offered; the node sends with the key of the line that is accepted.
        remote: where the peer wants it, None where it refused the stream or has not answered.
        accepted: the line of `crypto` that the peer chose, None without encryption.
        remote_key: of what the peer sends: key with salt in base64.
    """

    kind: str
    profile: str
    sock: socket.socket
    payload_type: int
    crypto: tuple[Crypto, ...] = ()
    remote: tuple[str, int] | None = None
    accepted: Crypto | None = None
    remote_key: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class OutboundCall:
    """One call, from the command that places it until nobody remembers it.

    Attributes:
        alias: of the service from which the call comes.
        service: the service's row of `conference`.
        destination: as in the command.
        protocol: "sip" or "h323".
        host, port, user, transport: the destination's parts; `transport` is "tls" or "tcp".
        node: that calls; `node.attachment.client` makes its sockets.
        behaviour: of the node at the moment of dialling.
        settings: the node's copy of the global settings.
        fqdn: the node's configured name.
        location: name of the node's location.
        given: servers and authorities that the node was given.
        certificate: that the node shows where it is asked for one.
        variants: what is unknown of the product.
        version: of the product.
        send_media: sends media of the connected call until it is cancelled; None sends none.
        media: offered streams.
        id: what the command answered.
        state, reason: how far the call is, and why it failed.
        connect_time: when the other side answered.
        released: set when the call is to end.
        remote: address and port of the other side, once it is known.
        encryption: whether its media are encrypted.
    """

    alias: str
    service: Row
    destination: str
    protocol: str
    host: str
    port: int
    user: str
    transport: str
    node: Node
    behaviour: NodeBehaviour
    settings: Row
    fqdn: str
    location: str
    given: Assigned
    certificate: ServerCertificate | None
    variants: Variants
    version: str
    role: str = "guest"
    send_media: SendMedia | None = None
    media: list[MediaStream] = field(default_factory=list)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: CallState = CallState.CALLING
    reason: str = ""
    connect_time: datetime | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)
    remote: tuple[str, int] | None = None
    encryption: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens."""
        return self.state in (CallState.ENDED, CallState.FAILED)

    def connected(self) -> None:
        """The other side has answered."""
        self.state, self.connect_time = CallState.CONNECTED, datetime.now(UTC)

    def client(self, transport: str, address: str) -> socket.socket:
        """A socket of the node for signalling, within its range of ports."""
        ports = self.behaviour.signalling_ports
        return self.node.attachment.client(transport, address, ports)

    def media_socket(self, address: str) -> socket.socket:
        """A UDP socket of the node on an even port of its media range (RFC 3550, section 11)."""
        assert self.behaviour.media_ports is not None
        first, last = self.behaviour.media_ports
        even = range(first + first % 2, last + 1, 2)
        for port in _random.sample(even, min(len(even), _ATTEMPTS)):
            with suppress(OSError):
                return self.node.attachment.client("udp", address, (port, port))
        raise CallFailed("no media port is free")


Place: TypeAlias = "Callable[[OutboundCall], Awaitable[None]]"
SendMedia: TypeAlias = "Callable[[OutboundCall], Awaitable[None]]"


class Calls:
    """The calls of one deployment.

    Args:
        callers: by protocol.
    """

    def __init__(self, callers: Mapping[str, Place]) -> None:
        self._callers = callers
        self._calls: dict[str, OutboundCall] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def known(self) -> list[OutboundCall]:
        """The calls that are remembered, oldest first: those under way and the latest others."""
        return list(self._calls.values())

    @property
    def under_way(self) -> list[OutboundCall]:
        """Those that are not over."""
        return [call for call in self._calls.values() if not call.is_over]

    @property
    def protocols(self) -> tuple[str, ...]:
        """What calls can be made in."""
        return tuple(self._callers)

    def begin(self, call: OutboundCall) -> None:
        """Place a call; what becomes of it is told by its state."""
        over = [known for known in self._calls.values() if known.is_over]
        for forgotten in over[: max(0, len(self._calls) - _MOST_REMEMBERED)]:
            del self._calls[forgotten.id]
        self._calls[call.id] = call
        task = asyncio.get_running_loop().create_task(self._hold(call))
        self._tasks[call.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(call.id, None))

    async def release(self, identifier: str) -> None:
        """End a call, if it has not ended, and return when it has.

        Raises:
            KeyError: there was never such a call.
        """
        call = self._calls[identifier]
        call.released.set()
        task = self._tasks.get(identifier)
        if task is None:
            return
        await asyncio.wait([task], timeout=_FAREWELL_S)
        if not task.done():
            task.cancel()
            await asyncio.wait([task])

    async def release_all(self, node: Node | None = None) -> None:
        """End every call, or those of one node."""
        ending = [call.id for call in self.under_way if node is None or call.node is node]
        await asyncio.gather(*(self.release(identifier) for identifier in ending))

    async def _hold(self, call: OutboundCall) -> None:
        try:
            await asyncio.wait_for(self._callers[call.protocol](call), LONGEST_CALL_S)
            call.state = CallState.ENDED
        except (CallFailed, NoAnswer, OSError, TimeoutError) as failed:
            call.state, call.reason = CallState.FAILED, str(failed) or type(failed).__name__
        except asyncio.CancelledError:
            call.state, call.reason = CallState.FAILED, "cut off"
            raise
        except Exception as failed:
            _logger.exception("a call to %s broke the lab", call.destination)
            call.state, call.reason = CallState.FAILED, f"the lab failed: {failed!r}"
        finally:
            for stream in call.media:
                stream.sock.close()
