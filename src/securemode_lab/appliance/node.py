"""One machine: switched on and off, and in between obeying the behaviour that it is given."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from securemode_lab.appliance.listeners import Endpoint, Listener, Server, Service, endpoints
from securemode_lab.appliance.tls import leave_verification_to_application, server_context
from securemode_lab.appliance.wiring import wire

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import Kind, NodeBehaviour
    from securemode_lab.network.attachment import Attachment
    from securemode_lab.services.pki import ServerCertificate

_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL."""
_SETTLING_INTERVAL_S = 0.005


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What a node is called and where it belongs.

    Attributes:
        name: short, as the suite shows it: "mgmt", "conf1".
        kind: Management Node or Conferencing Node.
        fqdn: the configured name.
        location: name of its location; empty for the Management Node.
        key: of its row in the configuration.
    """

    name: str
    kind: Kind
    fqdn: str
    location: str
    key: int


@dataclass(frozen=True, slots=True)
class Orders:
    """Everything that a node is told at one time.

    Attributes:
        behaviour: what can be seen of it.
        certificate: what its TLS ports show.
        client_authorities: PEM of those whose client certificates the web port asks for, or empty.
        client_verification: whether a handshake without one fails.
        client_lapse: whether certificates of clients are accepted after their end (a defect).
    """

    behaviour: NodeBehaviour
    certificate: ServerCertificate
    client_authorities: str = ""
    client_verification: ssl.VerifyMode = ssl.CERT_OPTIONAL
    client_lapse: bool = False


class Software(Protocol):
    """The programs of a node."""

    def apply(self, behaviour: NodeBehaviour) -> None:
        """Behave like this from now on."""

    def server(self, endpoint: Endpoint, context: ssl.SSLContext | None) -> Server:
        """What serves one socket of an open port."""


class Node:
    """One node: an attachment to the network, open ports, and programs behind them."""

    def __init__(self, nameplate: Nameplate, attachment: Attachment, software: Software) -> None:
        self.nameplate = nameplate
        self.attachment = attachment
        self.boot_time: datetime | None = None
        self._software = software
        self._listeners: dict[Service, Listener] = {}
        self._orders: Orders | None = None
        self._busy = asyncio.Lock()

    @property
    def is_on(self) -> bool:
        """Whether the node runs."""
        return self._orders is not None

    @property
    def behaviour(self) -> NodeBehaviour | None:
        """How it behaves, None while it is off."""
        return self._orders.behaviour if self._orders else None

    @property
    def certificate(self) -> ServerCertificate | None:
        """What its TLS ports show, None while it is off."""
        return self._orders.certificate if self._orders else None

    async def power_on(self, orders: Orders) -> None:
        """Start, and return once every service answers."""
        async with self._busy:
            self.boot_time = datetime.now(UTC)
            self.attachment.power_on(wire(orders.behaviour, ()))
            await self._obey(orders)
            while not self.attachment.is_settled():  # noqa: ASYNC110 - the kernel raises no event
                await asyncio.sleep(_SETTLING_INTERVAL_S)

    async def power_off(self) -> None:
        """Stop answering altogether; connections end."""
        async with self._busy:
            for listener in self._listeners.values():
                await listener.close(disconnect=True)
            self._listeners = {}
            self._orders = None
            self.attachment.power_off()

    async def obey(self, orders: Orders) -> None:
        """Behave like this from now on; a node that is off learns it when it starts."""
        async with self._busy:
            if self._orders is not None and self._orders != orders:
                await self._obey(orders)

    async def _obey(self, orders: Orders) -> None:
        """Close what must close, exchange TLS where it differs, open what must open.

        The packet filter lets a port through only while something listens there.
        """
        before, self._orders = self._orders, orders
        self._software.apply(orders.behaviour)
        wanted = {endpoint.service: endpoint for endpoint in endpoints(orders.behaviour)}
        gone = [s for s, old in self._listeners.items() if _moved(old.endpoint, wanted.get(s))]
        if gone:
            closing = [self._listeners.pop(service) for service in gone]
            self._set_wire()
            for old in closing:
                await old.close()
        for service, endpoint in wanted.items():
            listener = self._listeners.get(service)
            if listener is None:
                await self._serve(self._opened(endpoint), endpoint, orders)
            elif _needs_new_server(listener.endpoint, endpoint, before, orders):
                await self._serve(listener, endpoint, orders)
        self._set_wire()

    def _opened(self, endpoint: Endpoint) -> Listener:
        sockets = self.attachment.sockets(endpoint.transport, endpoint.port)
        if not endpoint.ipv6:
            for sock in [sock for sock in sockets if sock.family == socket.AF_INET6]:
                sockets.remove(sock)
                sock.close()
        listener = self._listeners[endpoint.service] = Listener(endpoint, sockets)
        return listener

    async def _serve(self, listener: Listener, endpoint: Endpoint, orders: Orders) -> None:
        context = _context(endpoint, orders)
        await listener.serve(endpoint, partial(self._software.server, endpoint, context))

    def _set_wire(self) -> None:
        assert self._orders is not None
        opened = [listener.endpoint for listener in self._listeners.values()]
        self.attachment.set_wire(wire(self._orders.behaviour, opened))


def _moved(old: Endpoint, new: Endpoint | None) -> bool:
    return new is None or _place(old) != _place(new)


def _place(endpoint: Endpoint) -> tuple[str, int, bool]:
    return endpoint.transport, endpoint.port, endpoint.ipv6


def _needs_new_server(old: Endpoint, new: Endpoint, before: Orders | None, now: Orders) -> bool:
    """Most things reach the programs by `apply`; what is fixed when a server starts does not."""
    if old != new or before is None:
        return True
    return new.tls is not None and _showing(before) != _showing(now)


def _showing(orders: Orders) -> tuple[object, ...]:
    """What TLS ports show and demand."""
    clients = (orders.client_authorities, orders.client_verification, orders.client_lapse)
    return (orders.certificate, *clients)


def _context(endpoint: Endpoint, orders: Orders) -> ssl.SSLContext | None:
    if endpoint.tls is None:
        return None
    if endpoint.service is not Service.HTTPS:
        return server_context(endpoint.tls, orders.certificate)
    context = server_context(
        endpoint.tls, orders.certificate, orders.client_authorities, orders.client_verification
    )
    if orders.client_authorities and orders.client_verification is ssl.CERT_OPTIONAL:
        leave_verification_to_application(context)
    if orders.client_lapse:
        context.verify_flags |= _NO_CHECK_TIME
    return context
