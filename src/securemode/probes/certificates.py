"""The chains that a TLS port serves, whether or not it demands a certificate of us."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from securemode.certificates import NotReadable, read_der
from securemode.errors import Interrupted, Refused, TimedOut, UnexpectedAnswer, Unreachable
from securemode.evidence import now
from securemode.observations.certificates import (
    EphemeralKey,
    ServedCertificatesSeen,
    ServedChain,
)
from securemode.observations.tls import TlsService, TlsVersion
from securemode.probes.probe import Connection
from securemode.probes.tls_registry import GROUPS, SUITES, SUITES_OF_TLS_1_3
from securemode.probes.web_client import tolerant_context
from securemode.probes.wire.client_hello import TLS_1_2, TLS_1_3, Answer, Hello, exchange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.errors import CannotLook
    from securemode.observations.certificates import CertificateFacts
    from securemode.probes.probe import Access
    from securemode.targets import Node

ATTEMPTS = 2
PAUSE_BEFORE_RETRY_S = 0.2
MOST_CONNECTIONS = 11 * ATTEMPTS
_VERSION = {TLS_1_2: TlsVersion.TLS_1_2, TLS_1_3: TlsVersion.TLS_1_3}
_SUITES_OF = {
    "RSA": ("TLS_ECDHE_RSA_WITH_", "TLS_DHE_RSA_WITH_", "TLS_RSA_WITH_"),
    "ECDSA": ("TLS_ECDHE_ECDSA_WITH_", "TLS_ECDH_ECDSA_WITH_"),
}
_APPROVED_CURVES = (
    *("secp256r1", "secp384r1", "secp521r1", "secp224r1"),
    *("sect233", "sect283", "sect409", "sect571"),
)
_NEW_CURVES = ("x25519", "x448")
_NO_CURVES = ("ffdhe", "MLKEM", "Kyber")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCertificates:
    """Every chain that one TLS port serves, and the parameters of its ephemeral keys.

    Over TLS 1.2 the chain is read from a handshake that is never completed, once for RSA and once
    for ECDSA certificates; over TLS 1.3 it is encrypted, and a TLS library reads it.

    Attributes:
        target: the node.
        service: what answers there.
        port: the product's own port number of that service.

    Source: guide, "TLS certificates".
    """

    name: ClassVar[str] = "served-certificates"
    observes: ClassVar[type] = ServedCertificatesSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    volatile: ClassVar[frozenset[str]] = frozenset(
        {
            "looked_at",
            "chains.certificates.pem",
            "chains.certificates.key_fingerprint",
            "chains.certificates.not_before",
        }
    )
    identity: ClassVar[frozenset[str]] = frozenset(
        {"chains.certificates.fingerprint", "chains.certificates.not_after"}
    )

    target: Node
    service: TlsService = TlsService.HTTPS
    port: int = 443

    def connections(self) -> tuple[Connection, ...]:
        """A handshake for each sort of certificate and group, twice where one fails."""
        port = str(self.target.port(self.port))
        return (Connection("tls", self.target.address, port, MOST_CONNECTIONS),)

    def look(self, access: Access) -> ServedCertificatesSeen:
        """Ask for every sort of chain, then for every family of groups.

        Raises:
            Refused, TimedOut, Unreachable: there is no connection.
            UnexpectedAnswer: no chain is served over TLS 1.2 or 1.3, or what is no certificate.
        """
        looked_at = now()
        server_name = self.target.fqdn.rstrip(".")
        line = _Line(self.target.address, self.target.port(self.port), server_name, access)
        chains = tuple(self._chains(line))
        if not chains:
            raise UnexpectedAnswer(
                f"{line} serves no certificate over TLS 1.2 or TLS 1.3",
                remedy="see which versions of TLS it accepts (WIZ-12, WIZ-14).",
            )
        versions = dict.fromkeys(chain.version for chain in chains)
        return ServedCertificatesSeen(
            service=self.service,
            address=line.address,
            port=line.port,
            server_name=server_name,
            looked_at=looked_at,
            chains=chains,
            ephemeral=tuple(_ephemeral_keys(line, versions)),
        )

    @staticmethod
    def _chains(line: _Line) -> Iterator[ServedChain]:
        for sort, prefixes in _SUITES_OF.items():
            answer = line.ask(Hello(TLS_1_2, _suites(*prefixes), _groups(), line.server_name))
            if answer.kind == "hello" and answer.version == TLS_1_2 and answer.certificates:
                yield ServedChain(
                    version=TlsVersion.TLS_1_2,
                    offered=sort,
                    certificates=line.read(answer.certificates),
                )
        if served := line.chain_of_tls_1_3():
            yield ServedChain(
                version=TlsVersion.TLS_1_3, offered="any", certificates=line.read(served)
            )


def _suites(*prefixes: str) -> tuple[int, ...]:
    return tuple(number for number, name in SUITES.items() if name.startswith(prefixes))


def _groups() -> tuple[int, ...]:
    return tuple(GROUPS)


def _families() -> dict[str, tuple[int, ...]]:
    """Curves by how they may come about: approved, of the library's own choice, or set by hand."""
    families: dict[str, list[int]] = {
        "approved curves": [],
        "other curves": [],
        "X25519 and X448": [],
    }
    for number, name in GROUPS.items():
        if name.startswith(_APPROVED_CURVES):
            families["approved curves"].append(number)
        elif name in _NEW_CURVES:
            families["X25519 and X448"].append(number)
        elif not any(part in name for part in _NO_CURVES):
            families["other curves"].append(number)
    return {name: tuple(numbers) for name, numbers in families.items()}


