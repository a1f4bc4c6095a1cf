"""The programs behind the open ports of a node: SSH and SNMP on each, the rest by its kind."""

from __future__ import annotations

import weakref
from functools import cached_property, partial
from typing import TYPE_CHECKING

from securemode_lab.appliance.h323 import CallSignalling, Registration
from securemode_lab.appliance.listeners import (
    Acceptor,
    DatagramServer,
    Mute,
    Remembering,
    Server,
    ServerOnDemand,
    Service,
    StreamServer,
)
from securemode_lab.appliance.sip import SipDatagrams, SipStream
from securemode_lab.appliance.snmp import SnmpAgent
from securemode_lab.appliance.web_node import NodeWeb, Redirect

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    import asyncssh
    from aiohttp import web

    from securemode_lab.appliance.console import ConsoleState
    from securemode_lab.appliance.derive import NodeBehaviour
    from securemode_lab.appliance.listeners import Endpoint
    from securemode_lab.appliance.ssh import SshServer
    from securemode_lab.appliance.web import ManagementWeb

_NET_SNMP_ENGINE = b"\x80\x00\x1f\x88\x04"
"""RFC 3411: enterprise 8072 (net-snmp), format 4 (text)."""


class HostKeys:
    """The SSH host keys of the lab, made when the first is needed and shared by its nodes.

    Args:
        rsa: PEM of an RSA key that is there already; making another would take as long as a node.
        all_of_them: each as PEM, where they were made before.
    """

    def __init__(self, rsa: str, all_of_them: tuple[bytes, ...] = ()) -> None:
        self._rsa = rsa
        self._made = all_of_them

    def __reduce__(self) -> tuple[type[HostKeys], tuple[str, tuple[bytes, ...]]]:
        """The keys go into a kept state as PEM, made for it where nobody has seen them yet."""
        return HostKeys, (self._rsa, tuple(key.export_private_key() for key in self.keys))

    @cached_property
    def keys(self) -> tuple[asyncssh.SSHKey, ...]:
        """RSA, ECDSA and Ed25519."""
        import asyncssh  # noqa: PLC0415

        from securemode_lab.appliance.ssh import generate_host_keys  # noqa: PLC0415

        if self._made:
            return tuple(asyncssh.import_private_key(key) for key in self._made)
        return generate_host_keys(asyncssh.import_private_key(self._rsa))


class CommonSoftware:
    """What every node runs.

    Args:
        state: of the console behind SSH.
        host_name: as SNMP shows it.
        host_keys: of the SSH servers.
    """

    def __init__(self, state: ConsoleState, host_name: str, host_keys: HostKeys) -> None:
        self._state = state
        self._host_name = host_name
        self._host_keys = host_keys
        self._behaviour: NodeBehaviour | None = None
        self._agents: weakref.WeakSet[SnmpAgent] = weakref.WeakSet()
        self._ssh_servers: weakref.WeakSet[SshServer] = weakref.WeakSet()

    def apply(self, behaviour: NodeBehaviour) -> None:
        """Behave like this from now on."""
        self._behaviour = behaviour
        for agent in self._agents:
            agent.apply(behaviour.snmp, mtu_bytes=behaviour.mtu_bytes)
        for server in self._ssh_servers:
            server.apply(behaviour)

    def server(self, endpoint: Endpoint, context: ssl.SSLContext | None) -> Server:
        """SSH or SNMP."""
        del context
        if endpoint.service is Service.SSH:
            return ServerOnDemand(self._ssh)
        if endpoint.service is Service.STRAY:
            return StreamServer(Remembering(Mute))
        return DatagramServer(self._agent)

    def _agent(self) -> SnmpAgent:
        assert self._behaviour is not None
        agent = SnmpAgent(_NET_SNMP_ENGINE + self._host_name.encode()[:27], self._host_name)
        agent.apply(self._behaviour.snmp, mtu_bytes=self._behaviour.mtu_bytes)
        self._agents.add(agent)
        return agent

    def _ssh(self) -> SshServer:
        """Made when somebody connects: asyncssh alone takes a tenth of a second to import."""
        from securemode_lab.appliance.console import Console  # noqa: PLC0415
        from securemode_lab.appliance.ssh import SshServer  # noqa: PLC0415

        assert self._behaviour is not None
        server = SshServer(Console(self._state), self._host_keys.keys)
        server.apply(self._behaviour)
        self._ssh_servers.add(server)
        return server


class ConferencingSoftware(CommonSoftware):
    """What a Conferencing Node runs."""

    def __init__(
        self, state: ConsoleState, host_name: str, host_keys: HostKeys, version: str
    ) -> None:
        super().__init__(state, host_name, host_keys)
        self._web = NodeWeb(version)

    def apply(self, behaviour: NodeBehaviour) -> None:
        """Behave like this from now on."""
        super().apply(behaviour)
        self._web.apply(behaviour)

    def server(self, endpoint: Endpoint, context: ssl.SSLContext | None) -> Server:
        """What serves one socket of an open port."""
        silent = partial(self._is_silent, endpoint.service)
        streams = partial(Remembering, partial(SipStream, silent))
        servers: dict[Service, Callable[[], Server]] = {
            Service.HTTPS: lambda: StreamServer(self._web.over_tls, context),
            Service.HTTP: lambda: StreamServer(self._web.over_tcp),
            Service.SIP_UDP: lambda: DatagramServer(partial(SipDatagrams, silent)),
            Service.SIP_TCP: lambda: StreamServer(streams()),
            Service.SIP_TLS: lambda: StreamServer(streams(), context),
            Service.H323: lambda: StreamServer(Remembering(CallSignalling)),
            Service.RAS: lambda: DatagramServer(Registration),
        }
        make = servers.get(endpoint.service)
        return make() if make else super().server(endpoint, context)

    def _is_silent(self, service: Service) -> bool:
        return self._behaviour is not None and service in self._behaviour.silent


class ManagementSoftware(CommonSoftware):
    """What the Management Node runs.

    Args:
        state, host_name, host_keys: as everywhere.
        interface: web interface and API.
    """

    def __init__(
        self, state: ConsoleState, host_name: str, host_keys: HostKeys, interface: ManagementWeb
    ) -> None:
        super().__init__(state, host_name, host_keys)
        self._interface = interface
        self._redirect = Redirect()
        self._acceptor: Acceptor | None = None
        self._runner: web.AppRunner | None = None

    async def prepare(self) -> None:
        """Make the web application ready to serve."""
        from aiohttp import web  # noqa: PLC0415

        self._runner = web.AppRunner(self._interface.application(), access_log=None)
        await self._runner.setup()
        self._acceptor = self._runner.server

    def apply(self, behaviour: NodeBehaviour) -> None:
        """Behave like this from now on."""
        super().apply(behaviour)
        self._redirect.apply(behaviour)
        self._interface.apply(behaviour)
        self._interface.defects.clear()
        self._interface.defects.update(behaviour.web_defects)

    def server(self, endpoint: Endpoint, context: ssl.SSLContext | None) -> Server:
        """What serves one socket of an open port."""
        assert self._acceptor is not None
        if endpoint.service is Service.HTTPS:
            return StreamServer(self._acceptor, context)
        if endpoint.service is Service.HTTP:
            serves_content = endpoint.serves == "content"
            return StreamServer(self._acceptor if serves_content else self._redirect.over_tcp)
        return super().server(endpoint, context)
