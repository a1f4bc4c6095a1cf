from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.client_certificates import (
    access_is_given,
    access_is_refused,
    banner_is_shown,
    last_resort_opens,
)
from securemode.observations.client_certificates import Presented
from securemode.plugin.steps import judgement, observation
from securemode.probes.client_certificates import MADE, ClientCertificateAccess, stated_identity
from securemode.probes.configuration import ConfigurationResource
from securemode.probes.login_page import LoginPage
from securemode.probes.probe import not_reviewed

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.probes.probe import Probe, Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node

STATED_AS = {
    Presented.ADMINISTRATOR: "credentials.client_certificate",
    Presented.LAST_RESORT: "credentials.last_resort",
    Presented.UNKNOWN: "credentials.refused_certificates.unknown",
    Presented.EXPIRED: "credentials.refused_certificates.expired",
}


@observation(
    "the Administrator interface and the API are asked with {presented}", presented=Presented
)
def asked_with(
    node: Node, environment: Environment, presented: Presented
) -> ClientCertificateAccess | Withheld:
    needed = {presented, Presented.ADMINISTRATOR} - {Presented.NONE} - MADE
    needed -= {Presented.ADMINISTRATOR} if presented is Presented.LAST_RESORT else set()
    for one in sorted(needed):
        if stated_identity(environment.credentials, one) is None:
            reason = f"the environment does not give {one.value}."
            return not_reviewed(reason, next_step=f"state {STATED_AS[one]}.")
    return ClientCertificateAccess(target=node, presented=presented)


@judgement("both refuse it, and let the administrator's certificate in")
def both_refuse_it(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(access_is_refused)


@judgement("both let it in")
def both_let_it_in(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(access_is_given)


@judgement("the Administrator interface lets it in")
def interface_lets_it_in(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(last_resort_opens)


@observation("the login page is looked at before anybody logs in")
def login_page(node: Node, deployment: Deployment) -> tuple[Probe, ...]:
    return (
        LoginPage(target=node),
        ConfigurationResource(target=deployment, resource="global"),
        ConfigurationResource(target=deployment, resource="authentication"),
    )


@judgement("it shows the login banner")
def it_shows_the_banner(seen: Sightings, site: Site) -> tuple[Finding, ...]:
    return seen.together(banner_is_shown, site_text=site.login_banner)
