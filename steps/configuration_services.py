from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.configuration_backups import a_backup_is_recent
from securemode.judges.services import SERVER_KINDS, ServerKind, ntp_keys_are_set, servers_are_used
from securemode.plugin.steps import judgement, observation
from securemode.probes.configuration import ConfigurationResource, configuration
from securemode.probes.probe import not_applicable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode.environment.site import Site
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment


@observation("the {kind} servers and their users are read", kind=SERVER_KINDS.__getitem__)
def servers_and_users(
    deployment: Deployment, site: Site, kind: ServerKind
) -> Sequence[ConfigurationResource] | Withheld:
    if kind is SERVER_KINDS["DNS"] and not site.uses_dns:
        return not_applicable("site.uses_dns says that the site does without DNS.")
    return configuration(deployment, kind.resource, "management_vm", "system_location")


@judgement("enough {kind} servers are used everywhere", kind=SERVER_KINDS.__getitem__)
def servers_used_everywhere(seen: Sightings, kind: ServerKind) -> tuple[Finding, ...]:
    return seen.together(servers_are_used, kind=kind)


@observation("the NTP servers are read")
def ntp_servers(deployment: Deployment) -> ConfigurationResource:
    return ConfigurationResource(target=deployment, resource="ntp_server")


@judgement("each NTP server has key authentication credentials")
def ntp_servers_have_keys(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(ntp_keys_are_set)


@observation("the backups that the Management Node holds are listed")
def backups(deployment: Deployment) -> ConfigurationResource:
    return ConfigurationResource(target=deployment, resource="system_backup")


@judgement("one of them is as recent as the site wants")
def one_backup_is_recent(seen: Sightings, site: Site) -> tuple[Finding, ...]:
    return seen.each(a_backup_is_recent, age_days=site.backup_age_days)
