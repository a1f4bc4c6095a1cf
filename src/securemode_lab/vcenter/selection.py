"""Which managed objects a filter's object specs and traversals select."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import VmomiSupport, vmodl

from securemode_lab.vcenter.property_paths import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.vcenter.objects import Inventory, Managed
    from securemode_lab.vcenter.sessions import Session

_TRAVERSAL = vmodl.query.PropertyCollector.TraversalSpec


def selected(inventory: Inventory, spec: Any, session: Session) -> Iterator[tuple[Managed, Any]]:
    """Objects of a filter spec with the property specs that hold for each; each object once.

    Raises:
        vmodl.fault.ManagedObjectNotFound: where the spec begins, there is nothing.
    """
    seen: set[str] = set()
    for start in spec.objectSet:
        for managed in _walked(inventory, start, session):
            wanted = [entry for entry in spec.propSet if issubclass(managed.kind, entry.type)]
            if wanted and managed.moid not in seen:
                seen.add(managed.moid)
                yield managed, wanted


def _walked(inventory: Inventory, start: Any, session: Session) -> Iterator[Managed]:
    """The object with which a spec begins, and what its traversals reach."""
    first = inventory.get(start.obj._moId)  # noqa: SLF001 - pyVmomi's public name
    if not start.skip:
        yield first
    named = {entry.name: entry for entry in _all_traversals(start.selectSet) if entry.name}
    done: set[tuple[str, int]] = set()
    waiting = [(first, entry) for entry in start.selectSet]
    while waiting:
        managed, entry = waiting.pop(0)
        entry = entry if isinstance(entry, _TRAVERSAL) else named.get(entry.name)
        if entry is None or not issubclass(managed.kind, entry.type):
            continue
        if (managed.moid, id(entry)) in done:
            continue
        done.add((managed.moid, id(entry)))
        for reached in _reached(inventory, managed, entry.path, session):
            if not entry.skip:
                yield reached
            waiting += [(reached, further) for further in entry.selectSet]


def _all_traversals(entries: Any) -> Iterator[Any]:
    """Traversals by whose names others refer to them, however deep they are."""
    for entry in entries:
        if isinstance(entry, _TRAVERSAL):
            yield entry
            yield from _all_traversals(entry.selectSet)


def _reached(
    inventory: Inventory, managed: Managed, path: str, session: Session
) -> Iterator[Managed]:
    """Managed objects to which a property points; what is gone meanwhile is left out."""
    value = value_at(managed, path, session)
    for reference in value if isinstance(value, list) else [value]:
        if isinstance(reference, VmomiSupport.ManagedObject) and reference._moId in inventory:  # noqa: SLF001
            yield inventory.get(reference._moId)  # noqa: SLF001 - pyVmomi's public name
