"""The property collector: many properties of many objects in one answer."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from pyVmomi import vmodl

from securemode_lab.vcenter import updates
from securemode_lab.vcenter.objects import VIEW, Managed, Method
from securemode_lab.vcenter.property_paths import all_of, value_at
from securemode_lab.vcenter.selection import selected
from securemode_lab.vcenter.sessions import ANONYMOUS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode_lab.vcenter.objects import Call

_COLLECTOR = vmodl.query.PropertyCollector


def property_collector(moid: str = "propertyCollector") -> Managed:
    """A property collector."""
    return Managed(
        _COLLECTOR,
        moid,
        methods={
            "RetrieveProperties": Method(_retrieve, ANONYMOUS),
            "RetrievePropertiesEx": Method(_retrieve_ex, ANONYMOUS),
            "ContinueRetrievePropertiesEx": Method(_continue, VIEW),
            "CancelRetrievePropertiesEx": Method(_cancel, VIEW),
            "CreatePropertyCollector": Method(_create, VIEW),
            "DestroyPropertyCollector": Method(_destroy, VIEW),
            **updates.METHODS,
        },
    )


def content_of(call: Call, specs: Iterable[Any]) -> list[Any]:
    """What filter specs ask for, object by object; unset properties are left out."""
    return [
        _COLLECTOR.ObjectContent(
            obj=managed.ref,
            propSet=[
                vmodl.DynamicProperty(name=name, val=value)
                for name, value in properties_of(call, managed, wanted).items()
            ],
        )
        for spec in specs
        for managed, wanted in selected(call.inventory, spec, call.session)
    ]


def properties_of(call: Call, managed: Managed, wanted: Iterable[Any]) -> dict[str, Any]:
    """The properties of one object that property specs name and that are set."""
    found: dict[str, Any] = {}
    for spec in wanted:
        if spec.all:
            found |= all_of(managed, call.session)
        for path in spec.pathSet:
            value = value_at(managed, path, call.session)
            if value is not None:
                found[path] = value
    return found


def _retrieve(call: Call, specSet: Any) -> Any:  # noqa: N803 - pyVmomi's name
    return content_of(call, specSet)


def _retrieve_ex(call: Call, specSet: Any, options: Any) -> Any:  # noqa: N803 - pyVmomi's name
    objects = content_of(call, specSet)
    return _page(call, objects, options.maxObjects or len(objects)) if objects else None


def _page(call: Call, objects: list[Any], size: int) -> Any:
    """The first objects, and a token for the rest."""
    result = _COLLECTOR.RetrieveResult(objects=objects[:size])
    if objects[size:]:
        result.token = secrets.token_hex(8)
        call.session.pages[result.token] = (objects[size:], size)
    return result


def _continue(call: Call, token: str) -> Any:
    if token not in call.session.pages:
        raise vmodl.fault.InvalidArgument(
            msg="A specified parameter was not correct: token", invalidProperty="token"
        )
    objects, size = call.session.pages.pop(token)
    return _page(call, objects, size)


def _cancel(call: Call, token: str) -> None:
    call.session.pages.pop(token, None)


def _create(call: Call) -> Any:
    made = property_collector(f"session[{call.session.key}]{secrets.token_hex(8)}")
    made.transient = True
    call.session.objects.add(made.moid)
    return call.inventory.add(made).ref


def _destroy(call: Call) -> None:
    call.inventory.remove(call.managed.moid)
