"""The search index: inventory objects by path, UUID, address or name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.objects import Managed, Method

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.vcenter.objects import Call, Inventory

_HIDDEN = (vim.Folder, vim.Datacenter)
ROOT = "group-d1"


def search_index() -> Managed:
    """What finds things."""
    return Managed(
        vim.SearchIndex,
        "SearchIndex",
        methods={
            "FindByInventoryPath": Method(_by_path),
            "FindChild": Method(_child),
            "FindByUuid": Method(_first(_uuid_is)),
            "FindAllByUuid": Method(_all(_uuid_is)),
            "FindByIp": Method(_first(_address_is)),
            "FindAllByIp": Method(_all(_address_is)),
            "FindByDnsName": Method(_first(_dns_name_is)),
            "FindAllByDnsName": Method(_all(_dns_name_is)),
        },
    )


def children(inventory: Inventory, place: Managed) -> list[Managed]:
    """Entities that stand directly below a place."""
    return [
        entity for entity in inventory.of(vim.ManagedEntity) if entity.read("parent") == place.ref
    ]


def _by_path(call: Call, inventoryPath: str) -> Any:  # noqa: N803 - pyVmomi's name
    """`Datacenter/vm/folder/machine`; names are compared without their case."""
    place = call.inventory.get(ROOT)
    for name in inventoryPath.strip("/").split("/"):
        found = [
            entity
            for entity in children(call.inventory, place)
            if entity.read("name").lower() == name.lower()
        ]
        if not found:
            return None
        place = found[0]
    return place.ref


def _child(call: Call, entity: Any, name: str) -> Any:
    place = call.inventory.get(entity._moId)  # noqa: SLF001 - pyVmomi's public name
    for found in children(call.inventory, place):
        if found.read("name").lower() == name.lower():
            return found.ref
    return None


def _first(fits: Callable[[Managed, dict[str, Any]], bool]) -> Callable[..., Any]:
    everything = _all(fits)

    def find(call: Call, **wanted: Any) -> Any:
        found = everything(call, **wanted)
        return found[0] if found else None

    return find


def _all(fits: Callable[[Managed, dict[str, Any]], bool]) -> Callable[..., Any]:
    def find(call: Call, *, vmSearch: bool, datacenter: Any = None, **wanted: Any) -> Any:  # noqa: N803
        del datacenter
        kind = vim.VirtualMachine if vmSearch else vim.HostSystem
        found = [managed.ref for managed in call.inventory.of(kind) if fits(managed, wanted)]
        return vim.ManagedEntity.Array(found)

    return find


def _uuid_is(managed: Managed, wanted: dict[str, Any]) -> bool:
    uuid = str(wanted["uuid"]).lower()
    if issubclass(managed.kind, vim.HostSystem):
        return str(managed.read("hardware").systemInfo.uuid).lower() == uuid
    config = managed.read("config")
    own = config.instanceUuid if wanted.get("instanceUuid") else config.uuid
    return str(own).lower() == uuid


def _address_is(managed: Managed, wanted: dict[str, Any]) -> bool:
    if issubclass(managed.kind, vim.HostSystem):
        adapters = managed.read("config").network.vnic
        return any(adapter.spec.ip.ipAddress == wanted["ip"] for adapter in adapters)
    running = managed.read("guest").ipAddress is not None
    return running and wanted["ip"] in managed.kept["facts"].addresses


def _dns_name_is(managed: Managed, wanted: dict[str, Any]) -> bool:
    name = str(wanted["dnsName"]).lower()
    if issubclass(managed.kind, vim.HostSystem):
        return str(managed.read("name")).lower() == name
    return str(managed.read("guest").hostName or "").lower() == name
