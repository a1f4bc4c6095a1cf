"""The vCenter of a deployment: made when it is first needed, because most labs never need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from securemode_lab import inventory_copy
from securemode_lab.services.authority import ORGANIZATION
from securemode_lab.vcenter import places
from securemode_lab.vcenter.web_server import VCenterServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from securemode_lab.deployment import Deployment
    from securemode_lab.inventory_copy import Written
    from securemode_lab.vcenter.objects import Saved
    from securemode_lab.vcenter.vcenter import VCenter


class VSphere:
    """What a deployment has of vCenter.

    Attributes:
        server: the machine of vCenter, which listens from the start.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._vcenter: VCenter | None = None
        self._as_new: Saved | None = None
        site = deployment.site
        self.server = VCenterServer(site.vcenter, lambda: self.vcenter, site.vcenter_context)

    @property
    def vcenter(self) -> VCenter:
        """What manages hosts and virtual machines."""
        if self._vcenter is None:
            from securemode_lab.vcenter.assembly import assemble  # noqa: PLC0415 - needs pyVmomi

            self._vcenter = assemble(self._deployment)
            self._as_new = self._vcenter.saved()
        return self._vcenter

    def gives_power(self, node: str) -> bool:
        """Whether the virtual machine of a node is on; where nobody has looked yet, it is.

        It is not where it has to come in by a package first.
        """
        if self._deployment.bare:
            arrivals = self._vcenter.arrivals if self._vcenter is not None else None
            return arrivals is not None and arrivals.give_power(node)
        return self._vcenter is None or self._vcenter.gives_power(node)

    def have_started(self, nodes: Iterable[str]) -> None:
        """Take note that the virtual machines of nodes were switched on by deploying them."""
        if self._vcenter is not None:
            self._vcenter.are_on(nodes)

    def saved(self) -> Saved | None:
        """Everything as it is now; None where it was never made."""
        return None if self._vcenter is None else self._vcenter.saved()

    def restore(self, saved: Saved | None) -> None:
        """Return to a state; to the first one, where nothing had been made when it was saved."""
        if self._vcenter is None:
            return
        if saved is not None:
            self._vcenter.restore(saved)
            return
        assert self._as_new is not None
        self._vcenter.restore(self._as_new)
        members = self._deployment.members
        self._vcenter.are_on(m.name for m in members if m.node.boot_time is not None)

    def written(self) -> Written | None:
        """Everything as it is now, to be written down; None where it was never made.

        Raises:
            CannotBeWritten: something has come since that would have to be made anew.
        """
        if self._vcenter is None or self._as_new is None:
            return None
        return inventory_copy.written(self._vcenter.saved(), self._as_new)

    def rebuilt(self, written: Written | None) -> Saved | None:
        """What was written down, of this deployment's own hosts and virtual machines."""
        return None if written is None else inventory_copy.rebuilt(self.vcenter.saved(), written)

    async def make_way(self) -> None:
        """Stop what virtual machines did that a restored state has otherwise."""
        if self._vcenter is not None:
            await self._vcenter.make_way()

    async def match_guests(self) -> None:
        """Have what is inside of virtual machines follow their power."""
        if self._vcenter is not None:
            await self._vcenter.match_guests()

    def document(self, ca_file: str, ova: Mapping[str, str]) -> dict[str, Any]:
        """What the lab's document says of it.

        Args:
            ca_file: PEM of the authority that vouches for its certificate.
            ova: paths of the product's packages, by the kind of node.
        """
        deployment = self._deployment
        reach = places.Reach(
            fqdn=deployment.site.vcenter_fqdn,
            address=deployment.site.vcenter.attachment.ipv4,
            port=places.PORT + deployment.network.port_offset,
            ca_file=ca_file,
            logins=deployment.credentials.vsphere,
        )
        return places.document(reach, [m.name for m in deployment.members], ORGANIZATION, ova)
