"""What a TLS port accepts, as our own prober and as sslyze saw it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TlsService(StrEnum):
    """A service of the product that speaks TLS."""

    HTTPS = "https"
    SIP_TLS = "sip_tls"


class TlsVersion(StrEnum):
    """A version of the protocol, oldest first."""

    SSL_2 = "SSL 2"
    SSL_3 = "SSL 3"
    TLS_1_0 = "TLS 1.0"
    TLS_1_1 = "TLS 1.1"
    TLS_1_2 = "TLS 1.2"
    TLS_1_3 = "TLS 1.3"


class RefusedBy(StrEnum):
    """How a server lets a client know that it accepts nothing of what was offered."""

    ALERT = "alert"
    CLOSING = "closed"
    RESET = "reset"
    SILENCE = "silence"
    OTHER_VERSION = "other version"
    OTHER_PROTOCOL = "bytes that are not TLS"


class ClientCertificate(StrEnum):
    """Whether the server asks for a client certificate; TLS 1.3 does so under encryption."""

    REQUESTED = "requested"
    NOT_REQUESTED = "not requested"
    NOT_VISIBLE = "not visible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """How the offers of one version ended.

    Attributes:
        by: the sort of answer.
        detail: name of the alert, or the other version.
        confirmed: seen twice, the second time between two hellos that the server accepted;
            without that, only an alert or another version is a refusal.
    """

    by: RefusedBy
    detail: str = ""
    confirmed: bool = False

    def __str__(self) -> str:
        return f"{self.by} {self.detail}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSeen:
    """What one version came to.

    Attributes:
        version: the version.
        accepted: whether the server chose it when it was the newest one offered.
        suites: IANA names, in the order in which the server picked them (SSL 2: not listed, the
            client chooses).
        groups: named groups, in the order in which the server picked them; none before TLS 1.0.
        dh_bits: smallest finite-field prime seen, where there was one.
        refusal: how the offers ended; None where all that was offered was accepted.
    """

    version: TlsVersion
    accepted: bool
    suites: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    dh_bits: int | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsEndpointSeen:
    """Everything that one TLS port accepts.

    The versions that were accepted are the positive control of those that were not.

    Attributes:
        service: what answers there.
        address: that was connected to.
        port: that was connected to.
        server_name: sent in the hello, empty for none.
        versions: one entry a version, oldest first.
        client_certificate: whether the server asks for one.
        connections: how many were opened for this.
    """

    service: TlsService
    address: str
    port: int
    server_name: str
    versions: tuple[VersionSeen, ...]
    client_certificate: ClientCertificate
    connections: int

    @property
    def accepted(self) -> tuple[VersionSeen, ...]:
        """The versions that the server accepts."""
        return tuple(seen for seen in self.versions if seen.accepted)

    def suites(self, version: TlsVersion) -> tuple[str, ...]:
        """The suites that the server accepts in a version."""
        return next((seen.suites for seen in self.versions if seen.version is version), ())

    def is_accepted(self, version: TlsVersion) -> bool:
        """Whether the server accepts a version."""
        return any(seen.version is version for seen in self.accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionScanned:
    """What sslyze says of one version.

    Attributes:
        version: the version.
        accepted: suites that the server accepted, by IANA name.
        rejected: suites that it did not; with the accepted ones, all that sslyze is able to offer.
    """

    version: TlsVersion
    accepted: tuple[str, ...]
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SslyzeScanSeen:
    """What sslyze saw on one port; a version whose scan did not complete is missing.

    Attributes:
        service: what answers there.
        port: that was connected to.
        sslyze_version: for the record.
        versions: oldest first.
        groups_accepted: named curves that the server accepted.
        groups_rejected: those that it did not; with the accepted ones, all that sslyze is able to
            offer.
        incomplete: what sslyze could not scan, each with its reason.
    """

    service: TlsService
    port: int
    sslyze_version: str
    versions: tuple[VersionScanned, ...]
    groups_accepted: tuple[str, ...] = ()
    groups_rejected: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
