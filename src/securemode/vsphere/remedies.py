"""What a person can do about what vCenter refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyVmomi import vim, vmodl

if TYPE_CHECKING:
    from securemode.errors import CannotLook

_KNOWN: tuple[tuple[tuple[type, ...], str], ...] = (
    (
        (vim.fault.NoDiskSpace, vim.fault.InsufficientStorageSpace),
        "free space on the datastore, or state another one under vsphere.deploy.",
    ),
    (
        (vmodl.fault.HostCommunication, vim.fault.HostConnectFault),
        "bring the host back into vCenter, or state another one under vsphere.deploy.",
    ),
    (
        (vim.fault.InsufficientResourcesFault,),
        "free CPU and memory that other machines reserve, or move the machine to another host.",
    ),
    (
        (vim.fault.DuplicateName,),
        "another object has this name: rename it, or state another under vsphere.virtual_machines.",
    ),
    (
        (vmodl.fault.ManagedObjectNotFound,),
        "it was removed, moved or replaced meanwhile: run the set-up again.",
    ),
    (
        (
            vim.fault.TaskInProgress,
            vim.fault.ConcurrentAccess,
            vim.fault.InvalidState,
        ),
        "wait until whatever else works on it has ended, and run the set-up again.",
    ),
)

AGAIN = "put the cause right and run the set-up again: it goes on from what it finds."


def remedy_of(error: CannotLook) -> str:
    """The next step after an error of vCenter: its own, or what its cause suggests."""
    return error.remedy or remedy_for(error.__cause__) or AGAIN


def remedy_for(fault: object) -> str:
    """The next step after a fault; empty where nothing particular is known."""
    return next((remedy for kinds, remedy in _KNOWN if isinstance(fault, kinds)), "")
