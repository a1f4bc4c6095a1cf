"""On which host, virtual machine or network of vCenter's a mistake is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter import places, unwanted_devices

if TYPE_CHECKING:
    from securemode_lab.deployment import Deployment
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Managed
    from securemode_lab.vcenter.vcenter import VCenter

Change = Callable[["VCenter", "Deployment"], None]
HostEdit = Callable[["Managed"], None]
MachineEdit = Callable[["VirtualMachine"], None]

FIRST_HOST, SECOND_HOST = (place.name for place in places.HOSTS)
"""The second one's virtual machines are on the distributed switch."""
MANAGEMENT = "mgmt"
CONFERENCING = "conf1"
ON_SECOND_HOST = "conf2"


def on_host(edit: HostEdit, name: str = FIRST_HOST) -> Change:
    """A mistake that is made on one host."""

    def change(vcenter: VCenter, deployment: Deployment) -> None:
        del deployment
        edit(vcenter.host(name))

    return change


def on_machine(edit: MachineEdit, name: str = MANAGEMENT) -> Change:
    """A mistake that is made on one virtual machine."""

    def change(vcenter: VCenter, deployment: Deployment) -> None:
        del deployment
        edit(vcenter.machine(name))

    return change


def on_second_disk(edit: Callable[[Any], None], name: str) -> Change:
    """A mistake on a further disk, which the machine that stands by has as well."""

    def change(vcenter: VCenter, deployment: Deployment) -> None:
        del deployment
        for owner in (vcenter.machine(name), vcenter.machine(places.standby(name))):
            unwanted_devices.add(owner, unwanted_devices.further_disk(owner))
        edit(vcenter.machine(name).devices(vim.vm.device.VirtualDisk)[-1])

    return change


def network_card(machine: VirtualMachine) -> Any:
    """The first network card of a virtual machine."""
    return machine.devices(vim.vm.device.VirtualEthernetCard)[0]


def is_standard(backing: Any) -> bool:
    """Whether a network card is connected to a switch of the host's own."""
    return isinstance(backing, vim.vm.device.VirtualEthernetCard.NetworkBackingInfo)
