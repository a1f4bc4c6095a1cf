"""Hosts whose management is not apart from the virtual machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.faults.fault import VSphereMistake
from securemode_lab.faults.vsphere_objects import (
    FIRST_HOST,
    SECOND_HOST,
    is_standard,
    network_card,
    on_host,
)
from securemode_lab.vcenter import host_edits, networks, places
from securemode_lab.vcenter.hardened_values import MANAGEMENT_VLAN
from securemode_lab.vcenter.host_network import (
    MACHINE_SWITCH,
    MANAGEMENT_GROUP,
    MANAGEMENT_SWITCH,
    add_group,
    apply_policies,
    give_uplinks,
    list_groups,
)
from securemode_lab.vcenter.kernel_adapters import add_kernel_adapter

if TYPE_CHECKING:
    from securemode_lab.deployment import Deployment
    from securemode_lab.vcenter.objects import Managed
    from securemode_lab.vcenter.vcenter import VCenter

_GUEST_VLAN = 140
_SEPARATE = ("HOST-03", "HOST-04")
_ON_ITS_OWN = "ESXI-80-000198"


def _network(host: Managed) -> Any:
    return host.properties["config"].network


def _one_link(host: Managed) -> None:
    for adapter in _network(host).pnic[1:]:
        adapter.linkSpeed = None


def _everything_on_one_switch(host: Managed) -> None:
    """The machines' port groups move to the switch of the management."""
    network = _network(host)
    for group in network.portgroup:
        group.spec.vswitchName = MANAGEMENT_SWITCH
        group.vswitch = f"key-vim.host.VirtualSwitch-{MANAGEMENT_SWITCH}"
    list_groups(network)
    apply_policies(network)


def _one_adapter(host: Managed) -> None:
    network = _network(host)
    _everything_on_one_switch(host)
    network.vswitch = [switch for switch in network.vswitch if switch.name != MACHINE_SWITCH]
    network.pnic = network.pnic[:1]
    give_uplinks(network, MANAGEMENT_SWITCH, [network.pnic[0].device])


def _guests_beside_management(host: Managed) -> None:
    add_group(_network(host), "Guests", _GUEST_VLAN, MANAGEMENT_SWITCH)


def _second_way_in(host: Managed) -> None:
    """The host can be managed through the machines' switch as well."""
    network = _network(host)
    chosen = host_edits.chosen_adapters(host)
    add_group(network, "Management Network 2", MANAGEMENT_VLAN, MACHINE_SWITCH)
    device = add_kernel_adapter(network, "192.0.2.211", "Management Network 2")
    host_edits.choose_adapters(host, chosen | {"management": [*chosen["management"], device]})


def _machine_among_management(vcenter: VCenter, deployment: Deployment) -> None:
    """A machine that is no node is connected to the port group of the host's management."""
    del deployment
    inventory = vcenter.inventory
    folder = inventory.named(vim.Network, places.MANAGEMENT_GROUP).read("parent")
    here = [vcenter.host(FIRST_HOST).ref]
    network = networks.port_group(inventory, MANAGEMENT_GROUP, folder, lambda: here)
    card = network_card(vcenter.machine(places.FOREIGN))
    assert is_standard(card.backing)
    card.backing.deviceName, card.backing.network = MANAGEMENT_GROUP, network.ref


def _management_on(vcenter: VCenter, group: Managed) -> None:
    """The second host's management adapter moves to a port group of the distributed switch."""
    host = vcenter.host(SECOND_HOST)
    chosen = host_edits.chosen_adapters(host)
    network = _network(host)
    adapter = network.vnic[0]
    switch = vcenter.inventory.named(vim.DistributedVirtualSwitch, places.SWITCH)
    adapter.portgroup, adapter.spec.portgroup = "", None
    adapter.spec.distributedVirtualPort = vim.dvs.PortConnection(
        switchUuid=switch.read("uuid"), portgroupKey=group.moid, portKey="64"
    )
    for own in network.portgroup:
        own.port = [port for port in own.port if adapter.spec.mac not in port.mac]
    host_edits.choose_adapters(host, chosen)


def _management_among_machines(vcenter: VCenter, deployment: Deployment) -> None:
    del deployment
    kind = vim.dvs.DistributedVirtualPortgroup
    _management_on(vcenter, vcenter.inventory.named(kind, places.DISTRIBUTED_GROUP))


def _management_beside_machines(vcenter: VCenter, deployment: Deployment) -> None:
    del deployment
    inventory = vcenter.inventory
    group = networks.distributed_group(
        inventory,
        "dvs-management",
        inventory.named(vim.DistributedVirtualSwitch, places.SWITCH),
        networks.settings(networks.vlan(MANAGEMENT_VLAN)),
        hosts=inventory.named(
            vim.dvs.DistributedVirtualPortgroup, places.DISTRIBUTED_GROUP
        ).properties["host"],
    )
    _management_on(vcenter, group)


FAULTS: tuple[VSphereMistake, ...] = (
    VSphereMistake(
        name="host-one-link",
        turns=("HOST-02",),
        text="three of a host's four physical adapters have no link",
        change=on_host(_one_link),
    ),
    VSphereMistake(
        name="host-one-adapter",
        turns=("HOST-02", *_SEPARATE),
        text="a host has one physical adapter for everything",
        change=on_host(_one_adapter),
    ),
    VSphereMistake(
        name="host-guests-beside-management",
        turns=("HOST-03",),
        text="a port group for machines, though empty, is on the switch of a host's management",
        change=on_host(_guests_beside_management),
    ),
    VSphereMistake(
        name="host-everything-on-one-switch",
        turns=_SEPARATE,
        text="virtual machines are connected to the switch of their host's management",
        change=on_host(_everything_on_one_switch),
    ),
    VSphereMistake(
        name="host-second-way-in",
        turns=_SEPARATE,
        text="a host can be managed through the switch of its virtual machines as well",
        change=on_host(_second_way_in),
    ),
    VSphereMistake(
        name="host-machine-among-management",
        turns=("HOST-01", *_SEPARATE),
        controls=(_ON_ITS_OWN,),
        text="a virtual machine is connected to the network of its host's management",
        change=_machine_among_management,
    ),
    VSphereMistake(
        name="host-management-among-machines",
        turns=("HOST-01", *_SEPARATE, "DEPLOY-02"),
        controls=(_ON_ITS_OWN,),
        text="a host is managed through the distributed port group of its virtual machines",
        change=_management_among_machines,
    ),
    VSphereMistake(
        name="host-management-beside-machines",
        turns=_SEPARATE,
        text="a host is managed through the distributed switch of its virtual machines",
        change=_management_beside_machines,
    ),
)
