"""Networks of virtual machines: port groups of hosts, and a distributed switch with its own."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.objects import Managed

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.vcenter.objects import Inventory

_PORTS = 128
_UPLINKS = ("uplink1", "uplink2")
_HIGHEST_VLAN = 4094
_ETHERNET_MTU_BYTES = 1500


def port_group(
    inventory: Inventory, name: str, parent: Any, hosts: Callable[[], list[Any]]
) -> Managed:
    """A network of that name, as standard switches have it; hosts say what its VLAN is."""
    network = Managed(vim.Network, inventory.new_moid("network"))
    network.properties = {
        "name": name,
        "parent": parent,
        "overallStatus": "green",
        "summary": vim.Network.Summary(
            network=network.ref, name=name, accessible=True, ipPoolName=""
        ),
        "host": hosts,
        "vm": lambda: _machines(inventory, network),
    }
    return inventory.add(network)


def _machines(inventory: Inventory, network: Managed) -> list[Any]:
    machines = inventory.of(vim.VirtualMachine)
    return [machine.ref for machine in machines if network.ref in machine.read("network")]


def switch_uuid(name: str) -> str:
    """As vCenter writes the UUID of a distributed switch."""
    digits = uuid.uuid5(uuid.NAMESPACE_DNS, name).hex
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    return f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def distributed_switch(
    inventory: Inventory, name: str, parent: Any, hosts: Callable[[], list[Any]]
) -> Managed:
    """A distributed switch with its port group of uplinks; its hosts are asked for."""
    switch = Managed(vim.dvs.VmwareDistributedVirtualSwitch, inventory.new_moid("dvs"))
    switch.properties = {
        "name": name,
        "parent": parent,
        "uuid": switch_uuid(name),
        "overallStatus": "green",
        "portgroup": lambda: _groups(inventory, switch),
        "summary": vim.DistributedVirtualSwitch.Summary(
            name=name,
            uuid=switch_uuid(name),
            numPorts=_PORTS,
            productInfo=vim.dvs.ProductSpec(name="DVS", vendor="VMware, Inc.", version="8.0.3"),
        ),
        "config": _switch_config(name),
    }
    inventory.add(switch)
    uplinks = distributed_group(
        inventory, f"{name}-uplinks", switch, settings(trunk()), uplink=True, hosts=hosts
    )
    switch.properties["config"].uplinkPortgroup = [uplinks.ref]
    return switch


def _switch_config(name: str) -> Any:
    return vim.dvs.VmwareDistributedVirtualSwitch.ConfigInfo(
        uuid=switch_uuid(name),
        name=name,
        numPorts=_PORTS,
        maxPorts=1 << 30,
        uplinkPortPolicy=vim.DistributedVirtualSwitch.NameArrayUplinkPortPolicy(
            uplinkPortName=list(_UPLINKS)
        ),
        defaultPortConfig=settings(vlan(0)),
        productInfo=vim.dvs.ProductSpec(name="DVS", vendor="VMware, Inc.", version="8.0.3"),
        policy=vim.DistributedVirtualSwitch.SwitchPolicy(),
        configVersion="1",
        contact=vim.DistributedVirtualSwitch.ContactInfo(),
        createTime=datetime(2026, 9, 1, tzinfo=UTC),
        networkResourceManagementEnabled=True,
        maxMtu=_ETHERNET_MTU_BYTES,
        linkDiscoveryProtocolConfig=vim.host.LinkDiscoveryProtocolConfig(
            protocol="lldp", operation="listen"
        ),
    )


def join(switch: Managed, host: Managed) -> None:
    """Take a host into a distributed switch, as the switch tells it."""
    switch.properties["config"].host.append(_member(host.ref))


def _groups(inventory: Inventory, switch: Managed) -> list[Any]:
    return [
        group.ref
        for group in inventory.of(vim.dvs.DistributedVirtualPortgroup)
        if group.read("config").distributedVirtualSwitch == switch.ref
    ]


def distributed_group(
    inventory: Inventory,
    name: str,
    switch: Managed,
    setting: Any,
    *,
    hosts: Callable[[], list[Any]],
    uplink: bool = False,
) -> Managed:
    """A port group of a distributed switch; its key is its managed object id."""
    group = Managed(vim.dvs.DistributedVirtualPortgroup, inventory.new_moid("dvportgroup"))
    group.properties = {
        "name": lambda: group.properties["config"].name,
        "parent": switch.read("parent"),
        "key": group.moid,
        "overallStatus": "green",
        "portKeys": [],
        "host": hosts,
        "vm": lambda: _machines(inventory, group),
        "summary": vim.Network.Summary(network=group.ref, name=name, accessible=True),
        "config": vim.dvs.DistributedVirtualPortgroup.ConfigInfo(
            key=group.moid,
            name=name,
            numPorts=_PORTS,
            distributedVirtualSwitch=switch.ref,
            defaultPortConfig=setting,
            type="earlyBinding",
            policy=vim.dvs.VmwareDistributedVirtualSwitch.VMwarePortgroupPolicy(
                blockOverrideAllowed=True, portConfigResetAtDisconnect=True
            ),
            configVersion="1",
            autoExpand=True,
            uplink=uplink,
        ),
    }
    return inventory.add(group)


def settings(vlan_spec: Any) -> Any:
    """What a port does: its VLAN, the uplinks that it uses, and what it lets machines do."""
    no = vim.BoolPolicy(inherited=False, value=False)
    device = vim.dvs.VmwareDistributedVirtualSwitch
    return device.VmwarePortConfigPolicy(
        vlan=vlan_spec,
        uplinkTeamingPolicy=device.UplinkPortTeamingPolicy(
            inherited=False,
            policy=vim.StringPolicy(inherited=False, value="loadbalance_srcid"),
            uplinkPortOrder=device.UplinkPortOrderPolicy(
                inherited=False, activeUplinkPort=list(_UPLINKS), standbyUplinkPort=[]
            ),
        ),
        securityPolicy=device.SecurityPolicy(
            inherited=False, allowPromiscuous=no, macChanges=no, forgedTransmits=no
        ),
    )


def vlan(number: int) -> Any:
    """One VLAN."""
    return vim.dvs.VmwareDistributedVirtualSwitch.VlanIdSpec(inherited=False, vlanId=number)


def trunk() -> Any:
    """Every VLAN, as uplinks carry them."""
    everything = vim.NumericRange(start=0, end=_HIGHEST_VLAN)
    return vim.dvs.VmwareDistributedVirtualSwitch.TrunkVlanSpec(
        inherited=False, vlanId=[everything]
    )


def _member(host: Any) -> Any:
    return vim.dvs.HostMember(
        config=vim.dvs.HostMember.ConfigInfo(
            host=host,
            maxProxySwitchPorts=_PORTS,
            backing=vim.dvs.HostMember.PnicBacking(),
        ),
        status="up",
    )
