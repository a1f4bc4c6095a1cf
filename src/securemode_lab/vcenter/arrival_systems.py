"""What is on the disk of a machine that came in by a package, from its first start on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from securemode_lab.appliance.console import Console
from securemode_lab.appliance.provisioning import ProvisioningPage
from securemode_lab.vcenter.consoles.installed_system import NodeSystem

if TYPE_CHECKING:
    from datetime import datetime

    from securemode_lab.appliance.provisioning_file import Bootstrap
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member
    from securemode_lab.vcenter.arrival import Arrivals
    from securemode_lab.vcenter.consoles.text_screen import Mode
    from securemode_lab.vcenter.machines import VirtualMachine

_ANSWERED_S = 0.1
"""In which the page's last answer is on its way."""


class ToolsFacts:
    """What VMware Tools tell of a node: see `machines.GuestFacts`.

    Args:
        member: the node.
        by_name: whether it knows its name by now.
    """

    def __init__(self, member: Member, *, by_name: bool) -> None:
        self._member = member
        self._by_name = by_name

    @property
    def fqdn(self) -> str:
        """Its name."""
        return self._member.node.nameplate.fqdn if self._by_name else ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its addresses, before its configuration only the one that it was lent."""
        attachment = self._member.node.attachment
        found = (attachment.ipv4, attachment.ipv6 if self._by_name else None)
        return tuple(address for address in found if address)


class ManagementFacts(ToolsFacts):
    """Of the Management Node, which has no address before it is installed."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its addresses."""
        return super().addresses if self._member.installed else ()


class ArrivedManagement(NodeSystem):
    """The Management Node, which waits on its console to be installed."""

    def __init__(self, deployment: Deployment, member: Member, machine: VirtualMachine) -> None:
        super().__init__(deployment, member)
        self._machine = machine
        machine.kept["facts"] = ManagementFacts(member, by_name=True)

    async def halt(self) -> None:
        """Take the node's power away, unless another machine is the node by now."""
        if self._machine.moid in self._machine.inventory:
            await super().halt()


class ArrivedNode:
    """A Conferencing Node, which serves nothing but its provisioning page until it is configured.

    Args:
        deployment: whose node it will be.
        arrivals: who says which one.
        machine: on whose disk it is.
    """

    def __init__(self, deployment: Deployment, arrivals: Arrivals, machine: VirtualMachine) -> None:
        self._deployment = deployment
        self._arrivals = arrivals
        self._machine = machine
        self._page: ProvisioningPage | None = None
        self._joining: asyncio.Task[None] | None = None
        self._tell()

    @property
    def console(self) -> Console:
        """What logs people in."""
        return Console(self._member.console)

    @property
    def mode(self) -> Mode:
        """Of its screen."""
        return self._node.mode

    @property
    def boot_time(self) -> datetime | None:
        """When it was started last, None while it does not run."""
        return self._page.since if self._page is not None else self._node.boot_time

    async def boot(self) -> None:
        """Start, as a node or to wait for becoming one."""
        self._tell()
        if self._is_configured:
            await self._node.boot()
        elif self._page is None:
            member = self._member
            page = ProvisioningPage(member.node.attachment, member.own_certificate, self._take)
            await page.start()
            self._page = page

    async def halt(self) -> None:
        """Lose power."""
        joining, self._joining = self._joining, None
        if joining is not None:
            joining.cancel()
        if self._page is not None:
            await self._close()
        elif self._is_configured and self._machine.moid in self._machine.inventory:
            await self._node.halt()

    async def restart(self) -> None:
        """As `sudo reboot` does."""
        if self._page is None:
            await self._node.restart()
        else:
            await self._close()
            await self.boot()

    async def make_way(self) -> None:
        """Serve no page that a restored state does not have."""
        if self._joining is not None:
            self._joining.cancel()
            self._joining = None
        if self._is_configured or not self._is_powered:
            await self._close()

    async def match(self) -> None:
        """Run again where a restored state has it so."""
        if self._is_powered and self.boot_time is None:
            await self.boot()

    @property
    def _is_powered(self) -> bool:
        return self._machine.is_on and self._machine.moid in self._machine.inventory

    @property
    def _is_configured(self) -> bool:
        return bool(self._machine.kept["configured"])

    @property
    def _member(self) -> Member:
        return self._deployment.member(self._machine.kept["node"])

    @property
    def _node(self) -> NodeSystem:
        return NodeSystem(self._deployment, self._member)

    def _take(self, told: Bootstrap) -> None:
        """A configuration has come: restart as that node, once the page has said so."""
        self._arrivals.become(self._machine, told)
        self._joining = asyncio.get_running_loop().create_task(self._join())

    async def _join(self) -> None:
        await asyncio.sleep(_ANSWERED_S)
        await self._close()
        await asyncio.sleep(float(self._deployment.variants["restart_s"]))
        await self.boot()
        self._joining = None

    async def _close(self) -> None:
        page, self._page = self._page, None
        if page is not None:
            await page.stop()

    def _tell(self) -> None:
        self._machine.kept["facts"] = ToolsFacts(self._member, by_name=self._is_configured)
