"""Creating, changing and deleting: status codes, bodies, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from lab.management.conftest import ManagementNode

BASE = "/api/admin/configuration/v1/"
GLOBAL = f"{BASE}global/1/"
DNS = f"{BASE}dns_server/"


def test_patch_changes_what_it_names_and_answers_202_with_nothing(node: ManagementNode) -> None:
    before = node.get(GLOBAL)

    answer = node.ask("PATCH", GLOBAL, json={"enable_ssh": False, "management_qos": 16})

    assert (answer.status_code, answer.content) == (202, b"")
    assert node.get(GLOBAL) == before | {"enable_ssh": False, "management_qos": 16}


def test_post_answers_201_with_location_and_nothing(node: ManagementNode) -> None:
    answer = node.ask("POST", DNS, json={"address": "2001:db8:51::9"})

    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["Location"] == f"{node.url}{DNS}2/"
    assert node.get(answer.headers["Location"])["address"] == "2001:db8:51::9"


def test_put_answers_204_and_delete_answers_204(node: ManagementNode) -> None:
    assert node.ask("PUT", f"{DNS}1/", json={"address": "198.51.100.9"}).status_code == 204
    assert node.get(f"{DNS}1/")["address"] == "198.51.100.9"
    assert node.ask("DELETE", f"{DNS}1/").status_code == 204
    assert node.ask("GET", f"{DNS}1/").status_code == 404
    assert node.get(f"{BASE}management_vm/1/")["dns_servers"] == []


def test_what_is_read_can_be_written_back(node: ManagementNode) -> None:
    _location(node)
    for path in (f"{BASE}system_location/1/", f"{BASE}role/1/", f"{BASE}management_vm/1/"):
        before = node.get(path)
        assert node.ask("PATCH", path, json=before).status_code == 202
        assert node.get(path) == before


def test_list_patch_updates_creates_and_deletes(node: ManagementNode) -> None:
    node.store.insert("dns_server", {"address": "198.51.100.8"})
    changes = {
        "objects": [
            {"resource_uri": f"{DNS}1/", "description": "changed"},
            {"address": "198.51.100.9"},
        ],
        "deleted_objects": [f"{DNS}2/"],
    }

    assert node.ask("PATCH", DNS, json=changes).status_code == 202
    rows = node.get(DNS)["objects"]
    assert [row["id"] for row in rows] == [1, 3]
    assert rows[0]["description"] == "changed"


def test_list_patch_is_done_as_a_whole_or_not_at_all(node: ManagementNode) -> None:
    before = node.get(DNS)
    changes = {"objects": [{"address": "198.51.100.9"}, {"address": "nonsense"}]}

    assert node.ask("PATCH", DNS, json=changes).status_code == 400
    assert node.get(DNS) == before


def test_list_put_replaces_and_list_delete_empties(node: ManagementNode) -> None:
    replacement = {"objects": [{"address": "198.51.100.7"}]}

    assert node.ask("PUT", DNS, json=replacement).status_code == 204
    assert [row["address"] for row in node.get(DNS)["objects"]] == ["198.51.100.7"]
    assert node.ask("DELETE", DNS).status_code == 204
    assert node.get(DNS)["meta"]["total_count"] == 0


def test_new_conferencing_node_comes_with_its_bootstrap_once(node: ManagementNode) -> None:
    answer = node.ask("POST", f"{BASE}worker_vm/", json=_worker(_location(node)))

    assert answer.status_code == 201
    assert answer.headers["Content-Type"].startswith("application/xml")
    document = ET.fromstring(answer.content)
    assert document.findtext("node/address") == "198.51.100.21"
    assert document.findtext("system_location/name") == "location-a"
    stored = node.get(answer.headers["Location"])
    assert stored["system_location"] == f"{BASE}system_location/1/"
    assert stored["snmp_community"] == "public"
    assert "bootstrap" not in stored


def _location(node: ManagementNode) -> str:
    body = {"name": "location-a", "dns_servers": [f"{DNS}1/"]}
    return node.ask("POST", f"{BASE}system_location/", json=body).headers["Location"][
        len(node.url) :
    ]


def _worker(location: str, **more: Any) -> dict[str, Any]:
    return {
        "name": "conf1",
        "hostname": "conf1",
        "domain": "lab.example",
        "address": "198.51.100.21",
        "netmask": "255.255.254.0",
        "gateway": "198.51.100.1",
        "system_location": location,
        **more,
    }


REFUSED = [
    ("global/1/", {"crypto_mode": "required"}, "crypto_mode", "not a valid choice"),
    ("global/1/", {"crypto_mode": "ON"}, "crypto_mode", "not a valid choice"),
    ("global/1/", {"management_qos": 64}, "management_qos", "less than or equal to 63"),
    ("global/1/", {"management_session_timeout": 4}, "management_session_timeout", "equal to 5"),
    ("global/1/", {"management_session_timeout": None}, "management_session_timeout", "null"),
    ("global/1/", {"enable_ssh": "perhaps"}, "enable_ssh", "True or False"),
    ("global/1/", {"management_qos": True}, "management_qos", "integer"),
    ("global/1/", {"logon_banner": "x" * 4097}, "logon_banner", "at most 4096 characters"),
    ("global/1/", {"media_ports_start": 49950}, "media_ports_end", "at least 100 ports"),
    ("global/1/", {"signalling_ports_end": 32999}, "signalling_ports_end", "before its start"),
    ("management_vm/1/", {"snmp_privacy_password": "short"}, "snmp_privacy_password", "at least 8"),
    ("management_vm/1/", {"snmp_community": "x" * 17}, "snmp_community", "at most 16"),
    ("management_vm/1/", {"ipv6_address": "198.51.100.1"}, "ipv6_address", "IPv6 address"),
    ("management_vm/1/", {"netmask": "255.0.255.0"}, "netmask", "network mask"),
    ("management_vm/1/", {"hostname": ""}, "hostname", "blank"),
    ("autobackup/1/", {"autobackup_enabled": True}, "autobackup_passphrase", "required"),
    (
        "authentication/1/",
        {"ldap_user_search_filter": "(uid=x)"},
        "ldap_user_search_filter",
        "{username}",
    ),
    ("role/1/", {"name": "Read-write"}, "name", "already exists"),
]


@pytest.mark.parametrize(("path", "changes", "field", "text"), REFUSED)
def test_refused_values_are_named_under_the_resource(
    node: ManagementNode, path: str, changes: dict[str, Any], field: str, text: str
) -> None:
    before = node.get(BASE + path)

    answer = node.ask("PATCH", BASE + path, json=changes)

    assert answer.status_code == 400
    resource = path.partition("/")[0]
    assert text in answer.json()[resource][field][0]
    assert node.get(BASE + path) == before


def test_creation_says_everything_that_is_missing(node: ManagementNode) -> None:
    answer = node.ask("POST", f"{BASE}worker_vm/", json={"name": "conf1"})

    assert answer.status_code == 400
    assert set(answer.json()["worker_vm"]) == {
        "hostname", "domain", "address", "netmask", "gateway", "system_location",
    }  # fmt: skip


def test_a_second_dns_server_with_the_same_address_is_refused(node: ManagementNode) -> None:
    taken = node.get(f"{DNS}1/")["address"]

    answer = node.ask("POST", DNS, json={"address": taken})

    assert answer.json() == {
        "dns_server": {"address": ["DNS server with this Address already exists."]}
    }


@pytest.mark.parametrize(
    "value", [1, f"{BASE}dns_server/99/", f"{BASE}ntp_server/1/", "nonsense", {"address": "x"}]
)
def test_relations_are_written_as_addresses(node: ManagementNode, value: Any) -> None:
    answer = node.ask("PATCH", f"{BASE}management_vm/1/", json={"dns_servers": [value]})

    assert answer.status_code == 400
    assert "error" in answer.json()


def test_a_location_with_nodes_stays(node: ManagementNode) -> None:
    location = _location(node)
    node.ask("POST", f"{BASE}worker_vm/", json=_worker(location))

    answer = node.ask("DELETE", location)

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Location is in use by a Conferencing Node."},
    )
    assert node.ask("GET", location).status_code == 200


def test_without_licence_there_are_no_meeting_rooms(node: ManagementNode) -> None:
    conference = f"{BASE}conference/"

    assert node.ask("POST", conference, json={"name": "Room"}).status_code == 400
    licence = node.ask("POST", f"{BASE}licence/", json={"entitlement_id": "lab"})
    assert licence.status_code == 201
    assert node.ask("POST", conference, json={"name": "Room"}).status_code == 201
    again = node.ask("POST", conference, json={"name": "Room"}).json()
    assert again == {
        "conference": {"name": ["Virtual Meeting Room with this Name already exists."]}
    }
    assert node.ask("DELETE", licence.headers["Location"]).status_code == 204


def test_old_and_new_role_mappings_are_the_same_rows(node: ManagementNode) -> None:
    body = {"name": "a", "ldap_group_dn": "CN=a", "roles": [f"{BASE}role/1/"]}

    assert node.ask("POST", f"{BASE}ldap_role/", json=body).status_code == 201
    (new,) = node.get(f"{BASE}role_mapping/")["objects"]
    assert (new["source"], new["value"], new["roles"]) == ("LDAP", "CN=a", [f"{BASE}role/1/"])
    (old,) = node.get(f"{BASE}ldap_role/")["objects"]
    assert "id" not in old
    node.ask("PATCH", old["resource_uri"], json={"ldap_group_dn": "CN=b"})
    assert node.get(new["resource_uri"])["value"] == "CN=b"
    node.ask("DELETE", old["resource_uri"])
    assert node.get(f"{BASE}role_mapping/")["objects"] == []


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        ("{", "application/json", "not valid JSON"),
        ("[]", "application/json", "not a JSON object"),
        ("a: 1", "text/yaml", "not available"),
    ],
)
def test_unreadable_bodies(node: ManagementNode, body: str, kind: str, error: str) -> None:
    answer = node.ask("PATCH", GLOBAL, data=body, headers={"Content-Type": kind})

    assert answer.status_code == 400
    assert error in answer.json()["error"]


@pytest.mark.parametrize(
    "path",
    [
        f"{BASE}global/1",
        f"{BASE}nothing/",
        f"{BASE}global/2/",
        f"{BASE}global/x/",
        f"{BASE}global/1/more/",
        "/api/admin/configuration/v2/global/",
        "/api/admin/nothing/v1/",
        "/api/",
    ],
)
def test_unknown_paths(node: ManagementNode, path: str) -> None:
    assert node.ask("GET", path).status_code == 404
