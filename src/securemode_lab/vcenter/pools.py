"""The cluster, and the resource pool from which its virtual machines live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.admission import capacity, reserved
from securemode_lab.vcenter.objects import Managed

if TYPE_CHECKING:
    from securemode_lab.vcenter.objects import Inventory

_MB = 1024 * 1024


def cluster(inventory: Inventory, name: str, parent: Any) -> Managed:
    """A cluster without HA and DRS, for nothing may move or start a node but its operator."""
    made = Managed(vim.ClusterComputeResource, inventory.new_moid("domain-c"))
    pool = resource_pool(inventory, made)
    availability = vim.cluster.DasConfigInfo(
        enabled=False, hostMonitoring="enabled", vmMonitoring="vmMonitoringDisabled"
    )
    scheduling = vim.cluster.DrsConfigInfo(enabled=False, defaultVmBehavior="manual")
    made.properties = {
        "name": name,
        "parent": parent,
        "overallStatus": "green",
        "configStatus": "green",
        "host": lambda: _hosts(inventory, made),
        "resourcePool": pool.ref,
        "datastore": lambda: [store.ref for store in inventory.of(vim.Datastore)],
        "network": lambda: [network.ref for network in inventory.of(vim.Network)],
        "configuration": vim.cluster.ConfigInfo(dasConfig=availability, drsConfig=scheduling),
        "configurationEx": vim.cluster.ConfigInfoEx(
            vmSwapPlacement="vmDirectory", dasConfig=availability, drsConfig=scheduling
        ),
        "summary": lambda: _summary(inventory, made),
    }
    return inventory.add(made)


def _hosts(inventory: Inventory, owner: Managed) -> list[Any]:
    hosts = inventory.of(vim.HostSystem)
    return [host.ref for host in hosts if host.read("parent") == owner.ref]


def _summary(inventory: Inventory, owner: Managed) -> Any:
    mhz, memory = _capacity(inventory, owner)
    hosts = _hosts(inventory, owner)
    return vim.ClusterComputeResource.Summary(
        totalCpu=mhz,
        totalMemory=memory,
        numHosts=len(hosts),
        numEffectiveHosts=len(hosts),
        effectiveCpu=mhz,
        effectiveMemory=memory // _MB,
        overallStatus="green",
    )


def resource_pool(inventory: Inventory, owner: Managed) -> Managed:
    """The root pool of a cluster."""
    pool = Managed(vim.ResourcePool, inventory.new_moid("resgroup"))
    pool.properties = {
        "name": "Resources",
        "parent": owner.ref,
        "owner": owner.ref,
        "overallStatus": "green",
        "resourcePool": [],
        "vm": lambda: _machines(inventory, pool),
        "config": lambda: _config(inventory, owner, pool),
        "runtime": lambda: _runtime(inventory, owner),
        "summary": lambda: vim.ResourcePool.Summary(
            name="Resources",
            config=_config(inventory, owner, pool),
            runtime=_runtime(inventory, owner),
        ),
    }
    return inventory.add(pool)


def _machines(inventory: Inventory, pool: Managed) -> list[Any]:
    machines = inventory.of(vim.VirtualMachine)
    return [machine.ref for machine in machines if machine.read("resourcePool") == pool.ref]


def _capacity(inventory: Inventory, owner: Managed) -> tuple[int, int]:
    """MHz and bytes of all hosts of a cluster."""
    hosts = [host for host in inventory.of(vim.HostSystem) if host.read("parent") == owner.ref]
    each = [capacity(host) for host in hosts]
    return sum(mhz for mhz, _ in each), sum(memory for _, memory in each)


def _config(inventory: Inventory, owner: Managed, pool: Managed) -> Any:
    mhz, memory = _capacity(inventory, owner)
    return vim.ResourceConfigSpec(
        entity=pool.ref, cpuAllocation=_given(mhz), memoryAllocation=_given(memory // _MB)
    )


def _given(amount: int) -> Any:
    return vim.ResourceAllocationInfo(
        reservation=amount,
        limit=amount,
        expandableReservation=False,
        shares=vim.SharesInfo(level="normal", shares=4000),
    )


def _runtime(inventory: Inventory, owner: Managed) -> Any:
    used_mhz = used_memory = 0
    for host in inventory.of(vim.HostSystem):
        if host.read("parent") == owner.ref:
            mhz, memory = reserved(inventory, host, without=None)
            used_mhz, used_memory = used_mhz + mhz, used_memory + memory
    whole_mhz, whole_memory = _capacity(inventory, owner)
    return vim.ResourcePool.RuntimeInfo(
        cpu=_usage(used_mhz, whole_mhz),
        memory=_usage(used_memory, whole_memory),
        overallStatus="green",
    )


def _usage(used: int, whole: int) -> Any:
    return vim.ResourcePool.ResourceUsage(
        reservationUsed=used,
        reservationUsedForVm=used,
        unreservedForPool=whole - used,
        unreservedForVm=whole - used,
        overallUsage=used,
        maxUsage=whole,
    )
