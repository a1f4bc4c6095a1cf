"""Deploys the Management Node from the vendor's OVA, where vCenter has none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from securemode.errors import SetupFailed
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementApi
from securemode.setups.vsphere_setup import VSphereSetup

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.models import Environment
    from securemode.setups.node_machine import Images, NodeMachine
    from securemode.setups.setup import Change, Progress
    from securemode.vsphere.access import VSphereAccess

LOOK_S = 2.0
LAB_LOOK_S = 0.3


class DeployManagementNode(VSphereSetup):
    """Imports the OVA and switches the machine on; the installation wizard waits there then.

    Args:
        environment: `vsphere.deploy` says from which file and where to.
        access: vCenter's session.
        answers: whether something answers as the Management Node; asked of the Administrator
            interface where it is left out.

    Source: guide, "Pexip Infinity Management Node deployment and bootstrap configuration", 1.
    """

    name: ClassVar[str] = "deploy_management_node"

    def __init__(
        self,
        environment: Environment,
        access: VSphereAccess,
        *,
        answers: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(environment, access)
        self._answers = answers or self._api_answers
        self._images: Images | None = None

    def plan(self) -> list[Change]:
        """A machine where there is none, and power where it is off."""
        with self.planning():
            machine = self._of_the_node()
            if machine.found() is None and self._answers():
                raise SetupFailed(
                    "The Management Node answers at its address, and vCenter has no machine of its "
                    "name or address: it was renamed, or runs elsewhere.",
                    remedy=f"state its machine under vsphere.virtual_machines.{machine.node.name}, "
                    "or leave deploy_management_node out of setup:.",
                )
            return list(machine.changes(runs=self.placement.power_on))

    def apply(self, progress: Progress) -> None:
        """Import it, and switch it on."""
        machine = self._of_the_node()
        with self.planning():
            steps = machine.steps(runs=self.placement.power_on)
        with self.working(steps):
            self.notes += machine.deploy(progress, lambda step: self.did(progress, step))
            if self.placement.power_on:
                machine.switch_on(lambda step: self.did(progress, step))

    def verify(self) -> None:
        """The machine is there, whole, and on where it has to be."""
        with self._told("Its import had come to an end."):
            left = list(self._of_the_node().changes(runs=self.placement.power_on))
        if left:
            raise SetupFailed(f"vCenter does not have what was done: {'; '.join(map(str, left))}.")

    def _of_the_node(self) -> NodeMachine:
        """The machine of the Management Node."""
        from securemode.setups.node_machine import Images, NodeMachine  # noqa: PLC0415 - pyVmomi
        from securemode.vsphere.machines import Listing  # noqa: PLC0415 - as above

        self._images = self._images or Images()
        return NodeMachine(
            environment=self._environment,
            session=self.session,
            node=self._environment.management(),
            image=self.placement.management_ova,
            images=self._images,
            listing=Listing(self.session),
            requirement="DEPLOY-01",
        )

    def _api_answers(self) -> bool:
        look_s = LAB_LOOK_S if self._environment.lab else LOOK_S
        return management_api(ManagementApi, self._environment, timeout_s=look_s).is_up()
