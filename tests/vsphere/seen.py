"""A secured deployment as its inventory shows it, for tests that change one thing of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode.environment.vsphere import VSphere
from securemode.observations.vsphere import (
    Allocation,
    Boot,
    BootDevice,
    DatastoreSeen,
    DiskSeen,
    HostSeen,
    InventorySeen,
    KernelAdapterSeen,
    NicSeen,
    PortGroupSeen,
    Tagging,
    VirtualMachineSeen,
    Vlan,
)
from securemode.targets import Deployment, Node, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

CORE_MHZ = 2400
MGMT = Node(name="mgmt", role=Role.MANAGEMENT, ipv4="192.0.2.10", fqdn="mgmt.example.com")
CONF1 = Node(name="conf1", role=Role.CONFERENCING, ipv4="192.0.2.21", fqdn="conf1.example.com")
DEPLOYMENT = Deployment(management=MGMT, conferencing=(CONF1,))
VCENTER = VSphere(address="192.0.2.9", contingency={"mgmt": "mgmt-2", "conf1": "conf1-2"})


def vcenter(**stated: Any) -> VSphere:
    """The vCenter as an environment states it."""
    return VSphere.model_validate(
        {"address": "192.0.2.9", "ca_file": None, **stated}, context={"directory": Path()}
    )


def one_vlan(number: int) -> Vlan:
    return Vlan(tagging=Tagging.ONE, ids=((number, number),))


def disk(number: int = 0, **changes: Any) -> DiskSeen:
    seen = DiskSeen(
        key=2000 + number,
        label=f"Hard disk {number + 1}",
        is_scsi=True,
        bus=0,
        unit=number,
        datastore="datastore-1",
        capacity_kb=100 << 20,
        shares_level="normal",
        iops_limit=500,
    )
    return replace(seen, **changes)


def machine(name: str = "mgmt", moid: str = "", **changes: Any) -> VirtualMachineSeen:
    cpu = Allocation(reservation=2 * CORE_MHZ, limit=2 * CORE_MHZ, shares_level="normal")
    memory = Allocation(reservation=4096, limit=4096, shares_level="normal")
    seen = VirtualMachineSeen(
        moid=moid or f"vm-{name}",
        name=name,
        host="host-1",
        power="poweredOn",
        cpu_count=2,
        memory_mb=4096,
        cpu=cpu,
        memory=memory,
        memory_locked=True,
        pool_mhz=40_000,
        disks=(disk(0), disk(1)),
        nics=(NicSeen(label="Network adapter 1", port_group="nodes"),),
        boot=Boot(
            order=((BootDevice.DISK, 2000), (BootDevice.CDROM, 0)),
            enters_setup=False,
            firmware="bios",
        ),
    )
    return replace(seen, **changes)


def host(**changes: Any) -> HostSeen:
    seen = HostSeen(
        moid="host-1",
        name="esxi1.example.com",
        core_mhz=float(CORE_MHZ),
        summary_mhz=CORE_MHZ,
        link_mbit=(("vmnic0", 10_000), ("vmnic1", 10_000)),
        port_groups=(
            PortGroupSeen(
                key="Management",
                name="Management",
                switch="vSwitch0",
                vlan=one_vlan(10),
                uplinks=("vmnic0",),
            ),
            PortGroupSeen(
                key="nodes",
                name="nodes",
                switch="vSwitch1",
                vlan=one_vlan(110),
                uplinks=("vmnic1",),
            ),
        ),
        kernel_adapters=(
            KernelAdapterSeen(device="vmk0", services=("management",), port_group="Management"),
        ),
    )
    return replace(seen, **changes)


def port_group(of: HostSeen, key: str, **changes: Any) -> HostSeen:
    """The host with one port group changed."""
    groups = [replace(each, **changes) if each.key == key else each for each in of.port_groups]
    return replace(of, port_groups=tuple(groups))


def inventory(
    machines: Iterable[VirtualMachineSeen] | None = None,
    hosts: Iterable[HostSeen] | None = None,
    **changes: Any,
) -> InventorySeen:
    """Two nodes, their counterparts and somebody else's machine, on one host."""
    off = {"power": "poweredOff"}
    standing = (
        machine("mgmt"),
        machine("conf1"),
        machine("mgmt-2", **off),
        machine("conf1-2", **off),
        machine("jump-host", disks=(disk(0, iops_limit=200),)),
    )
    found = standing if machines is None else tuple(machines)
    seen = InventorySeen(
        machines=found,
        hosts=(host(),) if hosts is None else tuple(hosts),
        datastores=(
            DatastoreSeen(
                moid="datastore-1", name="store", machines=tuple(each.moid for each in found)
            ),
        ),
    )
    return replace(seen, **changes)
