"""Everything that a TLS port accepts, seen by our own ClientHellos."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import (
    CannotLook,
    Interrupted,
    Refused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)
from securemode.observations.tls import (
    ClientCertificate,
    Refusal,
    RefusedBy,
    TlsEndpointSeen,
    TlsService,
    TlsVersion,
    VersionSeen,
)
from securemode.probes.probe import Connection
from securemode.probes.tls_registry import GROUPS, SUITES, SUITES_OF_TLS_1_3, alert_name
from securemode.probes.tls_walk import VERSIONS, ControlLost, Offer, Walk, walk_endpoint
from securemode.probes.wire.client_hello import Answer, Hello, exchange

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Node

_AT_ONCE = 4
_MOST_CONNECTIONS = 800
_PAUSE_BEFORE_RETRY_S = 0.2
_NAMES = SUITES | SUITES_OF_TLS_1_3
_VERSION = dict(zip(VERSIONS, TlsVersion, strict=True))
_REFUSED_BY = {
    "alert": RefusedBy.ALERT,
    "closed": RefusedBy.CLOSING,
    "reset": RefusedBy.RESET,
    "silence": RefusedBy.SILENCE,
    "foreign": RefusedBy.OTHER_PROTOCOL,
    "hello": RefusedBy.OTHER_VERSION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsEndpoint:
    """The versions, suites and groups that one TLS port accepts, forgotten ones included.

    Attributes:
        target: the node.
        service: what answers there.
        port: the product's own port number of that service.
    """

    name: ClassVar[str] = "tls-endpoint"
    observes: ClassVar[type] = TlsEndpointSeen
    intrusive: ClassVar[str | None] = None
    volatile: ClassVar[frozenset[str]] = frozenset({"connections"})
    surface: ClassVar[frozenset[str]] = frozenset({"versions.accepted", "versions.suites"})

    target: Node
    service: TlsService = TlsService.HTTPS
    port: int = 443

    def connections(self) -> tuple[Connection, ...]:
        """One line: an upper bound that only a server which accepts every suite would reach."""
        port = str(self.target.port(self.port))
        return (Connection("tls", self.target.address, port, _MOST_CONNECTIONS),)

    def look(self, access: Access) -> TlsEndpointSeen:
        """Offer every version with every suite, at most four connections at a time.

        Raises:
            Refused: the port is closed, or every connection was closed without an answer.
            TimedOut: nothing answered, or the port stopped answering what it had accepted.
            Unreachable: there is no way to the node.
            UnexpectedAnswer: something answers there that accepts no version of TLS.
        """
        server_name = self.target.fqdn.rstrip(".")
        line = _Line(self.target.address, self.target.port(self.port), access)
        try:
            walks = asyncio.run(walk_endpoint(_offer(server_name), line.ask))
        except ControlLost as lost:
            raise _no_longer(line, lost.kind) from None
        except OSError as error:
            raise _no_connection(line, error) from error
        if not any(walk.accepted for walk in walks):
            raise _nothing_accepted(line, walks)
        return TlsEndpointSeen(
            service=self.service,
            address=line.address,
            port=line.port,
            server_name=server_name,
            versions=tuple(_version_seen(walk, line) for walk in walks),
            client_certificate=_client_certificate(walks),
            connections=line.opened,
        )


def _offer(server_name: str) -> Offer:
    """Every registered suite and group."""
    return Offer(
        suites=tuple(SUITES),
        suites_of_tls_1_3=tuple(SUITES_OF_TLS_1_3),
        groups=tuple(GROUPS),
        elliptic=_suites_named("TLS_ECDHE_", "TLS_ECDH_anon_", "OLD_TLS_ECDHE_"),
        finite=_suites_named("TLS_DHE_", "TLS_DH_anon_", "OLD_TLS_DHE_"),
        server_name=server_name,
    )


def _suites_named(*prefixes: str) -> frozenset[int]:
    """Suites of a key exchange; with a pre-shared key its message begins with something else."""
    return frozenset(
        number
        for number, name in SUITES.items()
        if name.startswith(prefixes) and "_PSK_" not in name
    )


class _Line:
    """The way to one port: counts connections, limits them, and tries a failed one once more."""

    def __init__(self, address: str, port: int, access: Access) -> None:
        self.address = address
        self.port = port
        self.opened = 0
        self._access = access
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def __str__(self) -> str:
        return f"port {self.port} of {self.address}"

    async def ask(self, hello: Hello) -> Answer:
        async with self._turns:
            try:
                return await self._connect(hello)
            except OSError:
                await asyncio.sleep(_PAUSE_BEFORE_RETRY_S)
                return await self._connect(hello)

    async def _connect(self, hello: Hello) -> Answer:
        if self._access.cancelled.is_set():
            raise Interrupted(f"{self} was being looked at when the run was stopped")
        if self.opened >= _MOST_CONNECTIONS:
            raise UnexpectedAnswer(f"{self} accepts whatever is offered: no TLS server does")
        self.opened += 1
        return await exchange(self.address, self.port, hello, self._access.timeout_s)


def _version_seen(walk: Walk, line: _Line) -> VersionSeen:
    return VersionSeen(
        version=_VERSION[walk.version],
        accepted=walk.accepted,
        suites=tuple(_NAMES[number] for number in walk.suites),
        groups=tuple(GROUPS[number] for number in walk.groups),
        dh_bits=walk.dh_bits or None,
        refusal=_refusal(walk, line),
    )


def _refusal(walk: Walk, line: _Line) -> Refusal | None:
    answer = walk.ending
    if answer is None:
        return None
    detail = ""
    if answer.kind == "malformed":
        raise UnexpectedAnswer(f"{line} answers {_VERSION[walk.version]} with what cannot be read")
    if answer.kind == "alert":
        detail = alert_name(answer.alert)
    elif answer.kind == "hello":
        if answer.version >= walk.version or answer.version not in _VERSION:
            raise UnexpectedAnswer(
                f"{line} was offered {_VERSION[walk.version]} and chose what was not offered: "
                f"version 0x{answer.version:04X}, suite 0x{answer.suite:04X}"
            )
        detail = _VERSION[answer.version]
    return Refusal(by=_REFUSED_BY[answer.kind], detail=detail, confirmed=walk.confirmed)


def _client_certificate(walks: list[Walk]) -> ClientCertificate:
    requests = {walk.certificate_requested for walk in walks if walk.accepted}
    if True in requests:
        return ClientCertificate.REQUESTED
    return ClientCertificate.NOT_REQUESTED if False in requests else ClientCertificate.NOT_VISIBLE


def _no_connection(line: _Line, error: OSError) -> CannotLook:
    if isinstance(error, TimeoutError):
        return TimedOut(f"{line} answered no connection, two tries")
    if isinstance(error, ConnectionError):
        return Refused(f"{line} refuses connections, two tries")
    return Unreachable(f"{line} cannot be reached: {error.strerror or error}")


def _no_longer(line: _Line, kind: str) -> CannotLook:
    message = (
        f"{line} stopped accepting what it had accepted before ({kind}): "
        "what it refused meanwhile says nothing"
    )
    error = TimedOut if kind == "silence" else UnexpectedAnswer
    return error(message, remedy="look again when the node has less to do")


def _nothing_accepted(line: _Line, walks: list[Walk]) -> CannotLook:
    kinds = {walk.ending.kind for walk in walks if walk.ending}
    if kinds == {"silence"}:
        return TimedOut(f"{line} takes connections but answers no ClientHello of any version")
    if kinds <= {"closed", "reset", "silence"}:
        return Refused(f"{line} takes connections and closes them at a ClientHello of any version")
    answers = sorted({str(_refusal(walk, line)) for walk in walks if walk.ending})
    return UnexpectedAnswer(f"{line} accepts no version of TLS: {', '.join(answers)}")
