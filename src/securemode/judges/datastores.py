"""Whether a datastore can keep what the disks on it are promised: VMRES-09."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.verdicts import Judgement, Verdict, deviates, statement, unclear

if TYPE_CHECKING:
    from securemode.observations.vsphere import DatastoreSeen, InventorySeen

FEW = 5


def limits_fit_the_datastore(
    seen: InventorySeen, *, datastore: str, capacity_iops: int | None
) -> Judgement:
    """VMRES-09: the limits of all disks on it, ours and others', are no more than it can deliver.

    Args:
        seen: the inventory.
        datastore: its name.
        capacity_iops: what it can deliver; no interface of vSphere tells, so the site states it.
    """
    expected = "a sum of limits within its capacity"
    if capacity_iops is None:
        return Judgement(
            Verdict.NOT_REVIEWED,
            "has a capacity that the environment does not state",
            expected,
            "no capacity",
            f"state site.datastore_iops.{datastore}: the IOPS that it was measured to deliver.",
        )
    named = [each for each in seen.datastores if each.name == datastore]
    if len(named) != 1:
        return unclear(
            "cannot be told among the datastores of the vCenter",
            expected="one datastore of this name",
            saw=f"{len(named)} ({', '.join(each.moid for each in named)})" if named else "none",
            next_step="name the datastores of the deployment in vsphere.datastores, each its own.",
        )
    return _sum(seen, named[0], capacity_iops)


def _sum(seen: InventorySeen, store: DatastoreSeen, capacity_iops: int) -> Judgement:
    machines = {each.moid: each for each in seen.machines if not each.is_template}
    known = {each.moid for each in seen.machines if each.is_readable or each.is_template}
    expected = f"at most {capacity_iops} IOPS over all its disks, each with a limit"
    if hidden := [moid for moid in store.machines if moid not in known]:
        return unclear(
            "holds virtual machines whose disks cannot be seen",
            expected=expected,
            saw=f"{len(hidden)} of {len(store.machines)} ({', '.join(hidden[:FEW])})",
            next_step="give the account of credentials.vsphere the role Read-only on the whole "
            "vCenter.",
        )
    disks = [
        (machine, disk)
        for machine in machines.values()
        for disk in machine.disks
        if disk.datastore == store.moid
    ]
    if unlimited := [
        f"{disk.label} of {machine.name}" for machine, disk in disks if disk.iops_limit is None
    ]:
        return deviates(
            "has disks without an IOPS limit, so that nothing bounds the sum",
            expected=expected,
            saw=f"{', '.join(unlimited[:FEW])}{' and others' if unlimited[FEW:] else ''}",
        )
    total = sum(disk.iops_limit or 0 for _, disk in disks)
    owners = {machine.moid for machine, _ in disks}
    return statement(
        good=total <= capacity_iops,
        what="can deliver the sum of the IOPS limits on it",
        otherwise="is promised beyond what it can deliver",
        expected=expected,
        saw=f"{total} IOPS over {len(disks)} disks of {len(owners)} machines",
    )
