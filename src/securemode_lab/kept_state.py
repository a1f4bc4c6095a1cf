"""A whole deployment as a value, of which another process makes the same deployment again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from securemode_lab.deployment import Deployment
from securemode_lab.memory import become, present
from securemode_lab.refusals import CannotBeWritten

if TYPE_CHECKING:
    from pathlib import Path

    from securemode_lab.inventory_copy import Written
    from securemode_lab.memory import State
    from securemode_lab.network.attachment import Network
    from securemode_lab.origin import Origin

LOOPBACK = "loopback"


@dataclass(frozen=True, slots=True)
class Kept:
    """A deployment at one moment.

    Attributes:
        profile: of the network on which it was.
        nodes: how many Conferencing Nodes it had.
        began_installed: whether its installation is on its operator's record.
        by_address: whether the site named nodes by address.
        origin: where chance had a part in it.
        state: what had changed, without vCenter.
        inventory: of vCenter; None where that was never made.
        backups: content by file name, which the Management Node held.
    """

    profile: str
    nodes: int
    began_installed: bool
    by_address: bool
    origin: Origin
    state: State
    inventory: Written | None
    backups: dict[str, bytes]


async def of(deployment: Deployment) -> Kept:
    """The present state of a deployment.

    Raises:
        CannotBeWritten: something of it cannot be made again; says what.
    """
    _refuse_what_has_no_equal(deployment)
    state = await present(deployment)
    return Kept(
        profile=deployment.network.profile,
        nodes=len(deployment.conferencing),
        began_installed="installation_transcript" in deployment.records.paths,
        by_address=deployment.site.by_address,
        origin=replace(deployment.origin, site=deployment.site.drawn),
        state=replace(state, vcenter=None),
        inventory=deployment.vsphere.written(),
        backups=dict(deployment.web.backups.archives),
    )


def _refuse_what_has_no_equal(deployment: Deployment) -> None:
    if deployment.network.profile == LOOPBACK:
        raise CannotBeWritten("on loopback a lab has the addresses of its own process")
    if deployment.bare:
        raise CannotBeWritten("its machines came by packages (--stage empty)")
    if deployment.faults.on:
        raise CannotBeWritten(f"faults are on: {', '.join(deployment.faults.on)}")


async def brought_back(kept: Kept, network: Network, folder: Path) -> Deployment:
    """The deployment again, running on a network that is its own."""
    deployment = Deployment(
        network,
        kept.nodes,
        installed=kept.began_installed,
        folder=folder,
        by_address=kept.by_address,
        origin=kept.origin,
    )
    await deployment.start(powered=False)
    deployment.web.backups.archives.update(kept.backups)
    inventory = deployment.vsphere.rebuilt(kept.inventory)
    await become(deployment, replace(kept.state, vcenter=inventory))
    return deployment
