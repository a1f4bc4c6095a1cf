from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.judges.authorities import (
    intermediates_are_uploaded,
    last_resort_is_trusted,
    last_resort_lasts,
    no_authority_is_expired,
    root_is_uploaded,
)
from securemode.judges.certificates_declared import (
    a_certificate_is_assigned,
    declared_certificate_is_in_force,
    declared_certificate_is_trusted,
    declared_certificate_names_node,
    declared_parameters_are_strong,
)
from securemode.observations.tls import TlsService
from securemode.plugin.steps import judgement, observation
from securemode.probes.certificates import ServedCertificates
from securemode.probes.configuration import ConfigurationResource, configuration, resource_of
from securemode.probes.probe import not_reviewed
from securemode.probes.site_authorities import SiteAuthorities

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.probes.probe import Probe, Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node


def of_the_scenario(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The whole list was read, one node of it judged: say so of the scenario's own target."""
    return tuple(replace(finding, target="") for finding in findings)


@observation("the certificate assigned to the node is read")
def assigned_certificate(deployment: Deployment, node: Node) -> tuple[ConfigurationResource, ...]:
    return configuration(deployment, resource_of(node), "tls_certificate")


@observation("the certificate assigned to the node is held against the trusted authorities")
def assigned_and_trusted(deployment: Deployment, node: Node) -> tuple[Probe, ...]:
    names = (resource_of(node), "tls_certificate", "ca_certificate")
    return (*configuration(deployment, *names), SiteAuthorities(target=deployment))


@judgement("a certificate is assigned")
def is_assigned(seen: Sightings, node: Node) -> tuple[Finding, ...]:
    return of_the_scenario(seen.together(a_certificate_is_assigned, node=node))


@judgement("a trusted authority signed it")
def is_trusted(seen: Sightings, node: Node) -> tuple[Finding, ...]:
    return of_the_scenario(seen.together(declared_certificate_is_trusted, node=node))


@judgement("it names the node")
def names_the_node(seen: Sightings, node: Node, site: Site) -> tuple[Finding, ...]:
    return of_the_scenario(
        seen.together(declared_certificate_names_node, node=node, uses_dns=site.uses_dns)
    )


@judgement("it is valid and far enough from its end")
def is_in_force(seen: Sightings, node: Node, site: Site) -> tuple[Finding, ...]:
    margin_days = site.certificate_margin_days
    return of_the_scenario(
        seen.together(declared_certificate_is_in_force, node=node, margin_days=margin_days)
    )


@judgement("its parameters are strong")
def has_strong_parameters(seen: Sightings, node: Node) -> tuple[Finding, ...]:
    return of_the_scenario(seen.together(declared_parameters_are_strong, node=node))


@observation("the trusted certificates are read")
def trusted_certificates(deployment: Deployment) -> ConfigurationResource:
    return ConfigurationResource(target=deployment, resource="ca_certificate")


@observation("the trusted certificates are held against the site's authorities")
def trusted_and_site(
    deployment: Deployment, environment: Environment
) -> tuple[Probe, ...] | Withheld:
    if environment.trust.ca_file is None:
        reason = "the environment does not say which authorities are the site's."
        return not_reviewed(reason, next_step="state trust.ca_file.")
    read = ConfigurationResource(target=deployment, resource="ca_certificate")
    return read, SiteAuthorities(target=deployment)


@observation("the trusted certificates are held against every chain that is served")
def trusted_and_served(deployment: Deployment, site: Site) -> tuple[Probe, ...]:
    sip = deployment.conferencing if site.protocols.sip else ()
    tls = TlsService.SIP_TLS
    return (
        ConfigurationResource(target=deployment, resource="ca_certificate"),
        SiteAuthorities(target=deployment),
        *(ServedCertificates(target=node) for node in deployment.nodes),
        *(ServedCertificates(target=node, service=tls, port=site.sip_ports.tls) for node in sip),
    )


@judgement("the site's root authority is among them")
def root_is_among_them(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(root_is_uploaded)


@judgement("every intermediate of the chains is among them")
def intermediates_are_among_them(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(intermediates_are_uploaded)


@judgement("none of them has expired")
def none_has_expired(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(no_authority_is_expired)


@judgement("the local administrator's own certificate is among them")
def last_resort_is_among_them(seen: Sightings, environment: Environment) -> tuple[Finding, ...]:
    return seen.each(last_resort_is_trusted, account=environment.credentials.web.username)


@judgement("the local administrator's own certificate is far from its end")
def last_resort_is_far_from_its_end(
    seen: Sightings, environment: Environment, site: Site
) -> tuple[Finding, ...]:
    account, margin_days = environment.credentials.web.username, site.last_resort_margin_days
    return seen.each(last_resort_lasts, account=account, margin_days=margin_days)
