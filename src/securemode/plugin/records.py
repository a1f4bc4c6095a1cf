"""What persons have decided and stated, as the record of a run has it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from securemode.environment import waivers
from securemode.judges.attestations import lacks
from securemode.observations.attestations import AttestationsSeen, Statement
from securemode.probes.attestations import AttestationFile
from securemode.report.attestation import Attestation
from securemode.report.waiver import Waiver

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from securemode.environment.models import Environment
    from securemode.environment.parts import Gate
    from securemode.requirements import Catalogue


def waivers_of(environment: Environment, catalogue: Catalogue) -> tuple[Waiver, ...]:
    """The waivers that the environment names; none where it names no file.

    Raises:
        ConfigurationError: anything at all is wrong in the file, one line a problem.
    """
    if environment.records.waivers is None:
        return ()
    found = waivers.load(environment.records.waivers, [row.id for row in catalogue.rows])
    return tuple(_recorded(one) for one in found.waivers)


def _recorded(one: waivers.Waiver) -> Waiver:
    return Waiver(
        requirement=one.requirement,
        scope=one.scope,
        fingerprints=one.fingerprints,
        approver=one.approver.in_words(),
        reason=one.reason,
        compensating=one.compensating,
        ticket=one.ticket,
        starts=one.starts,
        ends=one.ends,
    )


def attestations_of(
    evidence_records: Iterable[Mapping[str, Any]], gate: Gate
) -> tuple[Attestation, ...]:
    """Every statement that the run read, and what keeps it from counting.

    Args:
        evidence_records: of the run.
        gate: of the environment: how old a statement may be, whether two persons are needed.
    """
    looks: TypeAdapter[AttestationsSeen] = TypeAdapter(AttestationsSeen)
    read = [
        looks.validate_python(record["observation"])
        for record in evidence_records
        if record.get("probe") == AttestationFile.name and "observation" in record
    ]
    return tuple(_attested(one, seen, gate) for seen in read for one in seen.statements)


def _attested(one: Statement, seen: AttestationsSeen, gate: Gate) -> Attestation:
    lack = lacks(
        one,
        today=seen.today,
        within_days=gate.attested_within_days,
        two_persons=gate.two_persons,
    )
    return Attestation(
        requirement=one.requirement,
        controls=one.controls,
        targets=one.targets,
        statement=one.says,
        by=one.by,
        confirmed_by=one.confirmed_by or "",
        verified=date.fromisoformat(one.verified),
        valid_until=date.fromisoformat(one.valid_until),
        how=one.how,
        evidence=tuple(file.name for file in one.attached),
        lacks=lack,
    )
