"""Settings that are one field: value by value, with the exact words."""

from __future__ import annotations

from typing import Any

import pytest

from securemode.environment.site import LdapSite, Site
from securemode.judges.settings import (
    GLOBAL_SETTINGS,
    SITE,
    location_setting_is,
    setting_is,
    setting_named,
)
from securemode.observations.configuration import ConfigurationRows
from securemode.targets import Location
from securemode.verdicts import Verdict

CONNECT = "Enable support for Pexip Infinity Connect clients and Client API"
HTTP = "Enable HTTP access for external systems"
TIMEOUT = "Management web interface session timeout"
OCSP = "http://ocsp.example.com/"


def rows_of(resource: str, *rows: dict[str, Any], served: bool = True) -> ConfigurationRows:
    return ConfigurationRows(resource, "2026-11-23T12:00:00Z", served=served, rows=rows)


@pytest.mark.parametrize(
    ("name", "value", "row", "verdict", "expected", "saw"),
    [
        (CONNECT, "off", {"enable_application_api": False}, Verdict.PASS, "off", "off"),
        (CONNECT, "off", {"enable_application_api": True}, Verdict.FAIL, "off", "on"),
        (CONNECT, "off", {"enable_application_api": 0}, Verdict.FAIL, "off", "0"),
        (CONNECT, "off", {"enable_application_api": None}, Verdict.FAIL, "off", "nothing"),
        ("Enable SIP", SITE, {"enable_sip": True}, Verdict.PASS, "on", "on"),
        ("Enable SIP", SITE, {"enable_sip": False}, Verdict.FAIL, "on", "off"),
        ("Enable RTMP", SITE, {"enable_rtmp": True}, Verdict.FAIL, "off", "on"),
        (
            "Media encryption",
            "Required",
            {"crypto_mode": "on"},
            Verdict.PASS,
            "Required",
            "Required",
        ),
        (
            "Media encryption",
            "Required",
            {"crypto_mode": "besteffort"},
            Verdict.FAIL,
            "Required",
            "Best effort",
        ),
        ("Media encryption", "Required", {"crypto_mode": "odd"}, Verdict.FAIL, "Required", "odd"),
        ("OCSP state", "Override", {"ocsp_state": "ON"}, Verdict.FAIL, "Override", "On"),
        ("OCSP responder URL", SITE, {"ocsp_responder_url": OCSP}, Verdict.PASS, "some text", OCSP),
        (
            "OCSP responder URL",
            SITE,
            {"ocsp_responder_url": ""},
            Verdict.FAIL,
            "some text",
            "nothing",
        ),
        ("Login banner text", SITE, {"logon_banner": "  "}, Verdict.FAIL, "some text", "  "),
        (
            TIMEOUT,
            SITE,
            {"management_session_timeout": 30},
            Verdict.FAIL,
            "10 minutes",
            "30 minutes",
        ),
        (
            TIMEOUT,
            SITE,
            {"management_session_timeout": 10},
            Verdict.PASS,
            "10 minutes",
            "10 minutes",
        ),
        (HTTP, "off", {"legacy_api_http": True}, Verdict.FAIL, "off", "on"),
        (HTTP, "off", {}, Verdict.NOT_APPLICABLE, "off", "no field legacy_api_http"),
        (
            CONNECT,
            "off",
            {},
            Verdict.INCONCLUSIVE,
            "off",
            "no field enable_application_api in global",
        ),
    ],
)
def test_a_global_setting(
    *, name: str, value: str, row: dict[str, Any], verdict: Verdict, expected: str, saw: str
) -> None:
    setting = setting_named(name)
    wanted = setting.wanted(value, Site())
    said = setting_is(rows_of("global", row), setting=setting, wanted=wanted)
    assert (said.verdict, said.expected, said.saw) == (verdict, expected, saw)


def test_the_message_names_the_setting() -> None:
    setting = setting_named("Media encryption")
    said = setting_is(rows_of("global", {"crypto_mode": "off"}), setting=setting, wanted="on")
    assert said.what == 'has "Media encryption" at Disabled'


