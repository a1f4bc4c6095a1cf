"""The mark of the media that a node sends in a call which we answer."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unsupported
from securemode.observations.media import MediaFlowSeen
from securemode.observations.outbound import CallEnd, PeerSort
from securemode.probes.calls import PATIENCE, to_the_api
from securemode.probes.outbound import MOST_CONNECTIONS, OutboundCall
from securemode.probes.probe import Connection
from securemode.probes.session_answer import NotAnswerableError, audio_answer
from securemode.probes.sip_messages import session_in
from securemode.probes.wire import answered_call, media_marks, outbound_sip

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.probes.wire.media_marks import Hearing
    from securemode.probes.wire.tls_stream import TlsStream
    from securemode.targets import Node

ENOUGH_PACKETS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFlow:
    """The RTP packets of a call that a Conferencing Node is made to place, and that we answer.

    Audio is taken, all else refused; nothing is sent. The mark is read from each packet. The call
    is ended by BYE after some packets, and released at the Management Node.

    Attributes:
        target: the Conferencing Node.
        management: the Management Node, which has it call.
        host: name of the trap.
        addresses: of the trap, on which the call and its media are taken.
        port: of the SIP peer.
        media_port: where the media is to flow.

    Source: guide, section "Locations" (DSCP value for media); RFC 3264, RFC 3550, RFC 2474.
    """

    name: ClassVar[str] = "media-flow"
    observes: ClassVar[type] = MediaFlowSeen
    intrusive: ClassVar[str | None] = "media_flow"
    simultaneous: ClassVar[int] = 2
    takes_s: ClassVar[float] = 1.5
    volatile: ClassVar[frozenset[str]] = frozenset({"packets", "others"})

    target: Node
    management: Node
    host: str
    addresses: tuple[str, ...]
    port: int
    media_port: int

    def connections(self) -> tuple[Connection, ...]:
        """The call and its media, from the node to this machine; and the placing of the call."""
        port, media = str(self.port), str(self.media_port)
        calls = [Connection("tls", one, port, MOST_CONNECTIONS) for one in self.addresses]
        packets = [Connection("udp", one, media, ENOUGH_PACKETS) for one in self.addresses]
        return (*calls, *packets, to_the_api(self.management))

    def look(self, access: Access) -> MediaFlowSeen:
        """Have the node call, answer, listen, end the call, and have it released.

        Raises:
            TimedOut: the node did not call.
            Unsupported: the call or its media cannot be taken where they should.
            CannotLook: the Management Node does not have the node call.
        """
        call = OutboundCall(
            target=self.target,
            management=self.management,
            sort=PeerSort.PROPER,
            host=self.host,
            addresses=self.addresses,
            port=self.port,
        )
        with contextlib.ExitStack() as stack:
            hearing = self._awaited(access, stack)
            peer = _Listener(self, hearing, PATIENCE * access.timeout_s / 2)
            taken, _, _ = call.taken(access, peer.converse)
        return MediaFlowSeen(
            node=self.target.name,
            called=call.called,
            ended=CallEnd(taken.ended),
            detail=peer.detail or taken.detail,
            caller=taken.caller[0],
            packets=peer.heard.packets,
            dscp=peer.heard.dscp,
            others=peer.heard.others,
        )

    def _awaited(self, access: Access, stack: contextlib.ExitStack) -> Hearing:
        """Listen for the media of the node until the stack ends."""
        places = [(address, self.media_port) for address in self.addresses]
        try:
            return stack.enter_context(access.media_board.expecting(places, self.target.addresses))
        except OSError as error:
            raise Unsupported(
                f"this machine cannot take media at port {self.media_port} of "
                f"{', '.join(self.addresses)}: {error.strerror or error}.",
                remedy="state addresses of this machine under trap:, and a free media_port.",
            ) from error


@dataclass(slots=True)
class _Listener:
    """Answers one call and listens to its media."""

    flow: MediaFlow
    hearing: Hearing
    patience_s: float
    heard: media_marks.Heard = field(default_factory=media_marks.Heard)
    detail: str = ""

    def converse(self, stream: TlsStream, invite: bytes) -> None:
        """Take the audio that is offered; decline where there is none that can be taken."""
        try:
            session = audio_answer(session_in(invite), self.flow.addresses, self.flow.media_port)
        except NotAnswerableError as error:
            self.detail = str(error)
            outbound_sip.decline(stream, invite)
            return
        place = f"{self.flow.host}:{self.flow.port}"
        answered_call.answer(stream, invite, session, place, self._listen)

    def _listen(self) -> None:
        until = time.monotonic() + self.patience_s
        self.heard = self.hearing.heard(until, ENOUGH_PACKETS)
