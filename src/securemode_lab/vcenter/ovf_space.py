"""Room on datastores, which imported disks take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyVmomi import vim

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Managed


def take(datastore: Managed, size_bytes: int) -> None:
    """Leave less; below nothing is nothing."""
    summary = datastore.properties["summary"]
    summary.freeSpace = max(0, summary.freeSpace - size_bytes)
    info = datastore.properties.get("info")
    if info is not None:
        info.freeSpace = summary.freeSpace


def must_have(datastore: Managed, size_bytes: int, machine: VirtualMachine) -> None:
    """Refuse what there is no room for.

    Raises:
        vim.fault.NoDiskSpace: the datastore has not so much left.
    """
    if size_bytes > int(datastore.read("summary").freeSpace):
        name = datastore.read("name")
        raise vim.fault.NoDiskSpace(
            msg=f"Insufficient disk space on datastore '{name}'.",
            file=str(machine.config.files.vmPathName),
            datastore=name,
        )