def test_the_sites_own_text_is_compared() -> None:
    setting = setting_named("Login banner text")
    wanted = setting.wanted(SITE, Site(login_banner="Keep out"))
    for text, verdict in (("Keep out", Verdict.PASS), ("Welcome", Verdict.FAIL)):
        seen = rows_of("global", {"logon_banner": text})
        assert setting_is(seen, setting=setting, wanted=wanted).verdict is verdict


@pytest.mark.parametrize(
    ("seen", "saw"),
    [
        (rows_of("global"), "0 objects"),
        (rows_of("global", {}, {}), "2 objects"),
        (rows_of("global", served=False), "no resource global in this version"),
    ],
)
def test_settings_that_are_not_there_once(seen: ConfigurationRows, saw: str) -> None:
    said = setting_is(seen, setting=setting_named("Enable SSH"), wanted=False)
    assert (said.verdict, said.saw) == (Verdict.INCONCLUSIVE, saw)


@pytest.mark.parametrize(
    ("name", "row", "verdict", "expected", "saw"),
    [
        ("MTU", {"mtu": 1400}, Verdict.PASS, "1400 bytes", "1400 bytes"),
        ("MTU", {"mtu": 1500}, Verdict.FAIL, "1400 bytes", "1500 bytes"),
        ("DSCP value for media", {"media_qos": 51}, Verdict.PASS, "51", "51"),
        ("DSCP value for media", {"media_qos": None}, Verdict.FAIL, "51", "nothing"),
        ("DSCP value for signaling", {"signalling_qos": 0}, Verdict.FAIL, "40", "0"),
    ],
)
def test_a_location(
    *, name: str, row: dict[str, Any], verdict: Verdict, expected: str, saw: str
) -> None:
    seen = rows_of("system_location", {"name": "a", **row}, {"name": "b", "mtu": 9})
    setting = setting_named(name)
    said = location_setting_is(
        seen,
        location=Location(name="a"),
        setting=setting,
        wanted=setting.wanted(SITE, Site()),
    )
    assert (said.verdict, said.expected, said.saw) == (verdict, expected, saw)


LDAP = LdapSite(server="ldap.example.com", base_dn="dc=example", bind_username="cn=infinity")


@pytest.mark.parametrize(
    ("site", "value", "verdict"),
    [
        (Site(ldap=LDAP), "ldap.example.com", Verdict.PASS),
        (Site(ldap=LDAP), "other.example.com", Verdict.FAIL),
        (Site(), "other.example.com", Verdict.PASS),
        (Site(), "", Verdict.FAIL),
    ],
)
def test_the_directory_is_the_sites_where_it_states_one(
    site: Site, value: str, verdict: Verdict
) -> None:
    setting = setting_named("LDAP server address")
    seen = rows_of("authentication", {"ldap_server": value})
    said = setting_is(seen, setting=setting, wanted=setting.wanted(SITE, site))
    assert said.verdict is verdict


def test_the_directorys_base_and_account_are_the_sites_too() -> None:
    wanted = [
        setting_named(name).wanted(SITE, Site(ldap=LDAP))
        for name in ("LDAP base DN", "LDAP bind username")
    ]
    assert wanted == ["dc=example", "cn=infinity"]


def test_a_location_that_the_product_does_not_have() -> None:
    said = location_setting_is(
        rows_of("system_location", {"name": "b"}),
        location=Location(name="a"),
        setting=setting_named("MTU"),
        wanted=1400,
    )
    assert said.verdict is Verdict.INCONCLUSIVE
    assert said.expected == 'one object of system_location for "a"'


def test_a_feature_cannot_name_what_is_not_there() -> None:
    with pytest.raises(ValueError, match='no setting is called "Enable everything"'):
        setting_named("Enable everything")
    with pytest.raises(ValueError, match='"Enable SSH" knows on, off, not "maybe"'):
        setting_named("Enable SSH").wanted("maybe", Site())
    with pytest.raises(ValueError, match=r"not .as the site states."):
        setting_named("Enable SSH").wanted(SITE, Site())


def test_every_value_reads_back_in_its_own_words() -> None:
    for setting in GLOBAL_SETTINGS:
        for word, meaning in setting.words:
            assert setting.said(meaning) == word
