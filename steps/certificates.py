from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.certificates import (
    certificate_is_in_force,
    certificate_names_node,
    chain_is_trusted,
    key_is_compliant,
    parameters_are_strong,
)
from securemode.observations.tls import TlsService
from securemode.plugin.steps import judgement, observation
from securemode.probes.certificates import ServedCertificates
from securemode.probes.probe import not_applicable
from securemode.probes.site_authorities import SiteAuthorities

if TYPE_CHECKING:
    from securemode.environment.site import Site
    from securemode.probes.probe import Probe, Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node


def served(node: Node, site: Site, service: TlsService) -> ServedCertificates | Withheld:
    """The probe of one TLS port, where the site has it open."""
    if service is TlsService.SIP_TLS and not site.protocols.sip:
        return not_applicable("site.protocols says that the site needs no SIP.")
    port = 443 if service is TlsService.HTTPS else site.sip_ports.tls
    return ServedCertificates(target=node, service=service, port=port)


def service_named(text: str) -> TlsService:
    return {"HTTPS": TlsService.HTTPS, "SIP over TLS": TlsService.SIP_TLS}[text]


@observation("the certificates that {service} serves are looked at", service=service_named)
def served_certificates(
    node: Node, site: Site, service: TlsService
) -> ServedCertificates | Withheld:
    return served(node, site, service)


@observation(
    "the certificates that {service} serves are held against the trusted authorities",
    service=service_named,
)
def served_and_trusted(
    node: Node, deployment: Deployment, site: Site, service: TlsService
) -> tuple[Probe | Withheld, ...]:
    return served(node, site, service), SiteAuthorities(target=deployment)


@judgement("each chain is complete and leads to a trusted authority")
def each_chain_is_trusted(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(chain_is_trusted)


@judgement("each certificate names the node")
def each_names_the_node(seen: Sightings, node: Node, site: Site) -> tuple[Finding, ...]:
    return seen.each(certificate_names_node, node=node, uses_dns=site.uses_dns)


@judgement("each certificate is valid and far enough from its end")
def each_is_in_force(seen: Sightings, site: Site) -> tuple[Finding, ...]:
    return seen.each(certificate_is_in_force, margin_days=site.certificate_margin_days)


@judgement("each key is one that FIPS mode allows")
def each_key_is_compliant(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(key_is_compliant)


@judgement("the parameters of ephemeral keys are strong")
def strong_parameters(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(parameters_are_strong)
