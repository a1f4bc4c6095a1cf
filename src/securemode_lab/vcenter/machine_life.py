"""How a virtual machine is renamed, unregistered and destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from securemode_lab.vcenter import tasks
from securemode_lab.vcenter.objects import Method
from securemode_lab.vcenter.power import must_be

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Call


def _rename(call: Call, newName: str) -> Any:  # noqa: N803 - pyVmomi's name
    machine: VirtualMachine = call.managed  # type: ignore[assignment]

    def work() -> None:
        if not newName:
            raise vmodl.fault.InvalidArgument(invalidProperty="newName")
        folder = machine.placement.folder
        for other in call.inventory.of(vim.VirtualMachine):
            if other is not machine and (other.read("name"), other.read("parent")) == (
                newName,
                folder,
            ):
                raise vim.fault.DuplicateName(
                    msg=f"The name '{newName}' already exists.", name=newName, object=other.ref
                )
        machine.config.name = newName

    return tasks.start(call.inventory, machine, "ManagedEntity.rename", work)


def _destroy(call: Call) -> Any:
    machine: VirtualMachine = call.managed  # type: ignore[assignment]

    def work() -> None:
        must_be(machine, on=False)
        for datastore in machine.read("datastore"):
            call.inventory.get(datastore._moId).kept["files"].remove_folder(  # noqa: SLF001
                folder_of(machine)
            )
        call.inventory.remove(machine.moid)

    return tasks.start(call.inventory, machine, "ManagedEntity.destroy", work)


def _unregister(call: Call) -> None:
    machine: VirtualMachine = call.managed  # type: ignore[assignment]
    must_be(machine, on=False)
    call.inventory.remove(machine.moid)


def folder_of(machine: VirtualMachine) -> str:
    """Its folder on the datastore, without the datastore's name."""
    path = str(machine.config.files.vmPathName).partition("] ")[2]
    return path.rpartition("/")[0]


METHODS = {
    "Rename_Task": Method(_rename, "VirtualMachine.Config.Rename"),
    "Destroy_Task": Method(_destroy, "VirtualMachine.Inventory.Delete"),
    "UnregisterVM": Method(_unregister, "VirtualMachine.Inventory.Unregister"),
}
