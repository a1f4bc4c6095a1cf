"""Datastores, and the files that are on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from securemode_lab.vcenter import tasks
from securemode_lab.vcenter.objects import Managed, Method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.vcenter.objects import Call, Inventory

_TB = 1 << 40
_CAPACITY = 64 * _TB
_MANAGE = "Datastore.FileManagement"


class Files(dict[str, bytes]):
    """Files of a datastore by their path, which begins with the folder of a virtual machine."""

    def write(self, path: str, content: bytes) -> None:
        """Make a file, or replace it."""
        self[path] = content

    def remove_folder(self, folder: str) -> None:
        """Remove everything that is in a folder."""
        for path in [path for path in self if path.startswith(f"{folder}/")]:
            del self[path]


def datastore(inventory: Inventory, name: str, parent: Any, hosts: Sequence[Any]) -> Managed:
    """A datastore; its files are `kept["files"]`.

    Args:
        inventory: in which it will be.
        name: of the datastore.
        parent: the folder of datastores.
        hosts: references to those that have mounted it.
    """
    store = Managed(vim.Datastore, inventory.new_moid("datastore"))
    url = f"ds:///vmfs/volumes/{store.moid}/"
    store.kept["files"] = Files()
    store.properties = {
        "name": name,
        "parent": parent,
        "overallStatus": "green",
        "configStatus": "green",
        "summary": _summary(store, name, url, is_shared=len(hosts) > 1),
        "info": vim.host.VmfsDatastoreInfo(
            name=name,
            url=url,
            freeSpace=_CAPACITY // 2,
            maxFileSize=_CAPACITY,
        ),
        "host": [_mounted(host, store.moid) for host in hosts],
        "vm": lambda: _machines(inventory, store),
        "capability": vim.Datastore.Capability(
            directoryHierarchySupported=True,
            rawDiskMappingsSupported=True,
            perFileThinProvisioningSupported=True,
            storageIORMSupported=True,
        ),
    }
    return inventory.add(store)


def _summary(store: Managed, name: str, url: str, *, is_shared: bool) -> Any:
    return vim.Datastore.Summary(
        datastore=store.ref,
        name=name,
        url=url,
        capacity=_CAPACITY,
        freeSpace=_CAPACITY // 2,
        uncommitted=0,
        accessible=True,
        multipleHostAccess=is_shared,
        type="VMFS",
        maintenanceMode="normal",
    )


def _mounted(host: Any, moid: str) -> Any:
    return vim.Datastore.HostMount(
        key=host,
        mountInfo=vim.host.MountInfo(
            path=f"/vmfs/volumes/{moid}", accessMode="readWrite", mounted=True, accessible=True
        ),
    )


def _machines(inventory: Inventory, store: Managed) -> list[Any]:
    return [
        machine.ref
        for machine in inventory.of(vim.VirtualMachine)
        if store.ref in machine.read("datastore")
    ]


def named(inventory: Inventory, path: str) -> tuple[Managed, str]:
    """The datastore of a path such as `[datastore1] folder/file`, and the path on it.

    Raises:
        vim.fault.InvalidDatastorePath: the path names no datastore that is there.
    """
    name, _, rest = path.removeprefix("[").partition("]")
    for store in inventory.of(vim.Datastore):
        if store.read("name") == name:
            return store, rest.strip()
    raise vim.fault.InvalidDatastorePath(
        msg=f"Invalid datastore path '{path}'.", datastorePath=path
    )


def file_manager() -> Managed:
    """What moves and deletes files, as far as anybody here needs it."""
    return Managed(
        vim.FileManager,
        "FileManager",
        methods={
            "DeleteDatastoreFile_Task": Method(_delete, _MANAGE),
            "MakeDirectory": Method(_make_directory, _MANAGE),
        },
    )


def _delete(call: Call, name: str, datacenter: Any = None) -> Any:
    del datacenter
    store, path = named(call.inventory, name)
    files = store.kept["files"]

    def work() -> None:
        if path in files:
            del files[path]
        elif any(known.startswith(f"{path}/") for known in files):
            files.remove_folder(path)
        else:
            raise vim.fault.FileNotFound(msg=f"File {name} was not found", file=name)

    return tasks.start(call.inventory, store, "FileManager.deleteFile", work)


def _make_directory(
    call: Call,
    name: str,
    datacenter: Any = None,
    createParentDirectories: bool | None = None,  # noqa: N803, FBT001 - pyVmomi's name
) -> None:
    """Folders come with their files; this only says whether the datastore is there."""
    del datacenter, createParentDirectories
    _, path = named(call.inventory, name)
    if not path:
        raise vmodl.fault.InvalidArgument(invalidProperty="name")
