from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.infinity.masking import masked, secrets_of

TOKEN = "$~!1" + "A" * 192


@pytest.mark.parametrize(
    ("value", "state"),
    [("clear text", "set"), (TOKEN, "set"), ("", "blank"), (None, "blank")],
)
def test_a_secret_becomes_its_state(value: str | None, state: str) -> None:
    row = {"name": "conf1", "snmp_privacy_password": value}
    assert masked("worker_vm", row)["snmp_privacy_password"] == state


def test_a_secret_that_is_left_out_is_absent() -> None:
    row = masked("management_vm", {"name": "mgmt"})
    assert row == {
        "name": "mgmt",
        "snmp_authentication_password": "absent",
        "snmp_privacy_password": "absent",
        "secondary_config_passphrase": "absent",
    }


@pytest.mark.parametrize(
    ("community", "shown"), [("public", "public"), ("s3cret", "set"), ("", "blank")]
)
def test_a_community_is_shown_only_if_everybody_knows_it(community: str, shown: str) -> None:
    assert masked("worker_vm", {"snmp_community": community})["snmp_community"] == shown


@pytest.mark.parametrize(
    ("resource", "row", "shown"),
    [
        ("unheard_of", {"api_token": "abc"}, {"api_token": "set"}),
        ("unheard_of", {"odd": TOKEN}, {"odd": "set"}),
        ("unheard_of", {"pin": "1234", "guest_pin": ""}, {"pin": "set", "guest_pin": "blank"}),
        ("unheard_of", {"enable_password": True}, {"enable_password": True}),
        ("ssh_authorized_key", {"key": "AAAA"}, {"key": "AAAA"}),
        (
            "system_location",
            {"ntp_servers": [{"address": "a", "key": "k"}]},
            {"ntp_servers": [{"address": "a", "key": "set"}]},
        ),
        (
            "global",
            {"nested": {"password": "x", "mtu": 1}},
            {"nested": {"password": "set", "mtu": 1}},
        ),
    ],
)
def test_by_name_by_form_and_inside(
    resource: str, row: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert masked(resource, row) | shown == masked(resource, row)


@given(
    secret=st.text(min_size=6).map(lambda text: f"canary{text}"),
    resource=st.sampled_from(["worker_vm", "authentication", "ntp_server", "tls_certificate"]),
)
def test_no_secret_of_the_facts_survives(secret: str, resource: str) -> None:
    row = dict.fromkeys(secrets_of(resource), secret)
    assert "canary" not in json.dumps(masked(resource, row))
