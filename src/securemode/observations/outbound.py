"""What a node sends when it calls, and what it thinks of the certificate that it meets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from securemode.observations.client_hello import ClientHelloSeen  # noqa: TC001 - pydantic reads it


class PeerSort(StrEnum):
    """The peers that a node is made to call, by the certificate that each shows."""

    PROPER = "proper"
    ADDRESS_ONLY = "address_only"
    EXPIRED = "expired"
    OTHER_NAME = "other_name"
    UNTRUSTED = "untrusted"


class CallEnd(StrEnum):
    """How far the node went."""

    INVITED = "invited"
    ALERT = "alert"
    CLOSED = "closed"
    MUTE = "mute"
    NO_TLS = "no TLS"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOffered:
    """One media description of an offer, with what the session says for all of them.

    Keys are not among it: they would decrypt the call.

    Attributes:
        kind: "audio", "video", "application".
        port: 0 where the medium is not wanted.
        profile: "RTP/SAVP".
        crypto: suites of SDES, in the order of preference.
        leaves_in_clear: whether a crypto line asks for packets that are not encrypted.
        has_fingerprint: whether DTLS-SRTP is offered.
        feedback: rtcp-fb attributes.
    """

    kind: str
    port: int
    profile: str
    crypto: tuple[str, ...] = ()
    leaves_in_clear: bool = False
    has_fingerprint: bool = False
    feedback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteSeen:
    """The INVITE of a call.

    Attributes:
        uri: that is called.
        headers: name in lower case and full form, and value; credentials are left out.
        media: as its session description offers them; None where it has none that can be read.
    """

    uri: str
    headers: tuple[tuple[str, str], ...]
    media: tuple[MediaOffered, ...] | None = None

    def header(self, name: str) -> str:
        """All values of a header, joined by commas; empty without one."""
        return ", ".join(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundCallSeen:
    """One call that a node placed to a peer of ours.

    Attributes:
        node: its name.
        sort: the certificate that the peer showed.
        called: where the node was told to call, without the token that tells our calls apart.
        ended: how far it went.
        certificate_shown: whether the node was shown the certificate.
        established: whether the node completed TLS.
        version: of TLS that was agreed; empty where none was.
        suite: likewise, as OpenSSL calls it.
        alert: by which the node refused.
        detail: words of the TLS library.
        caller: address from which the node called.
        strangers: addresses of others that called meanwhile; they were not answered.
        hello: what the node offered; None where its first bytes were no ClientHello.
        invite: what came after the handshake.
        dscp: the different marks of the packets with data; empty where they could not be seen.
    """

    node: str
    sort: PeerSort
    called: str
    ended: CallEnd
    certificate_shown: bool
    established: bool
    version: str = ""
    suite: str = ""
    alert: str = ""
    detail: str = ""
    caller: str = ""
    strangers: tuple[str, ...] = ()
    hello: ClientHelloSeen | None = None
    invite: InviteSeen | None = None
    dscp: tuple[int, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Whether the node took the certificate: it sent its INVITE."""
        return self.ended is CallEnd.INVITED

    @property
    def is_refused(self) -> bool:
        """Whether the node saw the certificate and would not have it: it said so, or hung up."""
        return self.certificate_shown and self.ended in {CallEnd.ALERT, CallEnd.CLOSED}

    def __str__(self) -> str:
        if self.is_accepted:
            return "accepted"
        if self.is_refused:
            how = self.alert or ("after the handshake" if self.established else "in the handshake")
            return f"refused ({self.ended} {how})"
        said = " ".join(part for part in (self.alert, self.detail) if part)
        return f"{self.ended} ({said})" if said else str(self.ended)
