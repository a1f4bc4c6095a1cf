from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.configuration_overrides import SERVICES, no_service_lowers_encryption
from securemode.judges.settings import Setting, setting_is, setting_named
from securemode.plugin.steps import judgement, observation
from securemode.probes.configuration import ConfigurationResource

if TYPE_CHECKING:
    from securemode.environment.site import Site
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment


@observation("the global settings are read")
def global_settings(deployment: Deployment) -> ConfigurationResource:
    return ConfigurationResource(target=deployment, resource="global")


@observation("the administrator authentication settings are read")
def authentication_settings(deployment: Deployment) -> ConfigurationResource:
    return ConfigurationResource(target=deployment, resource="authentication")


@judgement('"{setting}" is {value}', setting=setting_named)
def setting_has_value(
    seen: Sightings, setting: Setting, value: str, site: Site
) -> tuple[Finding, ...]:
    return seen.each(setting_is, setting=setting, wanted=setting.wanted(value, site))


@observation("the media encryption of every service is read")
def media_encryption_of_services(deployment: Deployment) -> tuple[ConfigurationResource, ...]:
    return tuple(
        ConfigurationResource(target=deployment, resource=name, only=("name", "crypto_mode"))
        for name in SERVICES
    )


@judgement("no service overrides the global media encryption")
def no_service_overrides(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(no_service_lowers_encryption)
