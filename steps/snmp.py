from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.snmp import (
    management_station_is_answered,
    nothing_less_is_answered,
    write_is_refused,
)
from securemode.plugin.steps import judgement, observation
from securemode.probes.probe import not_reviewed
from securemode.probes.snmp import SnmpAnswers, SnmpWrite

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node

NO_CREDENTIALS = "the environment gives no SNMP credentials."
GIVE_THEM = "state credentials.snmp: those of the SNMP management station."


@observation("SNMP is asked with the station's credentials and with everything less")
def snmp_answers(node: Node, environment: Environment) -> SnmpAnswers | Withheld:
    if environment.credentials.snmp is None:
        return not_reviewed(NO_CREDENTIALS, next_step=GIVE_THEM)
    return SnmpAnswers(node)


@judgement("the request with the station's credentials is answered")
def station_is_answered(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(management_station_is_answered)


@judgement("no request with anything less is answered")
def nothing_less(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(nothing_less_is_answered)


@observation("SNMP is asked to set a value to what it already is")
def snmp_write(node: Node, environment: Environment) -> SnmpWrite | Withheld:
    if environment.credentials.snmp is None:
        return not_reviewed(NO_CREDENTIALS, next_step=GIVE_THEM)
    return SnmpWrite(node)


@judgement("the write is refused")
def refused_write(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(write_is_refused)
