"""The configuration database itself: defaults, copies, references, subscribers, snapshots."""

from __future__ import annotations

import json

import pytest

from securemode_lab.appliance.resources import CONFIGURATION
from securemode_lab.appliance.resources.factory import Installation
from securemode_lab.appliance.store import NoSuchRow, StillInUse, Store


@pytest.fixture
def store() -> Store:
    return Store()


def test_new_row_has_every_field(store: Store) -> None:
    key = store.insert("system_location", {"name": "a", "mtu": 1400})
    row = store.get("system_location", key)

    assert set(row) == set(CONFIGURATION["system_location"].columns)
    assert (row["id"], row["mtu"], row["media_qos"], row["dns_servers"]) == (key, 1400, 0, [])


def test_rows_are_copies(store: Store) -> None:
    row = store.rows("management_vm")[0]
    row["dns_servers"].append(99)
    store.get("global", 1)["disabled_codecs"][0]["value"] = "changed"

    assert store.get("management_vm", 1)["dns_servers"] == [1]
    assert store.get("global", 1)["disabled_codecs"][0]["value"] != "changed"


def test_defaults_are_not_shared(store: Store) -> None:
    store.insert("system_location", {"name": "a"})
    store.insert("system_location", {"name": "b"})
    store.update("system_location", 1, {"dns_servers": [1]})

    assert store.get("system_location", 2)["dns_servers"] == []


def test_subscribers_hear_of_changes_only(store: Store) -> None:
    heard: list[str] = []
    store.subscribe(heard.append)
    store.update("global", 1, {"enable_ssh": True})
    assert heard == []
    store.update("global", 1, {"enable_ssh": False})
    store.insert("syslog_server", {"address": "198.51.100.5"})
    store.update("management_vm", 1, {"syslog_servers": [1]})
    store.delete("syslog_server", 1)

    assert heard == ["global", "syslog_server", "management_vm", "syslog_server", "management_vm"]


def test_deleted_row_leaves_no_reference(store: Store) -> None:
    store.delete("dns_server", 1)
    store.delete("tls_certificate", 1)

    node = store.get("management_vm", 1)
    assert (node["dns_servers"], node["tls_certificate"]) == ([], None)


def test_row_that_another_needs_stays(store: Store) -> None:
    store.insert("system_location", {"name": "a"})
    store.insert("worker_vm", {"name": "conf1", "system_location": 1})
    with pytest.raises(StillInUse):
        store.delete("system_location", 1)
    store.delete("worker_vm", 1)
    store.delete("system_location", 1)

    assert store.rows("system_location") == []


def test_unknown_rows(store: Store) -> None:
    for act in (
        lambda: store.get("dns_server", 9),
        lambda: store.update("dns_server", 9, {}),
        lambda: store.delete("dns_server", 9),
    ):
        with pytest.raises(NoSuchRow):
            act()


def test_keys_are_never_given_twice(store: Store) -> None:
    first = store.insert("syslog_server", {"address": "a"})
    store.delete("syslog_server", first)

    assert store.insert("syslog_server", {"address": "b"}) != first


def test_snapshot_survives_json_and_brings_everything_back(store: Store) -> None:
    before = json.loads(json.dumps(store.snapshot()))
    store.update("global", 1, {"enable_ssh": False, "disabled_codecs": []})
    store.insert("ntp_server", {"address": "x", "key": "secret"})
    store.delete("dns_server", 1)
    heard: list[str] = []
    store.subscribe(heard.append)
    store.restore(before)

    assert store.snapshot() == before
    assert set(heard) == {"global", "ntp_server", "dns_server", "management_vm"}
    assert store.insert("ntp_server", {"address": "y"}) == 2


def test_installation_wizard_fills_the_fresh_system(store: Store) -> None:
    store.update("global", 1, {"enable_ssh": False})
    store.install(
        Installation(
            hostname="m",
            domain="example.net",
            dns=("192.0.2.1", "192.0.2.2"),
            ntp=("192.0.2.3",),
            error_reports=True,
            contact_email_address="a@example.net",
        )
    )
    settings, node = store.get("global", 1), store.get("management_vm", 1)

    assert settings["enable_ssh"] is True
    assert (settings["error_reporting_enabled"], settings["enable_analytics"]) == (True, False)
    assert (node["name"], node["dns_servers"], node["ntp_servers"]) == (
        "m.example.net",
        [1, 2],
        [1],
    )
    assert store.get("tls_certificate", 1)["subject_name"] == "m.example.net"
