"""The configuration of a product fresh from the factory, in memory."""

from __future__ import annotations

import copy
from typing import Any

from securemode.infinity.answers import NoSuchResource, ValuesRefused
from securemode.infinity.client import key_of
from securemode.setups.roles import ACCESS, SENSITIVE

ROOT = "/api/admin/configuration/v1"
TOKEN = "$~!1" + "A" * 192
GLOBAL = {
    "error_reporting_enabled": False,
    "enable_analytics": False,
    "enable_sip": True,
    "enable_sip_udp": False,
    "enable_h323": True,
    "enable_webrtc": True,
    "enable_rtmp": True,
    "enable_application_api": True,
    "management_qos": 0,
    "crypto_mode": "besteffort",
    "signalling_ports_start": 33000,
    "signalling_ports_end": 39999,
    "media_ports_start": 40000,
    "media_ports_end": 49999,
    "sip_tls_cert_verify_mode": "OFF",
    "legacy_api_http": False,
    "session_timeout_enabled": True,
    "management_session_timeout": 30,
    "ocsp_state": "OFF",
    "ocsp_responder_url": "",
    "logon_banner": "",
    "enable_ssh": True,
}
SNMP_FACTORY = {
    "snmp_mode": "DISABLED",
    "snmp_username": "",
    "snmp_authentication_password": "",
    "snmp_privacy_password": "",
    "snmp_community": "public",
    "enable_ssh": "GLOBAL",
}
PASSWORDS = ("snmp_authentication_password", "snmp_privacy_password")
AUTHENTICATION = {
    "source": "LOCAL",
    "client_certificate": "NO",
    "ldap_server": "",
    "ldap_base_dn": "",
    "ldap_bind_username": "",
    "ldap_bind_password": "",
    "ldap_permit_no_tls": False,
}
HIDDEN = {**dict.fromkeys((*PASSWORDS, "ldap_bind_password"), TOKEN), "key": "a94a8fe5ccb19ba6"}
EMBEDDED = {
    "dns_servers": "dns_server",
    "ntp_servers": "ntp_server",
    "syslog_servers": "syslog_server",
}
UNIQUE = {"dns_server": "address", "ntp_server": "address", "role_mapping": "name"}


class Product:
    """Keeps what is written; `hidden` names resources that show passwords as blanks, not tokens."""

    def __init__(self, hidden: tuple[str, ...] = ()) -> None:
        self.hidden = hidden
        self.writes: list[tuple[str, str, dict[str, Any]]] = []
        self.ignores: set[str] = set()
        names = ("Other permission", *ACCESS, *SENSITIVE)
        self.rows: dict[str, list[dict[str, Any]]] = {
            "global": [dict(GLOBAL)],
            "management_vm": [{"name": "mgmt", **SNMP_FACTORY}],
            "worker_vm": [{"name": f"conf{n}", **SNMP_FACTORY} for n in (1, 2)],
            "system_location": [
                {"name": "a", "media_qos": 0, "signalling_qos": None, "mtu": 1500},
                {"name": "b", "media_qos": 51, "signalling_qos": 40, "mtu": 1400},
            ],
            "permission": [{"name": name} for name in names],
            "role": [{"name": name, "permissions": []} for name in ("Read-only", "Read-write")],
            "dns_server": [{"address": "192.0.2.53"}],
            "ntp_server": [{"address": "192.0.2.123", "key_id": None, "key": ""}],
            "syslog_server": [],
            "authentication": [dict(AUTHENTICATION)],
            "role_mapping": [],
            "ca_certificate": [],
            "tls_certificate": [],
        }
        for resource, rows in self.rows.items():
            for number, row in enumerate(rows, 1):
                row["resource_uri"] = f"{ROOT}/{resource}/{number}/"
        for role in self.rows["role"]:
            role["permissions"] = [dict(row) for row in self.rows["permission"]]
        for user in (*self.rows["management_vm"], *self.rows["system_location"]):
            for field, resource in EMBEDDED.items():
                user[field] = [str(row["resource_uri"]) for row in self.rows[resource]]

    def list(self, resource: str) -> Any:
        if resource not in self.rows:
            raise NoSuchResource(f"GET {ROOT}/{resource}/ answers 404.")
        rows = copy.deepcopy(self.rows[resource])
        for row in rows:
            for name, shown in HIDDEN.items():
                if row.get(name):
                    row[name] = "" if resource in self.hidden else shown
            for field in EMBEDDED.keys() & row.keys():
                row[field] = [self.object_at(uri) for uri in row[field]]
        return rows

    def object_at(self, uri: str) -> dict[str, Any]:
        resource = uri.split("/")[-3]
        (row,) = (row for row in self.list(resource) if row["resource_uri"] == uri)
        return dict(row)

    def patch(self, resource: str, key: str, values: dict[str, Any]) -> None:
        self.writes.append((resource, key, dict(values)))
        for row in self.rows[resource]:
            if key_of(row) == key:
                row.update({n: v for n, v in values.items() if n not in self.ignores})

    def post(self, resource: str, values: dict[str, Any]) -> str:
        self.writes.append((resource, "", dict(values)))
        unique = UNIQUE.get(resource, "")
        if any(row.get(unique) == values.get(unique, "") for row in self.rows[resource]):
            raise ValuesRefused(f"POST {ROOT}/{resource}/ answers 400: {unique} already exists.")
        key = str(len(self.rows[resource]) + 1)
        self.rows[resource].append({**values, "resource_uri": f"{ROOT}/{resource}/{key}/"})
        return key
