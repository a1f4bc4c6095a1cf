"""The machine on which the lab's vCenter runs; the vCenter itself is made for its first client."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from securemode_lab.appliance.listeners import ServerOnDemand, StreamServer
from securemode_lab.services.host import Offer
from securemode_lab.vcenter import places

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable

    from aiohttp import web

    from securemode_lab.services.host import ServiceHost
    from securemode_lab.vcenter.vcenter import VCenter

_LAST_ANSWERS_S = 0.5


class VCenterServer:
    """Serves a vCenter on a machine of the site.

    Args:
        host: the machine.
        vcenter: makes the vCenter, or finds the one that is there.
        context: makes what its TLS shows.
    """

    def __init__(
        self,
        host: ServiceHost,
        vcenter: Callable[[], VCenter],
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        self._host = host
        self._vcenter = vcenter
        self._context = context
        self._runner: web.AppRunner | None = None
        self._busy = asyncio.Lock()

    async def start(self) -> None:
        """Listen; nothing else happens until somebody connects."""
        await self._host.start(
            [Offer("tcp", places.PORT, lambda: ServerOnDemand(lambda: _FirstClient(self)))]
        )

    async def stop(self) -> None:
        """End every session, so that nobody waits, and close."""
        if self._runner is not None:
            self._vcenter().expire_sessions()
        await self._host.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def stream(self) -> StreamServer:
        """What serves one socket, with the one application that there is."""
        async with self._busy:
            if self._runner is None:
                self._runner = await self._begun()
        assert self._runner.server is not None
        return StreamServer(self._runner.server, self._context())

    async def _begun(self) -> web.AppRunner:
        """Import pyVmomi, which takes a third of a second, while the lab goes on."""
        from aiohttp import web  # noqa: PLC0415

        await asyncio.to_thread(importlib.import_module, "securemode_lab.vcenter.assembly")
        runner = web.AppRunner(
            self._vcenter().application(), access_log=None, shutdown_timeout=_LAST_ANSWERS_S
        )
        await runner.setup()
        return runner


class _FirstClient:
    """A server for one socket that is made when the first client is there."""

    def __init__(self, vcenter: VCenterServer) -> None:
        self._vcenter = vcenter
        self._server: StreamServer | None = None

    async def start(self, sock: socket.socket) -> None:
        """Begin to serve."""
        self._server = await self._vcenter.stream()
        await self._server.start(sock)

    async def stop(self) -> None:
        """Stop serving."""
        if self._server is not None:
            await self._server.stop()
            self._server.disconnect()
