"""A vCenter with real TLS in a thread of its own, into which virtual machines are imported."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pyVim.connect import Disconnect

from lab.vcenter.importer import PATIENCE_S, Importer
from securemode_lab.appliance.resources.selfsigned import self_signed
from securemode_lab.document import Login
from securemode_lab.vcenter import layout
from securemode_lab.vcenter.consoles.guest import ConsoleGuest
from securemode_lab.vcenter.lease import Door
from securemode_lab.vcenter.ovf_import import Imports
from securemode_lab.vcenter.sessions import Sessions
from securemode_lab.vcenter.vcenter import VCenter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from securemode_lab.vcenter.machines import Guest, VirtualMachine

ADMINISTRATOR = Login("administrator@vsphere.local", "right password")
READER = Login("reader@vsphere.local", "other password")


def without_system(machine: VirtualMachine) -> Guest:
    """Nothing that starts is on any disk."""
    del machine
    return ConsoleGuest(None)


@dataclass
class Site:
    """A vCenter that serves.

    Attributes:
        vcenter: itself.
        loop: which runs in its thread.
        ca_file: what vouches for it.
        port: where it listens on localhost.
        importers: everybody who has logged in.
    """

    vcenter: VCenter
    loop: asyncio.AbstractEventLoop
    ca_file: str
    port: int
    importers: list[Importer] = field(default_factory=list)

    def importer(self, login: Login = ADMINISTRATOR) -> Importer:
        made = Importer("localhost", self.port, (login.username, login.password), self.ca_file)
        self.importers.append(made)
        return made

    def run(self, work: Callable[[], Any]) -> Any:
        """Do something in the vCenter's own thread."""

        async def worked() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(worked(), self.loop).result(PATIENCE_S)


def served(folder: Path, *, timeout_s: int = 300) -> Iterator[Site]:
    """A site while it is served: the body of a fixture."""
    certificate, key = self_signed("localhost")
    (folder / "certificate.pem").write_text(certificate)
    (folder / "key.pem").write_text(key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    sessions = Sessions([ADMINISTRATOR, READER], writers=[ADMINISTRATOR.username])
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    vcenter, loop = VCenter(sessions), asyncio.new_event_loop()
    layout.build(vcenter.inventory, 3, lambda _name: certificate)
    door = Door(port, "AA:BB", timeout_s=timeout_s, preparation_s=0.05)
    imports = Imports(door, without_system)
    imports.offer(vcenter)
    runner = web.AppRunner(vcenter.application(), access_log=None)

    async def start() -> None:
        await runner.setup()
        await web.SockSite(runner, listening, ssl_context=context).start()

    async def stop() -> None:
        imports.stop()
        await runner.cleanup()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.02)

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    site = Site(vcenter, loop, str(folder / "certificate.pem"), port)
    try:
        yield site
    finally:
        for importer in site.importers:
            Disconnect(importer.instance)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.run_until_complete(stop())
        loop.close()
