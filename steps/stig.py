from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.environment.stig import StigInputs
from securemode.judges.stig import (
    baseline_holds,
    controls_are_attested,
    machine_baseline_holds,
)
from securemode.plugin.steps import judgement, observation
from securemode.probes.attestations import AttestationFile
from securemode.probes.probe import Withheld
from securemode.probes.stig import HostBaseline, MachineBaselines
from securemode.probes.vsphere_inventory import inventory_of
from securemode.targets import Scope

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Probe
    from securemode.sightings import Finding, Sightings
    from securemode.stig.catalogue import Stigs
    from securemode.targets import Deployment, Host, Node


def _inputs(environment: Environment) -> StigInputs:
    return environment.vsphere.stig if environment.vsphere else StigInputs()


def _settings_of(
    host: Host, deployment: Deployment, environment: Environment
) -> HostBaseline | Withheld:
    asked = inventory_of(deployment, environment)
    if isinstance(asked, Withheld):
        return asked
    return HostBaseline(target=host, address=asked.address, port=asked.port)


@observation("the settings of the host are read")
def host_settings(
    host: Host, deployment: Deployment, environment: Environment
) -> HostBaseline | Withheld:
    return _settings_of(host, deployment, environment)


@observation("the settings of the virtual machines are read")
def machine_settings(
    deployment: Deployment, environment: Environment
) -> MachineBaselines | Withheld:
    asked = inventory_of(deployment, environment)
    if isinstance(asked, Withheld):
        return asked
    return MachineBaselines(target=deployment, address=asked.address, port=asked.port)


@observation("the settings of the host and the attestations are read")
def host_settings_and_attestations(
    host: Host, deployment: Deployment, environment: Environment
) -> tuple[Probe | Withheld, ...]:
    settings = _settings_of(host, deployment, environment)
    if environment.records.attestations is None:
        return (settings,)
    return settings, AttestationFile(target=deployment)


@judgement("no control of the ESXi STIG is open")
def no_control_of_the_host_is_open(
    seen: Sightings, environment: Environment, stigs: Stigs
) -> tuple[Finding, ...]:
    return seen.each(
        baseline_holds,
        stig=stigs.of(Scope.HOST),
        inputs=_inputs(environment),
        severities=environment.gate.stig_severities,
    )


@judgement("no control of the virtual machine STIG is open")
def no_control_of_the_virtual_machine_is_open(
    seen: Sightings, node: Node, environment: Environment, stigs: Stigs
) -> tuple[Finding, ...]:
    findings = seen.each(
        machine_baseline_holds,
        node=node,
        stig=stigs.of(Scope.VIRTUAL_MACHINE),
        inputs=_inputs(environment),
        severities=environment.gate.stig_severities,
    )
    return tuple(replace(finding, target=node.name) for finding in findings)


@judgement("a named person states what no interface shows of the ESXi STIG")
def the_rest_of_the_host_is_attested(
    seen: Sightings, environment: Environment, stigs: Stigs
) -> tuple[Finding, ...]:
    return seen.together(
        controls_are_attested,
        stig=stigs.of(Scope.HOST),
        inputs=_inputs(environment),
        within_days=environment.gate.attested_within_days,
        two_persons=environment.gate.two_persons,
    )
