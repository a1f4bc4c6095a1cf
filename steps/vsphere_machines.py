from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.attestations import is_attested
from securemode.judges.boot import boot_order_is_attested
from securemode.judges.machine_rules import rule_named
from securemode.judges.virtual_machines import machine_satisfies
from securemode.plugin.steps import judgement, observation
from securemode.probes.attestations import AttestationFile
from securemode.probes.probe import Withheld, not_reviewed
from securemode.probes.vsphere_inventory import inventory_of
from securemode.sightings import of_the_scenario

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Probe
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node


@judgement("of its virtual machine holds: {statement}")
def machine_holds(
    seen: Sightings, statement: str, node: Node, environment: Environment
) -> tuple[Finding, ...]:
    rule = rule_named(statement, environment.site)
    return of_the_scenario(
        seen.each(machine_satisfies, node=node, vcenter=environment.vsphere, rule=rule)
    )


@observation("the boot orders and the attestations are read")
def boot_orders_and_attestations(
    deployment: Deployment, environment: Environment
) -> tuple[Probe | Withheld, ...]:
    inventory = inventory_of(deployment, environment)
    looks = () if isinstance(inventory, Withheld) else (inventory,)
    if environment.records.attestations is not None:
        return (*looks, AttestationFile(target=deployment))
    return looks or (
        not_reviewed(
            "The environment names neither a vCenter nor attestations.",
            next_step="state vsphere: and credentials.vsphere, or records.attestations.",
        ),
    )


@judgement("the boot order of {requirement} is read, or stated by a named person")
def boot_order_is_known(
    seen: Sightings,
    requirement: str,
    node: Node,
    deployment: Deployment,
    environment: Environment,
) -> tuple[Finding, ...]:
    gate, vcenter = environment.gate, environment.vsphere
    if isinstance(inventory_of(deployment, environment), Withheld):
        days = gate.attested_within_days
        return of_the_scenario(
            seen.each(
                is_attested, requirement=requirement, within_days=days, two_persons=gate.two_persons
            )
        )
    return of_the_scenario(
        seen.together(
            boot_order_is_attested, node=node, vcenter=vcenter, requirement=requirement, gate=gate
        )
    )
