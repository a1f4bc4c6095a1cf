"""How a change of the configuration reaches the nodes: the Management Node first, others later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from securemode_lab.appliance.replication import RESOURCES

if TYPE_CHECKING:
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member

Obey = Callable[["Member"], Awaitable[None]]
"""Has a node that is on behave as its copy of the configuration says."""


class Replication:
    """Replicates whenever something has changed.

    Args:
        deployment: whose configuration it is.
        obey: what a node does with a new copy.
    """

    def __init__(self, deployment: Deployment, obey: Obey) -> None:
        self._deployment = deployment
        self._obey = obey
        self._under_way: asyncio.Task[None] | None = None
        self._is_stale = False

    def changed(self, resource: str) -> None:
        """The store tells of a change: start to replicate, unless that is under way."""
        if resource not in RESOURCES:
            return
        self._is_stale = True
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.get_running_loop().create_task(self._replicate())

    async def settle(self) -> None:
        """Wait until every change has reached every node."""
        while self._under_way is not None and not self._under_way.done():
            await asyncio.shield(self._under_way)

    async def _replicate(self) -> None:
        deployment = self._deployment
        while self._is_stale:
            self._is_stale = False
            deployment.management.replicate(deployment.store)
            await self._obey(deployment.management)
            await asyncio.sleep(float(deployment.variants["replication_delay_s"]))
            for member in deployment.conferencing:
                member.replicate(deployment.store)
                await self._obey(member)
