"""Settings that are one field of the configuration, under the names that the guide gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.judges.configuration import (
    in_words,
    not_shown,
    row_of_location,
    the_only_row,
    without_setting,
)
from securemode.verdicts import Judgement, statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.site import Site
    from securemode.judges.configuration import Row
    from securemode.observations.configuration import ConfigurationRows
    from securemode.targets import Location

SITE = "as the site states"
"""What a feature says of a value that the environment holds."""

SOME_TEXT = "some text"
"""What is wanted where the site has to say something and the guide does not care what."""

Words = tuple[tuple[str, object], ...]
"""The guide's words for values, each with what the API calls it."""

_ON_OFF: Words = (("on", True), ("off", False))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the guide.

    Attributes:
        name: the guide's words for it.
        field: the field of the API that holds it.
        words: the guide's words for values, and what the API calls them.
        site: the site's value, None where the site leaves it open; absent where the guide decides.
        unit: after numbers.
        may_be_missing: versions without the field exist and have nothing to set.
    """

    name: str
    field: str
    words: Words = _ON_OFF
    site: Callable[[Site], object] | None = None
    unit: str = ""
    may_be_missing: bool = False

    def wanted(self, value: str, site: Site) -> object:
        """What the API has to say where a feature says `value`.

        Raises:
            ValueError: the setting knows no such value.
        """
        if value == SITE and self.site is not None:
            stated = self.site(site)
            return SOME_TEXT if stated is None else stated
        meanings = dict(self.words)
        if value not in meanings:
            message = f'"{self.name}" knows {", ".join(meanings)}, not "{value}"'
            raise ValueError(message)
        return meanings[value]

    def said(self, value: object) -> str:
        """A value of the API in the guide's words."""
        for word, meaning in self.words:
            if meaning == value and type(meaning) is type(value):
                return word
        return f"{in_words(value)}{self.unit if isinstance(value, int) else ''}"


_TRISTATE: Words = (("Off", "OFF"), ("On", "ON"), ("Override", "OVERRIDE"))
_ENCRYPTION: Words = (("Best effort", "besteffort"), ("Required", "on"), ("Disabled", "off"))
_SOURCES: Words = (
    ("LDAP database and local database", "LDAP+LOCAL"),
    ("LDAP database", "LDAP"),
    ("Local database", "LOCAL"),
)
_IDENTITIES: Words = (
    ("Not required", "NO"),
    ("Required (user identity in subject CN)", "CN"),
    ("Required (user identity in subjectAltName userPrincipalName)", "UPN"),
)

GLOBAL_SETTINGS = (
    Setting("Enable SIP", "enable_sip", site=lambda site: site.protocols.sip),
    Setting("Enable SIP UDP", "enable_sip_udp", site=lambda site: site.protocols.sip_udp),
    Setting("Enable H.323", "enable_h323", site=lambda site: site.protocols.h323),
    Setting("Enable WebRTC", "enable_webrtc", site=lambda site: site.protocols.webrtc),
    Setting("Enable RTMP", "enable_rtmp", site=lambda site: site.protocols.rtmp),
    Setting(
        "Enable support for Pexip Infinity Connect clients and Client API",
        "enable_application_api",
    ),
    Setting(
        "DSCP value for management traffic",
        "management_qos",
        site=lambda site: site.dscp.management,
    ),
    Setting("Enable SSH", "enable_ssh"),
    Setting("Media encryption", "crypto_mode", _ENCRYPTION),
    Setting(
        "Signaling port range start",
        "signalling_ports_start",
        site=lambda site: site.signalling_ports.start,
    ),
    Setting(
        "Signaling port range end",
        "signalling_ports_end",
        site=lambda site: site.signalling_ports.end,
    ),
    Setting(
        "Media port range start", "media_ports_start", site=lambda site: site.media_ports.start
    ),
    Setting("Media port range end", "media_ports_end", site=lambda site: site.media_ports.end),
    Setting("OCSP state", "ocsp_state", _TRISTATE),
    Setting("OCSP responder URL", "ocsp_responder_url", site=lambda site: site.ocsp_responder_url),
    Setting("SIP TLS certificate verification mode", "sip_tls_cert_verify_mode", _TRISTATE),
    Setting("Enable HTTP access for external systems", "legacy_api_http", may_be_missing=True),
    Setting("Login banner text", "logon_banner", site=lambda site: site.login_banner),
    Setting("Enable management web interface session timeout", "session_timeout_enabled"),
    Setting(
        "Management web interface session timeout",
        "management_session_timeout",
        site=lambda site: site.session_timeout_minutes,
        unit=" minutes",
    ),
    Setting("Enable incident reporting", "error_reporting_enabled"),
    Setting("Send deployment and usage statistics to Pexip", "enable_analytics"),
)

AUTHENTICATION_SETTINGS = (
    Setting("Authentication source", "source", _SOURCES),
    Setting("Permit LDAP without TLS", "ldap_permit_no_tls"),
    Setting(
        "Require client certificate",
        "client_certificate",
        _IDENTITIES,
        site=lambda site: site.client_certificate_identity,
    ),
    Setting("LDAP server address", "ldap_server", site=lambda site: site.ldap and site.ldap.server),
    Setting("LDAP base DN", "ldap_base_dn", site=lambda site: site.ldap and site.ldap.base_dn),
    Setting(
        "LDAP bind username",
        "ldap_bind_username",
        site=lambda site: site.ldap and site.ldap.bind_username,
    ),
)

LOCATION_SETTINGS = (
    Setting("DSCP value for media", "media_qos", site=lambda site: site.dscp.media),
    Setting("DSCP value for signaling", "signalling_qos", site=lambda site: site.dscp.signalling),
    Setting("MTU", "mtu", site=lambda site: site.mtu_bytes, unit=" bytes"),
)

_BY_NAME = {
    setting.name: setting
    for setting in (*GLOBAL_SETTINGS, *AUTHENTICATION_SETTINGS, *LOCATION_SETTINGS)
}


def setting_named(name: str) -> Setting:
    """The setting that the guide calls so.

    Raises:
        ValueError: there is none of this name.
    """
    if name not in _BY_NAME:
        message = f'no setting is called "{name}"; there are: {", ".join(_BY_NAME)}'
        raise ValueError(message)
    return _BY_NAME[name]


def setting_is(seen: ConfigurationRows, *, setting: Setting, wanted: object) -> Judgement:
    """A setting of the whole deployment has the wanted value."""
    return _judged(seen, the_only_row(seen), setting, wanted)


def location_setting_is(
    seen: ConfigurationRows, *, location: Location, setting: Setting, wanted: object
) -> Judgement:
    """A setting of one system location has the wanted value."""
    return _judged(seen, row_of_location(seen, location), setting, wanted)


def _judged(
    seen: ConfigurationRows, row: Row | Judgement, setting: Setting, wanted: object
) -> Judgement:
    if isinstance(row, Judgement):
        return row
    expected = setting.said(wanted)
    if setting.field not in row:
        if setting.may_be_missing:
            return without_setting(setting.name, expected=expected, field=setting.field)
        return not_shown(seen, setting.field, setting.name, expected=expected)
    value = row[setting.field]
    saw = setting.said(value)
    return statement(
        good=_is_some_text(value) if wanted is SOME_TEXT else _same(value, wanted),
        what=f'has "{setting.name}" at {saw}',
        otherwise=f'has "{setting.name}" at {saw}',
        expected=expected,
        saw=saw,
    )


def _same(value: object, wanted: object) -> bool:
    """Equal, and of one type: in Python, True is 1."""
    return type(value) is type(wanted) and value == wanted


def _is_some_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
