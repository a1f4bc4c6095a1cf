"""A vCenter with real TLS in a thread of its own, and pyVmomi as its client."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import SoapStubAdapter, vim, vmodl

from securemode_lab.appliance.resources.selfsigned import self_signed
from securemode_lab.document import Login
from securemode_lab.vcenter import deployed, layout, places
from securemode_lab.vcenter.guests import PlainGuest
from securemode_lab.vcenter.machines import GuestFacts
from securemode_lab.vcenter.sessions import Sessions
from securemode_lab.vcenter.vcenter import VCenter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from securemode_lab.vcenter.places import HostPlace

ADMINISTRATOR = Login("administrator@vsphere.local", "right password")
READER = Login("reader@vsphere.local", "other password")
PATIENCE_S = 30
Collector = vmodl.query.PropertyCollector


class Inside(PlainGuest):
    """A guest that remembers what happened to it."""

    def __init__(self, *, is_on: bool = False) -> None:
        super().__init__(is_on=is_on)
        self.happened: list[Any] = []

    async def power_on(self, *, enter_setup: bool) -> None:
        self.happened.append("set-up" if enter_setup else "start")
        await super().power_on(enter_setup=enter_setup)

    async def power_off(self) -> None:
        self.happened.append("stop")
        await super().power_off()

    async def keys(self, events: Sequence[tuple[int, frozenset[str]]]) -> None:
        self.happened += events


def vcenter(machines: int = 2, hosts: Sequence[HostPlace] = places.HOSTS) -> VCenter:
    """Machines named `node0`, `node1` and so on, all running, and a stranger."""
    made = VCenter(Sessions([ADMINISTRATOR, READER], writers=[ADMINISTRATOR.username]))
    around = layout.build(made.inventory, machines, lambda name: name, hosts)
    for number in range(machines):
        facts = GuestFacts(fqdn=f"node{number}.lab.example", addresses=(f"198.51.100.{number}",))
        guest = Inside(is_on=True)
        name = f"node{number}"
        deployed.node(made.inventory, around, name, number, guest, facts=facts, on=True)
    deployed.stranger(made.inventory, around)
    return made


@dataclass
class Served:
    """A vCenter that answers, and how to talk to it."""

    vcenter: VCenter
    loop: asyncio.AbstractEventLoop
    ca_file: str
    port: int
    instances: list[Any] = field(default_factory=list)
    strangers: list[Any] = field(default_factory=list)

    def connect(self, login: Login = ADMINISTRATOR) -> Any:
        instance = SmartConnect(
            host="localhost",
            port=self.port,
            user=login.username,
            pwd=login.password,
            sslContext=self.context(),
        )
        self.instances.append(instance)
        return instance

    def stranger(self) -> Any:
        """The service instance of whoever is not logged in."""
        stub = SoapStubAdapter(
            host="localhost",
            port=self.port,
            version="vim.version.v8_0_3_0",
            path="/sdk",
            sslContext=self.context(),
        )
        instance = vim.ServiceInstance("ServiceInstance", stub)
        self.strangers.append(instance)
        return instance

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)

    def run(self, work: Callable[[], Any]) -> Any:
        """Do something in the vCenter's own thread."""

        async def worked() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(worked(), self.loop).result(PATIENCE_S)

    def close(self) -> None:
        for instance in self.instances:
            Disconnect(instance)
        for instance in (*self.instances, *self.strangers):
            instance._stub.DropConnections()


def machine(instance: Any, name: str) -> Any:
    """The virtual machine of that name, as its client knows it."""
    found = instance.content.searchIndex.FindByInventoryPath(f"Lab/vm/Pexip/{name}")
    assert found is not None
    return found


def view(instance: Any, kind: Any) -> Any:
    content = instance.content
    return content.viewManager.CreateContainerView(
        container=content.rootFolder, type=[kind], recursive=True
    )


def filter_spec(instance: Any, kind: Any, paths: Sequence[str]) -> Any:
    """All objects of a kind, by a view."""
    through = Collector.TraversalSpec(type=vim.view.ContainerView, path="view", skip=False)
    start = Collector.ObjectSpec(obj=view(instance, kind), skip=True, selectSet=[through])
    wanted = Collector.PropertySpec(type=kind, pathSet=list(paths), all=not paths)
    return Collector.FilterSpec(objectSet=[start], propSet=[wanted])


def read(instance: Any, kind: Any, *paths: str) -> dict[str, dict[str, Any]]:
    """Properties of all objects of a kind, by the id of the object, in one request."""
    spec = filter_spec(instance, kind, paths)
    collector = instance.content.propertyCollector
    result = collector.RetrievePropertiesEx([spec], Collector.RetrieveOptions())
    return {
        content.obj._moId: {entry.name: entry.val for entry in content.propSet}
        for content in result.objects
    }


@cache
def _identity() -> tuple[str, str]:
    """Certificate and key of every vCenter here: making one takes longer than most tests."""
    return self_signed("localhost")


def serving(vcenter: VCenter, folder: Path) -> Iterator[Served]:
    certificate, key = _identity()
    chain, ca_file = folder / "chain.pem", folder / "ca.pem"
    chain.write_text(certificate + key)
    ca_file.write_text(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    loop = asyncio.new_event_loop()

    async def begin() -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(vcenter.application(), shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        return runner, int(runner.addresses[0][1])

    async def end(runner: web.AppRunner) -> None:
        vcenter.expire_sessions()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner, port = asyncio.run_coroutine_threadsafe(begin(), loop).result(PATIENCE_S)
    served = Served(vcenter, loop, str(ca_file), port)
    try:
        yield served
    finally:
        served.close()
        asyncio.run_coroutine_threadsafe(end(runner), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()
