"""Views: lists of inventory objects below a place, which a collector can traverse."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.objects import Managed, Method

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.vcenter.objects import Call, Inventory


def view_manager() -> Managed:
    """What makes views."""
    return Managed(
        vim.view.ViewManager,
        "ViewManager",
        {"viewList": []},
        {
            "CreateContainerView": Method(_create_container_view),
            "CreateListView": Method(_create_list_view),
        },
    )


def below(inventory: Inventory, container: Managed) -> list[Managed]:
    """Every entity below a place, however deep, in the order of the inventory."""
    return [
        entity
        for entity in inventory.of(vim.ManagedEntity)
        if entity is not container and container.moid in _places_of(inventory, entity)
    ]


def _places_of(inventory: Inventory, entity: Managed) -> Iterator[str]:
    """Ids of everything in which an entity is; a machine is on its host and in its pool too."""
    waiting = [entity]
    while waiting:
        managed = waiting.pop()
        nexts = [managed.read("parent")]
        placement = managed.kept.get("placement")
        if placement is not None:
            nexts += [placement.host, placement.pool]
        for reference in nexts:
            if reference is not None and reference._moId in inventory:  # noqa: SLF001
                yield reference._moId  # noqa: SLF001 - pyVmomi's public name
                waiting.append(inventory.get(reference._moId))  # noqa: SLF001


def _create_container_view(
    call: Call,
    container: Any,
    type: Any = (),  # noqa: A002 - pyVmomi's name
    recursive: bool = True,  # noqa: FBT001, FBT002 - as pyVmomi sends it
) -> Any:
    inventory = call.inventory
    place = inventory.get(container._moId)  # noqa: SLF001 - pyVmomi's public name
    kinds = tuple(type) or (vim.ManagedEntity,)

    def view() -> Any:
        found = below(inventory, place)
        if not recursive:
            found = [entity for entity in found if entity.read("parent") == place.ref]
        return vim.ManagedEntity.Array(
            [entity.ref for entity in found if issubclass(entity.kind, kinds)]
        )

    return _added(
        call,
        Managed(
            vim.view.ContainerView,
            _moid(call),
            {
                "container": container,
                "type": list(kinds),
                "recursive": recursive,
                "view": view,
            },
        ),
    )


def _create_list_view(call: Call, obj: Any = ()) -> Any:
    return _added(call, Managed(vim.view.ListView, _moid(call), {"view": list(obj)}))


def _moid(call: Call) -> str:
    return f"session[{call.session.key}]{secrets.token_hex(8)}"


def _added(call: Call, view: Managed) -> Any:
    view.transient = True
    view.methods["DestroyView"] = Method(_destroy)
    call.session.objects.add(view.moid)
    return call.inventory.add(view).ref


def _destroy(call: Call) -> None:
    call.inventory.remove(call.managed.moid)
    call.session.objects.discard(call.managed.moid)
