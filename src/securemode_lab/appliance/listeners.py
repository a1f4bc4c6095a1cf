"""Listening ports of a node: which there are, and how servers change behind them without a gap."""

from __future__ import annotations

import asyncio
import weakref
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterable

    from securemode_lab.appliance.behaviour import Tls
    from securemode_lab.appliance.derive import NodeBehaviour

_HANDSHAKE_TIMEOUT_S = 20


class Service(StrEnum):
    """What can listen on a node."""

    SSH = "ssh"
    HTTP = "http"
    HTTPS = "https"
    SNMP = "snmp"
    SIP_UDP = "sip-udp"
    SIP_TCP = "sip-tcp"
    SIP_TLS = "sip-tls"
    H323 = "h323"
    RAS = "ras"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One port on which a service listens.

    Attributes:
        service: what listens.
        transport: "tcp" or "udp".
        port: its number.
        tls: what it accepts, None without TLS.
        serves: which of its programs a service runs here, where it has several.
        ipv6: whether it is open on IPv6 too.
    """

    service: Service
    transport: str
    port: int
    tls: Tls | None = None
    serves: str = ""
    ipv6: bool = True


def endpoints(behaviour: NodeBehaviour) -> tuple[Endpoint, ...]:
    """Every port that is open on a node behaving like this.

    Source: the facts, section 5.
    """
    wanted: list[Endpoint] = []
    if behaviour.web:
        wanted.append(Endpoint(Service.HTTPS, "tcp", 443, behaviour.https))
    if behaviour.web and behaviour.http != "closed":
        wanted.append(Endpoint(Service.HTTP, "tcp", 80, serves=behaviour.http))
    if behaviour.ssh:
        wanted.append(Endpoint(Service.SSH, "tcp", 22))
    if behaviour.snmp.mode != "DISABLED":
        wanted.append(Endpoint(Service.SNMP, "udp", 161))
    if behaviour.sip_udp is not None:
        wanted.append(Endpoint(Service.SIP_UDP, "udp", behaviour.sip_udp))
    if behaviour.sip_tcp is not None:
        wanted.append(Endpoint(Service.SIP_TCP, "tcp", behaviour.sip_tcp))
    if behaviour.sip_tls is not None:
        wanted.append(Endpoint(Service.SIP_TLS, "tcp", behaviour.sip_tls, behaviour.sip))
    if behaviour.h323:
        wanted.append(Endpoint(Service.H323, "tcp", 1720))
        wanted.append(Endpoint(Service.RAS, "udp", 1719))
    if behaviour.stray_port is not None:
        wanted.append(Endpoint(Service.STRAY, "tcp", behaviour.stray_port))
    return tuple(replace(endpoint, ipv6=behaviour.ipv6) for endpoint in wanted)


class Server(Protocol):
    """Serves one bound socket and owns it from then on."""

    async def start(self, sock: socket.socket) -> None:
        """Begin to serve."""

    async def stop(self) -> None:
        """Stop serving and close the socket."""


class Connected(Protocol):
    """A protocol that knows its connection; None before and after."""

    transport: asyncio.Transport | None


class Acceptor(Protocol):
    """Makes the protocol of each connection and knows those that are there, as aiohttp's does."""

    @property
    def connections(self) -> Iterable[Connected]:
        """Protocols of the connections."""

    def __call__(self) -> asyncio.Protocol:
        """The protocol of one more connection."""


class Remembering:
    """An `Acceptor` out of a protocol."""

    def __init__(self, factory: Callable[[], asyncio.Protocol]) -> None:
        self._factory = factory
        self._protocols: weakref.WeakSet[Any] = weakref.WeakSet()

    @property
    def connections(self) -> list[Connected]:
        """Protocols of the connections."""
        return list(self._protocols)

    def __call__(self) -> asyncio.Protocol:
        """The protocol of one more connection."""
        protocol = self._factory()
        self._protocols.add(protocol)
        return protocol


class Mute(asyncio.Protocol):
    """A connection that is accepted, and that is all."""

    transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember what to cut."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport


class StreamServer:
    """Serves connections with a protocol, over TLS where there is a context."""

    def __init__(self, acceptor: Acceptor, context: ssl.SSLContext | None = None) -> None:
        self._acceptor = acceptor
        self._context = context
        self._server: asyncio.Server | None = None

    async def start(self, sock: socket.socket) -> None:
        """Accept connections on a listening socket."""
        timeout = None if self._context is None else _HANDSHAKE_TIMEOUT_S
        self._server = await asyncio.get_running_loop().create_server(
            self._acceptor, sock=sock, ssl=self._context, ssl_handshake_timeout=timeout
        )

    async def stop(self) -> None:
        """Accept nothing more; connections that are there stay."""
        if self._server is not None:
            self._server.close()

    def disconnect(self) -> None:
        """Cut every connection."""
        for protocol in list(self._acceptor.connections):
            if protocol.transport is not None:
                protocol.transport.abort()


class DatagramServer:
    """Serves datagrams with a protocol."""

    def __init__(self, factory: Callable[[], asyncio.DatagramProtocol]) -> None:
        self._factory = factory
        self._transport: asyncio.BaseTransport | None = None

    async def start(self, sock: socket.socket) -> None:
        """Receive on a bound socket."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(self._factory, sock=sock)

    async def stop(self) -> None:
        """Receive nothing more."""
        if self._transport is not None:
            self._transport.close()


class ServerOnDemand:
    """Waits on a listening socket and makes the real server when the first client is there.

    For servers that are dear to make and that most clients never ask for.
    """

    def __init__(self, make: Callable[[], Server]) -> None:
        self._make = make
        self._waiting: socket.socket | None = None
        self._starting: asyncio.Task[None] | None = None
        self._server: Server | None = None

    async def start(self, sock: socket.socket) -> None:
        """Wait for a client."""
        self._waiting = sock
        asyncio.get_running_loop().add_reader(sock, self._wake, sock)

    async def stop(self) -> None:
        """Stop waiting or serving."""
        if self._waiting is not None:
            asyncio.get_running_loop().remove_reader(self._waiting)
            self._waiting.close()
            self._waiting = None
        if self._starting is not None:
            await self._starting
        if self._server is not None:
            await self._server.stop()

    def _wake(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(sock)
        self._waiting = None
        self._starting = loop.create_task(self._serve(sock))

    async def _serve(self, sock: socket.socket) -> None:
        self._server = self._make()
        await self._server.start(sock)


class Listener:
    """One open port: its sockets, one for each address, and the servers behind them.

    The servers work on duplicates of the sockets, so that other servers can take over, with another
    TLS context for example, while new connections queue up on the sockets themselves.
    """

    def __init__(self, endpoint: Endpoint, sockets: list[socket.socket]) -> None:
        self.endpoint = endpoint
        self._sockets = sockets
        self._servers: list[Server] = []

    async def serve(self, endpoint: Endpoint, server: Callable[[], Server]) -> None:
        """Serve with new servers instead of those before."""
        self.endpoint = endpoint
        before, self._servers = self._servers, []
        for old in before:
            await old.stop()
        for sock in self._sockets:
            new = server()
            await new.start(sock.dup())
            self._servers.append(new)

    async def close(self, *, disconnect: bool = False) -> None:
        """Close the port, and its connections as well if asked to."""
        for server in self._servers:
            await server.stop()
            if disconnect and isinstance(server, StreamServer):
                server.disconnect()
        for sock in self._sockets:
            sock.close()
        self._servers = []
