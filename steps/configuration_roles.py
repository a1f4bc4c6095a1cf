from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.roles import (
    auditor_holds_exactly,
    every_role_is_mapped,
    mapped_groups_are_custom,
    role_lacks_sensitive_permissions,
)
from securemode.plugin.steps import judgement, observation
from securemode.probes.configuration import ConfigurationResource, configuration

if TYPE_CHECKING:
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment


@observation("the administrator roles and their permissions are read")
def roles_and_permissions(deployment: Deployment) -> tuple[ConfigurationResource, ...]:
    return configuration(deployment, "role", "permission")


@judgement('the role "{role}" holds none of the permissions of the auditor')
def role_is_restricted(seen: Sightings, role: str) -> tuple[Finding, ...]:
    return seen.together(role_lacks_sensitive_permissions, role=role)


@judgement("the auditor holds exactly the permissions of the guide")
def auditor_is_as_described(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(auditor_holds_exactly)


@observation("the administrator roles and their LDAP mappings are read")
def roles_and_mappings(deployment: Deployment) -> tuple[ConfigurationResource, ...]:
    return configuration(deployment, "role", "role_mapping", "ldap_role")


@judgement("every role is mapped to at least one LDAP group")
def every_role_has_a_group(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(every_role_is_mapped)


@observation("the LDAP role mappings are read")
def mappings(deployment: Deployment) -> tuple[ConfigurationResource, ...]:
    return configuration(deployment, "role_mapping", "ldap_role")


@judgement("no mapped group is one that the directory pre-defines")
def groups_are_custom(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(mapped_groups_are_custom)
