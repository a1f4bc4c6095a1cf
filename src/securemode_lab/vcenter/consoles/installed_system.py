"""The operating system on a virtual machine's disk: a node of the deployment, seen from below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from securemode_lab.appliance.console import Console
from securemode_lab.vcenter.consoles.text_screen import MODES, Mode

if TYPE_CHECKING:
    from datetime import datetime

    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member


class InstalledSystem(Protocol):
    """What firmware starts, and what then has the screen to itself."""

    @property
    def console(self) -> Console:
        """What logs people in."""

    @property
    def mode(self) -> Mode:
        """Of its screen."""

    @property
    def boot_time(self) -> datetime | None:
        """When it was started last, None while it does not run."""

    async def boot(self) -> None:
        """Start it, and return when it runs."""

    async def halt(self) -> None:
        """Take its power away."""

    async def restart(self) -> None:
        """Let it restart by itself."""


class NodeSystem:
    """A node of the deployment as the operating system of its virtual machine."""

    def __init__(self, deployment: Deployment, member: Member) -> None:
        self.console = Console(member.console)
        self._deployment = deployment
        self._member = member

    @property
    def mode(self) -> Mode:
        """As the variant has it."""
        return MODES[self._deployment.variants["console_text"]]

    @property
    def boot_time(self) -> datetime | None:
        """A node forgets it when it is switched off."""
        node = self._member.node
        return node.boot_time if node.is_on else None

    async def boot(self) -> None:
        """Start the node, unless something else has."""
        await self._deployment.power_on(self._member.name)

    async def halt(self) -> None:
        """Take the node's power away."""
        await self._deployment.power_off(self._member.name)

    async def restart(self) -> None:
        """As `sudo reboot` does."""
        await self._deployment.restart(self._member.name)
