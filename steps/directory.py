from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.directory import (
    directory_accepts_the_bind,
    mapped_groups_exist_and_are_custom,
)
from securemode.plugin.steps import judgement, observation
from securemode.probes.directory import DirectoryBind, DirectoryGroups
from securemode.probes.probe import not_reviewed

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment

NO_DETAILS = "the environment does not state the directory and the password of the bind."
GIVE_DETAILS = "state site.ldap and credentials.ldap_bind_password."


@observation("the directory is bound to with the details of the site")
def directory_bound(
    deployment: Deployment, environment: Environment, site: Site
) -> DirectoryBind | Withheld:
    if site.ldap is None or environment.credentials.ldap_bind_password is None:
        return not_reviewed(NO_DETAILS, next_step=GIVE_DETAILS)
    ldap = site.ldap
    return DirectoryBind(
        target=deployment,
        server=ldap.server,
        bind_username=ldap.bind_username,
        base_dn=ldap.base_dn,
    )


@judgement("the directory accepts the bind over TLS")
def directory_accepts(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(directory_accepts_the_bind)


@observation("every mapped LDAP group is looked up in the directory")
def mapped_groups_looked_up(
    deployment: Deployment, environment: Environment, site: Site
) -> DirectoryGroups | Withheld:
    if site.ldap is None or environment.credentials.ldap_bind_password is None:
        return not_reviewed(NO_DETAILS, next_step=GIVE_DETAILS)
    ldap = site.ldap
    return DirectoryGroups(
        target=deployment,
        server=ldap.server,
        bind_username=ldap.bind_username,
        base_dn=ldap.base_dn,
    )


@judgement("each of them exists, and none is pre-defined")
def groups_exist(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(mapped_groups_exist_and_are_custom)
