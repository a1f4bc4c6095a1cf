"""Filters of the property collector, and waiting until something that they see has changed."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyVmomi import vmodl

from securemode_lab.vcenter import soap
from securemode_lab.vcenter.objects import Managed, Method
from securemode_lab.vcenter.selection import selected

if TYPE_CHECKING:
    from securemode_lab.vcenter.objects import Call

_COLLECTOR = vmodl.query.PropertyCollector
_INTERVAL_S = 0.05
_Seen = dict[str, dict[str, str]]
"""Properties as XML, by the id of an object and the path of the property."""


@dataclass(slots=True)
class Watch:
    """What a session's filters of one collector have told so far.

    Attributes:
        version: of the last answer.
        seen: by the id of the filter.
    """

    version: int = 0
    seen: dict[str, _Seen] = field(default_factory=dict)


def _create_filter(call: Call, spec: Any, *, partialUpdates: bool) -> Any:  # noqa: N803
    """A filter that goes with its session."""
    moid = f"session[{call.session.key}]{secrets.token_hex(8)}"
    made = Managed(
        _COLLECTOR.Filter,
        moid,
        {"spec": spec, "partialUpdates": partialUpdates},
        {"DestroyPropertyFilter": Method(_destroy_filter)},
    )
    made.transient = True
    list(selected(call.inventory, spec, call.session))
    made.kept["collector"] = call.managed.moid
    call.inventory.add(made)
    call.session.objects.add(moid)
    return made.ref


def _destroy_filter(call: Call) -> None:
    call.inventory.remove(call.managed.moid)
    call.session.objects.discard(call.managed.moid)


async def _wait(call: Call, version: str | None = None) -> Any:
    """Wait for as long as it takes, or until the session is over.

    Raises:
        vmodl.fault.RequestCanceled: the session is over.
    """
    while not call.session.is_over:
        update = _check(call, version)
        if update is not None:
            return update
        await asyncio.sleep(_INTERVAL_S)
    raise vmodl.fault.RequestCanceled(msg="The session is over.")


async def _wait_ex(call: Call, version: str | None = None, options: Any = None) -> Any:
    """Wait as long as the options say, and say nothing where nothing has changed."""
    longest = options.maxWaitSeconds if options is not None else None
    if longest is None:
        return await _wait(call, version)
    until = time.monotonic() + longest
    while True:
        update = _check(call, version)
        if update is not None or time.monotonic() >= until or call.session.is_over:
            return update
        await asyncio.sleep(_INTERVAL_S)


def _check(call: Call, version: str | None = None) -> Any:
    """What has changed since a version; everything where there is none.

    Raises:
        vmodl.query.InvalidCollectorVersion: there was no such version.
    """
    watch = call.session.watches.setdefault(call.managed.moid, Watch())
    if not version:
        watch.seen = {}
    elif version != str(watch.version):
        raise vmodl.query.InvalidCollectorVersion(msg="The version is unknown to the collector.")
    changes = [
        _COLLECTOR.FilterUpdate(filter=watcher.ref, objectSet=objects)
        for watcher in _filters(call)
        if (objects := _changed(call, watcher, watch))
    ]
    if not changes:
        return None
    watch.version += 1
    return _COLLECTOR.UpdateSet(version=str(watch.version), filterSet=changes, truncated=False)


def _filters(call: Call) -> list[Managed]:
    return [
        managed
        for managed in call.inventory.of(_COLLECTOR.Filter)
        if managed.moid in call.session.objects and managed.kept["collector"] == call.managed.moid
    ]


def _changed(call: Call, watcher: Managed, watch: Watch) -> list[Any]:
    """Objects that came, changed or went since a filter was last asked."""
    from securemode_lab.vcenter.collector import properties_of  # noqa: PLC0415 - the two recur

    before, now = watch.seen.get(watcher.moid, {}), {}
    updates = []
    for managed, wanted in selected(call.inventory, watcher.properties["spec"], call.session):
        values = properties_of(call, managed, wanted)
        shown = {path: soap.written(value, "val", object) for path, value in values.items()}
        now[managed.moid] = shown
        old = before.get(managed.moid, {})
        changes = [
            _COLLECTOR.Change(name=path, op="assign", val=values[path])
            for path, text in shown.items()
            if old.get(path) != text
        ]
        if changes:
            kind = "modify" if managed.moid in before else "enter"
            updates.append(_COLLECTOR.ObjectUpdate(kind=kind, obj=managed.ref, changeSet=changes))
    watch.seen[watcher.moid] = now
    return updates


METHODS = {
    "CreateFilter": Method(_create_filter),
    "CheckForUpdates": Method(_check),
    "WaitForUpdates": Method(_wait),
    "WaitForUpdatesEx": Method(_wait_ex),
    "CancelWaitForUpdates": Method(lambda call: None),  # noqa: ARG005
}
