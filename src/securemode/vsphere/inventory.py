"""Reads everything of a vCenter that the guide has rules for, in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyVmomi import vim

from securemode.observations.vsphere import (
    DatastoreSeen,
    InventorySeen,
    MachineIdentity,
)
from securemode.vsphere.host_reading import HOST_PATHS, Distributed, host_seen
from securemode.vsphere.machine_reading import (
    IDENTITY_PATHS,
    MACHINE_PATHS,
    identity_of,
    machine_seen,
)
from securemode.vsphere.references import moid_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from securemode.vsphere.session import Properties, VSphereSession

WANTED: Mapping[type, Sequence[str]] = {
    vim.VirtualMachine: MACHINE_PATHS,
    vim.HostSystem: HOST_PATHS,
    vim.Datastore: ("name", "vm"),
    vim.ResourcePool: ("runtime.cpu.maxUsage",),
    vim.ClusterComputeResource: ("configurationEx",),
    vim.DistributedVirtualSwitch: ("name", "uuid", "config.defaultPortConfig"),
    vim.dvs.DistributedVirtualPortgroup: ("name", "config"),
}
"""Leaves rather than whole objects: "runtime" and "summary" whole cost much, and some servers send
them malformed."""


def read(session: VSphereSession) -> InventorySeen:
    """The inventory of a vCenter: our machines, others' machines, and what they run on.

    Raises:
        CannotLook: vCenter gives no usable answer, or the account may not read all of it.
    """
    found = session.properties_of(WANTED)
    pools = {
        moid: values.get("runtime.cpu.maxUsage") for moid, values in found[vim.ResourcePool].items()
    }
    distributed = Distributed(
        found[vim.DistributedVirtualSwitch], found[vim.dvs.DistributedVirtualPortgroup]
    )
    return InventorySeen(
        machines=tuple(
            machine_seen(moid, values, pools)
            for moid, values in sorted(found[vim.VirtualMachine].items())
        ),
        hosts=tuple(
            host_seen(moid, values, distributed)
            for moid, values in sorted(found[vim.HostSystem].items())
        ),
        datastores=tuple(
            DatastoreSeen(
                moid=moid,
                name=str(values.get("name", "")),
                machines=tuple(sorted(moid_of(each) for each in values.get("vm", ()))),
            )
            for moid, values in sorted(found[vim.Datastore].items())
        ),
        restarted=tuple(sorted(_restarted(found[vim.ClusterComputeResource]))),
    )


def identities(session: VSphereSession) -> tuple[MachineIdentity, ...]:
    """By what every virtual machine is known, for `matching`; much less than the inventory."""
    found = session.properties(vim.VirtualMachine, IDENTITY_PATHS)
    return tuple(identity_of(moid, values) for moid, values in sorted(found.items()))


def _restarted(clusters: Properties) -> Iterator[str]:
    """Machines for which a cluster states by name that vSphere HA restarts them."""
    for values in clusters.values():
        configuration = values.get("configurationEx")
        for rule in getattr(configuration, "dasVmConfig", None) or ():
            settings = getattr(rule, "dasSettings", None)
            priority = getattr(settings, "restartPriority", None) or rule.restartPriority
            if priority and str(priority) not in {"disabled", "clusterRestartPriority"}:
                yield moid_of(rule.key)
