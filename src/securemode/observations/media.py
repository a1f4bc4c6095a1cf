"""How the media of a call came that a node placed."""

from __future__ import annotations

from dataclasses import dataclass

from securemode.observations.outbound import CallEnd  # noqa: TC001 - pydantic reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFlowSeen:
    """The RTP packets that a node sent to us in a call that we answered.

    Attributes:
        node: its name.
        called: where the node was told to call.
        ended: how far the node went before it was answered.
        detail: why nothing could be answered; empty where the call was.
        caller: address from which the node called.
        packets: RTP packets from the node that were taken.
        dscp: their different marks.
        others: datagrams that were something else, or came from elsewhere.
    """

    node: str
    called: str
    ended: CallEnd
    detail: str = ""
    caller: str = ""
    packets: int = 0
    dscp: tuple[int, ...] = ()
    others: int = 0

    def __str__(self) -> str:
        marks = ", ".join(map(str, self.dscp)) or "none"
        return f"{self.node}: DSCP {marks} on {self.packets} packets"
