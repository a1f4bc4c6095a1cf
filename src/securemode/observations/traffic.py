"""What the packets show that a node sends: their DSCP, and the MTU that it announces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    """Whose port is asked."""

    SNMP = "SNMP"
    HTTPS = "HTTPS"
    SIP_UDP = "SIP over UDP"
    SIP_TCP = "SIP over TCP"
    SIP_TLS = "SIP over TLS"
    H323 = "H.323 call signalling"
    RAS = "H.323 RAS"
    RTMP = "RTMP"

    @property
    def transport(self) -> str:
        """What carries it: "udp" or "tcp"."""
        return "udp" if self in {Service.SNMP, Service.SIP_UDP, Service.RAS} else "tcp"


class AnswerState(StrEnum):
    """What came of a question."""

    ANSWERED = "answered"
    SILENT = "silent"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedAnswer:
    """One answer and the marks of its packets.

    Attributes:
        service: that was asked.
        address: that was asked.
        port: that was asked.
        state: what came.
        dscp: the different marks of the packets that carried the answer; empty where none could
            be seen.
        means: how the marks were seen; empty where they could not be.
        detail: why they could not be, in the words of the operating system.
    """

    service: Service
    address: str
    port: int
    state: AnswerState
    dscp: tuple[int, ...] = ()
    means: str = ""
    detail: str = ""

    def __str__(self) -> str:
        family = "IPv6" if ":" in self.address else "IPv4"
        marks = " and ".join(map(str, self.dscp))
        return f"{self.service.value} over {family} {marks or self.state.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficMarksSeen:
    """The marks of everything that a node answered.

    Attributes:
        node: its name.
        serves_users_on_web_port: whether users, too, are answered on the web port, so that its mark
            need not be that of management.
        answers: one a service and address.
    """

    node: str
    serves_users_on_web_port: bool
    answers: tuple[MarkedAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedMtu:
    """The MTU that follows from the segment size which a node announces at one address.

    Attributes:
        address: that was connected to.
        port: likewise.
        segment_bytes: as our side uses it.
        has_timestamps: whether 12 bytes of each segment are timestamps.
        mtu_bytes: of the node, or of our own way where that is smaller.
        own_mtu_bytes: of our own way.
        failure: why there is no connection; the numbers are 0 then.
    """

    address: str
    port: int
    segment_bytes: int = 0
    has_timestamps: bool = False
    mtu_bytes: int = 0
    own_mtu_bytes: int = 0
    failure: str = ""

    def __str__(self) -> str:
        family = "IPv6" if ":" in self.address else "IPv4"
        return f"{self.mtu_bytes} over {family}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSizeSeen:
    """What a node announces at each of its addresses."""

    node: str
    announced: tuple[AnnouncedMtu, ...]
