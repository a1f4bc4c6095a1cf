from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.attestations import is_attested
from securemode.plugin.steps import judgement, observation
from securemode.probes.attestations import AttestationFile
from securemode.probes.probe import not_reviewed

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment


@observation("the attestations are read")
def attestations(deployment: Deployment, environment: Environment) -> AttestationFile | Withheld:
    if environment.records.attestations is None:
        return not_reviewed(
            "Only a person can say, and the environment names no attestations.",
            next_step="state it in a file of attestations, and name that in records.attestations.",
        )
    return AttestationFile(target=deployment)


@judgement("a named person states that {requirement} holds")
def requirement_is_attested(
    seen: Sightings, requirement: str, environment: Environment
) -> tuple[Finding, ...]:
    gate = environment.gate
    return seen.each(
        is_attested,
        requirement=requirement,
        within_days=gate.attested_within_days,
        two_persons=gate.two_persons,
    )
