"""Nodes on VLANs that are reserved for something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.faults.fault import VSphereMistake
from securemode_lab.faults.vsphere_objects import FIRST_HOST
from securemode_lab.vcenter import networks, places
from securemode_lab.vcenter.host_network import group_named

if TYPE_CHECKING:
    from securemode_lab.deployment import Deployment
    from securemode_lab.faults.vsphere_objects import Change
    from securemode_lab.vcenter.vcenter import VCenter

GUEST_TAGGING = 4095
RESERVED = 4094
"""Which switches keep for themselves, as the site states it."""
IN_RESERVED_RANGE = 1010
_BY_STIG = "ESXI-80-000220"


def _standard(name: str, vlan: int) -> Change:
    """A port group of the first host is on another VLAN."""

    def change(vcenter: VCenter, deployment: Deployment) -> None:
        del deployment
        network = vcenter.host(FIRST_HOST).properties["config"].network
        group_named(network, name).spec.vlanId = vlan

    return change


def _distributed(vlan: Any) -> Change:
    """The distributed port group of the Conferencing Nodes is on another VLAN."""

    def change(vcenter: VCenter, deployment: Deployment) -> None:
        del deployment
        kind = vim.dvs.DistributedVirtualPortgroup
        group = vcenter.inventory.named(kind, places.DISTRIBUTED_GROUP)
        group.properties["config"].defaultPortConfig.vlan = vlan

    return change


def _on_standard_switch(
    node: str, requirement: str, group: str
) -> tuple[VSphereMistake, VSphereMistake, VSphereMistake]:
    return (
        VSphereMistake(
            name=f"vlan-{node}-4095",
            turns=(requirement, "HOST-01"),
            controls=(_BY_STIG,),
            text=f"the port group of a {node} node hands every VLAN on to it",
            change=_standard(group, GUEST_TAGGING),
        ),
        VSphereMistake(
            name=f"vlan-{node}-reserved",
            turns=(requirement,),
            text=f"the port group of a {node} node has a VLAN that the site's switches reserve",
            change=_standard(group, RESERVED),
        ),
        VSphereMistake(
            name=f"vlan-{node}-in-reserved-range",
            turns=(requirement,),
            text=f"the VLAN of a {node} node's port group lies in a range that is reserved",
            change=_standard(group, IN_RESERVED_RANGE),
        ),
    )


FAULTS: tuple[VSphereMistake, ...] = (
    *_on_standard_switch("management", "DEPLOY-01", places.MANAGEMENT_GROUP),
    *_on_standard_switch("conferencing", "DEPLOY-02", places.CONFERENCING_GROUP),
    VSphereMistake(
        name="vlan-distributed-4095",
        turns=("DEPLOY-02",),
        text="the distributed port group of a Conferencing Node is on VLAN 4095",
        change=_distributed(networks.vlan(GUEST_TAGGING)),
    ),
    VSphereMistake(
        name="vlan-distributed-trunk",
        turns=("DEPLOY-02",),
        text="the distributed port group of a Conferencing Node hands every VLAN on to it",
        change=_distributed(networks.trunk()),
    ),
    VSphereMistake(
        name="vlan-distributed-in-reserved-range",
        turns=("DEPLOY-02",),
        text="the VLAN of a distributed port group lies in a range that is reserved",
        change=_distributed(networks.vlan(IN_RESERVED_RANGE)),
    ),
)
