from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.pkcs12 import bundle_is_refused, export_is_empty
from securemode.plugin.steps import judgement, observation
from securemode.probes.pkcs12 import exchange_of

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.probes.pkcs12 import Pkcs12Exchange
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node


@observation("a throw-away certificate is uploaded and exported as PKCS#12, where that is allowed")
def exchange_where_allowed(node: Node, environment: Environment) -> Pkcs12Exchange | Withheld:
    return exchange_of(node, environment)


@judgement("the bundle is refused, and a PEM file is not")
def bundle_refused(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(bundle_is_refused)


@judgement("the exported file is empty")
def exported_file_is_empty(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(export_is_empty)
