from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.tls import (
    aes128_sha_refused,
    cbc_accepted_over_tls_1_2,
    fips_approved_only,
    tls_1_2_and_later_only,
)
from securemode.observations.tls import TlsService
from securemode.plugin.steps import judgement, observation
from securemode.probes.probe import not_applicable
from securemode.probes.sslyze_witness import SslyzeScan
from securemode.probes.tls import TlsEndpoint

if TYPE_CHECKING:
    from securemode.environment.site import Site
    from securemode.probes.probe import Probe, Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node


def service_named(text: str) -> TlsService:
    return {"HTTPS": TlsService.HTTPS, "SIP over TLS": TlsService.SIP_TLS}[text]


@observation("every TLS version and suite is offered to {service}", service=service_named)
def tls_witnesses(node: Node, site: Site, service: TlsService) -> Withheld | tuple[Probe, Probe]:
    if service is TlsService.SIP_TLS and not site.protocols.sip:
        return not_applicable("site.protocols says that the site needs no SIP.")
    port = 443 if service is TlsService.HTTPS else site.sip_ports.tls
    return (
        TlsEndpoint(target=node, service=service, port=port),
        SslyzeScan(target=node, service=service, port=port),
    )


@judgement("only TLS 1.2 and later are accepted")
def only_tls_1_2_and_later(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(tls_1_2_and_later_only)


@judgement("AES128-SHA is refused")
def no_aes128_sha(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(aes128_sha_refused)


@judgement("a CBC suite is accepted over TLS 1.2")
def cbc_over_tls_1_2(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(cbc_accepted_over_tls_1_2)


@judgement("only FIPS-approved versions, suites and groups are accepted")
def fips_approved(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(fips_approved_only)
