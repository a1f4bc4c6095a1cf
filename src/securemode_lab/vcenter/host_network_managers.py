"""The managers of an ESXi host's network and of what its kernel adapters serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyVmomi import vim

from securemode_lab.vcenter import host_edits as edits
from securemode_lab.vcenter.host_network import add_group, apply_policies, group_named, switch_named
from securemode_lab.vcenter.host_parts import manager, shown
from securemode_lab.vcenter.objects import READ, Managed, Method

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.vcenter.host_parts import Placed
    from securemode_lab.vcenter.objects import Call

_PRIVILEGE: Final = "Host.Config.Network"


def network_system(host: Managed) -> Placed:
    """What changes port groups and switches of the host's own."""

    def network() -> Any:
        return host.properties["config"].network

    def update_group(_call: Call, pgName: str, portgrp: Any) -> None:  # noqa: N803
        _existing(lambda: group_named(network(), pgName)).spec = portgrp
        apply_policies(network())

    def add(_call: Call, portgrp: Any) -> None:
        _existing(lambda: switch_named(network(), portgrp.vswitchName))
        group = add_group(network(), portgrp.name, portgrp.vlanId, portgrp.vswitchName)
        group.spec = portgrp
        apply_policies(network())

    def update_switch(_call: Call, vswitchName: str, spec: Any) -> None:  # noqa: N803
        _existing(lambda: switch_named(network(), vswitchName)).spec = spec
        apply_policies(network())

    methods = {
        "UpdatePortGroup": Method(update_group, _PRIVILEGE),
        "AddPortGroup": Method(add, _PRIVILEGE),
        "UpdateVirtualSwitch": Method(update_switch, _PRIVILEGE),
    }
    properties = {"networkInfo": network, "dnsConfig": shown(host, "network", "dnsConfig")}
    return manager(host, "networkSystem", vim.host.NetworkSystem, properties, methods)


def _existing(look: Callable[[], Any]) -> Any:
    """What is found, or the fault that vCenter has for what is not."""
    try:
        return look()
    except LookupError as error:
        raise vim.fault.NotFound(msg=str(error)) from error


def adapter_manager(host: Managed) -> Placed:
    """What says which kernel adapter serves what."""

    def query(_call: Call, nicType: str) -> Any:  # noqa: N803
        info = host.properties["config"].virtualNicManagerInfo
        return next((one for one in info.netConfig if one.nicType == nicType), None)

    def select(_call: Call, nicType: str, device: str) -> None:  # noqa: N803
        edits.serve(host, nicType, device)

    def deselect(_call: Call, nicType: str, device: str) -> None:  # noqa: N803
        edits.serve(host, nicType, device, serves=False)

    methods = {
        "QueryNetConfig": Method(query, READ),
        "SelectVnicForNicType": Method(select, _PRIVILEGE),
        "DeselectVnicForNicType": Method(deselect, _PRIVILEGE),
    }
    properties = {"info": shown(host, "virtualNicManagerInfo")}
    return manager(host, "virtualNicManager", vim.host.VirtualNicManager, properties, methods)
