from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.configuration_addresses import ipv6_is_configured
from securemode.judges.configuration_overrides import ssh_is_not_overridden
from securemode.judges.services import (
    snmp_community_is_changed,
    snmp_credentials_are_set,
    snmp_mode_is_v3,
)
from securemode.judges.settings import Setting, location_setting_is, setting_named
from securemode.plugin.steps import judgement, observation
from securemode.probes.configuration import ConfigurationResource, resource_of
from securemode.probes.probe import not_applicable
from securemode.sightings import of_the_scenario

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Location, Node


@observation("the configuration of the node is read")
def configuration_of_node(deployment: Deployment, node: Node) -> ConfigurationResource:
    return ConfigurationResource(target=deployment, resource=resource_of(node))


@judgement("the node does not switch SSH on for itself")
def node_leaves_ssh_alone(seen: Sightings, node: Node) -> tuple[Finding, ...]:
    return of_the_scenario(seen.each(ssh_is_not_overridden, node=node))


@judgement("its SNMP mode is SNMPv3 read-only")
def snmp_mode(seen: Sightings, node: Node) -> tuple[Finding, ...]:
    return of_the_scenario(seen.each(snmp_mode_is_v3, node=node))


@judgement("it has the SNMPv3 credentials of the management station")
def snmp_credentials(seen: Sightings, node: Node, environment: Environment) -> tuple[Finding, ...]:
    snmp = environment.credentials.snmp
    username = snmp.username if snmp else None
    return of_the_scenario(seen.each(snmp_credentials_are_set, node=node, username=username))


@judgement('its SNMP community is something other than "public"')
def snmp_community(seen: Sightings, node: Node) -> tuple[Finding, ...]:
    return of_the_scenario(seen.each(snmp_community_is_changed, node=node))


@observation("the settings of the location are read")
def location_settings(deployment: Deployment) -> ConfigurationResource:
    return ConfigurationResource(target=deployment, resource="system_location")


@judgement('its "{setting}" is {value}', setting=setting_named)
def location_setting_has_value(
    seen: Sightings, setting: Setting, value: str, site: Site, location: Location
) -> tuple[Finding, ...]:
    wanted = setting.wanted(value, site)
    return of_the_scenario(
        seen.each(location_setting_is, location=location, setting=setting, wanted=wanted)
    )


@observation("the IPv6 configuration of the node is read")
def ipv6_configuration(
    deployment: Deployment, node: Node, site: Site
) -> ConfigurationResource | Withheld:
    if not site.uses_ipv6:
        return not_applicable("site.uses_ipv6 says that the site does without IPv6.")
    return ConfigurationResource(target=deployment, resource=resource_of(node))


@judgement("it has its IPv6 address and gateway")
def ipv6_address_and_gateway(
    seen: Sightings, node: Node, environment: Environment
) -> tuple[Finding, ...]:
    gateway = environment.ipv6_gateway_of(node)
    return of_the_scenario(seen.each(ipv6_is_configured, node=node, gateway=gateway))
