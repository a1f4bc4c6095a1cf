"""The API is served from the table: methods, schemas and factory content of every resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from securemode_lab.appliance.resources import CONFIGURATION as CONFIGURED
from securemode_lab.appliance.resources import STATUS as REPORTED

if TYPE_CHECKING:
    from lab.management.conftest import ManagementNode

CONFIGURATION = "/api/admin/configuration/v1/"
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")

EVERYTHING = "GET POST PUT DELETE PATCH"
DOCUMENTED = {
    **dict.fromkeys(("global", "authentication", "autobackup"), ("GET", "GET PATCH")),
    "management_vm": ("GET POST DELETE", "GET POST DELETE PATCH"),
    **dict.fromkeys(
        (
            "worker_vm",
            "system_location",
            "dns_server",
            "ntp_server",
            "syslog_server",
            "snmp_network_management_system",
            "static_route",
            "ssh_authorized_key",
            "log_level",
            "role",
            "role_mapping",
            "ldap_role",
            "oauth2_client",
            "diagnostic_graphs",
            "conference",
        ),
        (EVERYTHING, EVERYTHING),
    ),
    "permission": ("GET", "GET"),
    "tls_certificate": ("DELETE GET POST PATCH", "DELETE GET PATCH"),
    "ca_certificate": ("DELETE GET POST", "DELETE GET PATCH"),
    "certificate_signing_request": ("DELETE GET POST", "DELETE GET PATCH"),
    "system_backup": ("GET", "GET DELETE"),
    "licence": ("GET POST", "GET DELETE"),
}


def test_every_documented_resource_is_served_and_no_other(node: ManagementNode) -> None:
    root = node.get(CONFIGURATION)

    assert set(root) == set(DOCUMENTED)
    for name, entry in root.items():
        assert entry["list_endpoint"] == f"{CONFIGURATION}{name}/"
        assert node.ask("GET", entry["schema"]).status_code == 200


@pytest.mark.parametrize("name", DOCUMENTED)
def test_methods_are_the_documented_ones(node: ManagementNode, name: str) -> None:
    for path, allowed in zip(
        (f"{CONFIGURATION}{name}/", f"{CONFIGURATION}{name}/1/"), DOCUMENTED[name], strict=True
    ):
        for method in set(METHODS) - set(allowed.split()):
            answer = node.ask(method, path, json={})
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["Allow"].split(", ")) == set(allowed.split())


@pytest.mark.parametrize("name", DOCUMENTED)
def test_schema_agrees_with_the_documents(node: ManagementNode, name: str) -> None:
    schema = node.get(f"{CONFIGURATION}{name}/schema/")
    rows = node.get(f"{CONFIGURATION}{name}/")["objects"]

    assert schema["allowed_list_http_methods"] == DOCUMENTED[name][0].lower().split()
    assert schema["allowed_detail_http_methods"] == DOCUMENTED[name][1].lower().split()
    assert schema["default_limit"] == 20
    assert set(schema.get("filtering", {})) <= set(schema["fields"])
    for row in rows:
        assert set(row) <= set(schema["fields"])
        assert node.get(row["resource_uri"]) == row


def test_schema_of_a_field_tells_type_default_and_choices(node: ManagementNode) -> None:
    fields = node.get(f"{CONFIGURATION}global/schema/")["fields"]

    assert fields["crypto_mode"]["valid_choices"] == ["besteffort", "on", "off"]
    assert fields["management_session_timeout"]["type"] == "integer"
    assert fields["management_session_timeout"]["default"] == 30
    assert fields["management_qos"]["nullable"] is True
    assert "default" not in fields["aws_access_key"]
    assert fields["default_theme"]["related_type"] == "to_one"
    assert fields["resource_uri"]["readonly"] is True


def test_factory_fresh_settings(node: ManagementNode) -> None:
    settings = node.get(f"{CONFIGURATION}global/1/")
    expected = {
        "enable_ssh": True,
        "crypto_mode": "besteffort",
        "ocsp_state": "OFF",
        "sip_tls_cert_verify_mode": "OFF",
        "enable_application_api": True,
        "logon_banner": "",
        "management_session_timeout": 30,
        "session_timeout_enabled": True,
        "error_reporting_enabled": False,
        "enable_analytics": False,
        "legacy_api_http": False,
        "management_qos": 0,
        "signalling_ports_start": 33000,
        "signalling_ports_end": 39999,
        "media_ports_start": 40000,
        "media_ports_end": 49999,
        "disabled_codecs": [
            {"value": "MP4A-LATM_128"},
            {"value": "H264_H_0"},
            {"value": "H264_H_1"},
        ],
        "default_webapp_alias": "/api/admin/configuration/v1/webapp_alias/3/",
        "default_theme": None,
    }

    assert {name: settings[name] for name in expected} == expected


def test_factory_fresh_system(node: ManagementNode) -> None:
    def objects(name: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = node.get(f"{CONFIGURATION}{name}/")["objects"]
        return found

    management = objects("management_vm")[0]
    assert management["snmp_mode"] == "DISABLED"
    assert management["snmp_community"] == "public"
    assert management["mtu"] == 1500
    assert management["dns_servers"] == objects("dns_server")
    assert management["ntp_servers"] == objects("ntp_server")
    assert management["tls_certificate"] == f"{CONFIGURATION}tls_certificate/1/"
    assert len(objects("dns_server")) == len(objects("ntp_server")) == 1
    assert objects("ntp_server")[0]["key_id"] is None
    assert objects("ntp_server")[0]["key"] == ""
    assert [role["name"] for role in objects("role")] == ["Read-only", "Read-write"]
    assert objects("licence") == objects("syslog_server") == objects("worker_vm") == []
    authentication = objects("authentication")[0]
    assert (authentication["source"], authentication["client_certificate"]) == ("LOCAL", "NO")


def test_both_roles_hold_the_six_permissions_that_the_guide_takes_away(
    node: ManagementNode,
) -> None:
    six = {
        "May view logs",
        "May generate system snapshot",
        "May create/delete packet capture",
        "May download packet capture",
        "May create/delete system backup",
        "May download system backup",
    }
    for role in node.get(f"{CONFIGURATION}role/")["objects"]:
        assert six <= {permission["name"] for permission in role["permissions"]}


def test_table_is_consistent() -> None:
    for table in (CONFIGURED, REPORTED):
        for resource in table.values():
            names = [field.name for field in resource.fields]
            assert len(names) == len(set(names)), resource.name
            for field in resource.fields:
                assert not (field.required and field.readonly), (resource.name, field.name)
                if field.choices:
                    assert field.default in field.choices
                if field.low is not None and isinstance(field.default, int):
                    assert field.low <= field.default