def _ephemeral_keys(line: _Line, versions: dict[TlsVersion, None]) -> Iterator[EphemeralKey]:
    """What the server chooses from each family, over the oldest version that it serves."""
    is_12 = TlsVersion.TLS_1_2 in versions
    version = TLS_1_2 if is_12 else TLS_1_3
    finite = _suites("TLS_DHE_RSA_WITH_", "TLS_DHE_DSS_WITH_")
    if is_12:
        hello = Hello(TLS_1_2, finite, (), line.server_name, finite=frozenset(finite))
        if (answer := line.ask(hello)).dh_bits:
            yield EphemeralKey(
                offered="finite field", version=TlsVersion.TLS_1_2, dh_bits=answer.dh_bits
            )
    elliptic = _suites("TLS_ECDHE_RSA_WITH_", "TLS_ECDHE_ECDSA_WITH_")
    suites = elliptic if is_12 else tuple(SUITES_OF_TLS_1_3)
    for family, groups in _families().items():
        hello = Hello(version, suites, groups, line.server_name, elliptic=frozenset(elliptic))
        answer = line.ask(hello)
        if answer.kind == "hello" and answer.group:
            name = GROUPS.get(answer.group, f"group {answer.group}")
            yield EphemeralKey(offered=family, version=_VERSION[version], group=name)


class _Line:
    """The way to one port; every question is tried twice."""

    def __init__(self, address: str, port: int, server_name: str, access: Access) -> None:
        self.address = address
        self.port = port
        self.server_name = server_name
        self._access = access

    def __str__(self) -> str:
        return f"port {self.port} of {self.address}"

    def ask(self, hello: Hello) -> Answer:
        """One hello and what is said to it; a silent or broken answer is an answer too."""
        try:
            return asyncio.run(self._asked(hello))
        except OSError as error:
            raise _no_connection(self, error) from error

    async def _asked(self, hello: Hello) -> Answer:
        for attempt in range(ATTEMPTS):
            self._go_on()
            try:
                return await exchange(self.address, self.port, hello, self._access.timeout_s)
            except OSError:
                if attempt + 1 == ATTEMPTS:
                    raise
                await asyncio.sleep(PAUSE_BEFORE_RETRY_S)
        raise AssertionError

    def chain_of_tls_1_3(self) -> tuple[bytes, ...]:
        """The chain of a TLS 1.3 handshake; empty where the server does not take part in one."""
        context = tolerant_context(None)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        for attempt in range(ATTEMPTS):
            self._go_on()
            try:
                return self._handshake(context)
            except ssl.SSLError:
                return ()
            except OSError:
                if attempt + 1 < ATTEMPTS:
                    time.sleep(PAUSE_BEFORE_RETRY_S)
        return ()

    def _handshake(self, context: ssl.SSLContext) -> tuple[bytes, ...]:
        where = (self.address, self.port)
        with (
            socket.create_connection(where, self._access.timeout_s) as connection,
            context.wrap_socket(connection, server_hostname=self.server_name or None) as secured,
        ):
            return _served_to(secured)

    def _go_on(self) -> None:
        if self._access.cancelled.is_set():
            raise Interrupted(f"{self} was being looked at when the run was stopped")

    def read(self, chain: tuple[bytes, ...]) -> tuple[CertificateFacts, ...]:
        """The facts of a chain.

        Raises:
            UnexpectedAnswer: one of them is no certificate.
        """
        try:
            return tuple(map(read_der, chain))
        except NotReadable as error:
            raise UnexpectedAnswer(f"{self} serves what is no certificate: {error}") from error


def _served_to(secured: ssl.SSLSocket) -> tuple[bytes, ...]:
    """The chain as it was sent; Python has a public name for it from 3.13 on."""
    connection: Any = secured
    if hasattr(connection, "get_unverified_chain"):
        return tuple(connection.get_unverified_chain() or ())
    sent = connection._sslobj.get_unverified_chain()  # noqa: SLF001 - its name before 3.13
    return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in sent or ())


def _no_connection(line: _Line, error: OSError) -> CannotLook:
    if isinstance(error, TimeoutError):
        return TimedOut(f"{line} answered no connection, {ATTEMPTS} tries")
    if isinstance(error, ConnectionError):
        return Refused(f"{line} refuses connections, {ATTEMPTS} tries")
    return Unreachable(f"{line} cannot be reached: {error.strerror or error}")
