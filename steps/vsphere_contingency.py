from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.contingency import secondary_is_off, secondary_mirrors_primary
from securemode.plugin.steps import judgement, observation
from securemode.probes.probe import not_reviewed
from securemode.probes.vsphere_inventory import inventory_of

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Withheld
    from securemode.probes.vsphere_inventory import VSphereInventory
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment


@observation("both deployments are read")
def both_deployments(
    deployment: Deployment, environment: Environment
) -> VSphereInventory | Withheld:
    if environment.vsphere is not None and not environment.vsphere.contingency:
        return not_reviewed(
            "the environment names no secondary deployment",
            next_step="state its virtual machines under vsphere.contingency, by node.",
        )
    return inventory_of(deployment, environment)


@judgement("every node has a counterpart like it")
def has_counterparts(
    seen: Sightings, deployment: Deployment, environment: Environment
) -> tuple[Finding, ...]:
    vcenter, iops = environment.vsphere, environment.site.disk_iops
    return seen.each(
        secondary_mirrors_primary, deployment=deployment, vcenter=vcenter, disk_iops=iops
    )


@judgement("the secondary deployment is off")
def secondary_off(seen: Sightings, environment: Environment) -> tuple[Finding, ...]:
    return seen.each(secondary_is_off, vcenter=environment.vsphere)
