"""How a manager of an ESXi host is made, and how it shows a part of the configuration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyVmomi import vmodl

from securemode_lab.vcenter.objects import Managed, Method

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from securemode_lab.vcenter.objects import Call

Placed = tuple[str, Managed]
"""A manager and its place in a host's `configManager`."""


def shown(host: Managed, *path: str) -> Callable[[], Any]:
    """A part of the host's configuration, as it is when somebody looks."""

    def look() -> Any:
        value = host.properties["config"]
        for member in path:
            value = getattr(value, member)
        return value

    return look


def manager(
    host: Managed,
    place: str,
    kind: Any,
    properties: Mapping[str, Any] | None = None,
    methods: Mapping[str, Method] | None = None,
) -> Placed:
    """A manager of a host, with its place in `configManager`."""
    number = host.moid.removeprefix("host-")
    answered = {name: while_connected(host, method) for name, method in (methods or {}).items()}
    return place, Managed(kind, f"{place}-{number}", properties, answered)


def while_connected(host: Managed, method: Method) -> Method:
    """A method that only the host can answer, so that nobody does while it is silent."""

    def handler(call: Call, **arguments: Any) -> Any:
        if host.read("name") in call.inventory.trouble.silent_hosts:
            raise vmodl.fault.HostNotConnected(
                msg="Unable to communicate with the remote host, since it is disconnected."
            )
        return method.handler(call, **arguments)

    return replace(method, handler=handler)
