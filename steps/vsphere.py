from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.datastores import limits_fit_the_datastore
from securemode.judges.hosts import HOST_RULES, host_satisfies
from securemode.plugin.steps import judgement, observation
from securemode.probes.vsphere_inventory import inventory_of
from securemode.sightings import of_the_scenario

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.judges.hosts import HostRule
    from securemode.probes.probe import Withheld
    from securemode.probes.vsphere_inventory import VSphereInventory
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Datastore, Deployment, Host


@observation("the hosts and virtual machines are read")
def hosts_and_machines(
    deployment: Deployment, environment: Environment
) -> VSphereInventory | Withheld:
    return inventory_of(deployment, environment)


@observation("the datastores and the disks on them are read")
def datastores_and_disks(
    deployment: Deployment, environment: Environment
) -> VSphereInventory | Withheld:
    return inventory_of(deployment, environment)


@judgement("of the host holds: {rule}", rule=HOST_RULES.__getitem__)
def host_holds(seen: Sightings, rule: HostRule, host: Host) -> tuple[Finding, ...]:
    return of_the_scenario(seen.each(host_satisfies, host=host.name, rule=rule))


@judgement("the IOPS limits on the datastore fit its capacity")
def limits_fit(seen: Sightings, datastore: Datastore, site: Site) -> tuple[Finding, ...]:
    capacity_iops = site.datastore_iops.get(datastore.name)
    return of_the_scenario(
        seen.each(limits_fit_the_datastore, datastore=datastore.name, capacity_iops=capacity_iops)
    )
