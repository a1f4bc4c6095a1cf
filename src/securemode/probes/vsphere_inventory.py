"""Everything of vCenter that the guide has rules for: one look for all its scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.observations.vsphere import InventorySeen
from securemode.probes.probe import Connection, Withheld, not_reviewed

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Access
    from securemode.targets import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class VSphereInventory:
    """Virtual machines, hosts and datastores of a vCenter.

    Attributes:
        address, port: of the vCenter.
    """

    name: ClassVar[str] = "vsphere-inventory"
    observes: ClassVar[type] = InventorySeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 1.0

    target: Deployment
    address: str
    port: int = 443

    def connections(self) -> tuple[Connection, ...]:
        """Two: one to ask for the version, one for the session."""
        return (Connection("tls", self.address, str(self.port), 2),)

    def look(self, access: Access) -> InventorySeen:
        """Read the inventory through the run's session.

        Raises:
            CannotLook: vCenter gives no usable answer, or rejects the account.
        """
        from securemode.vsphere.inventory import read  # noqa: PLC0415 - pyVmomi is heavy

        return read(access.vsphere.session())


def inventory_of(deployment: Deployment, environment: Environment) -> VSphereInventory | Withheld:
    """The inventory of the environment's vCenter, or why there is none to look at."""
    vcenter = environment.vsphere
    if vcenter is None:
        return not_reviewed(
            "the environment names no vCenter",
            next_step="state vsphere: and credentials.vsphere in the environment.",
        )
    if environment.stated_credentials is None or environment.credentials.vsphere is None:
        return not_reviewed(
            "the environment has no account of the vCenter",
            next_step="state credentials.vsphere in the environment.",
        )
    return VSphereInventory(target=deployment, address=vcenter.address, port=vcenter.port)
