"""What had been configured on the Management Node before the security wizard ran (DEPLOY-07).

Conferencing Nodes and their locations are not counted: DEPLOY-06 sees to them. Neither is what the
installation wizard configures, nor the service from which the acceptance itself places its calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.infinity.answers import NoSuchResource
from securemode.setups.calling_service import answers_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from securemode.environment.models import Environment
    from securemode.infinity.client import ManagementApi, Rows

COUNTED = {
    "conference": "services",
    "ca_certificate": "trusted CA certificates",
    "certificate_signing_request": "certificate signing requests",
    "syslog_server": "syslog servers",
    "snmp_network_management_system": "SNMP network management systems",
    "static_route": "static routes",
    "role_mapping": "role mappings",
    "ldap_role": "LDAP roles",
    "oauth2_client": "OAuth2 clients",
    "ssh_authorized_key": "SSH authorized keys",
    "licence": "licences",
}
"""Resources of which a new product has no object, and what their objects are."""

FACTORY: Mapping[str, Mapping[str, Any]] = {
    "global": {
        "crypto_mode": "besteffort",
        "enable_application_api": True,
        "enable_h323": True,
        "enable_rtmp": True,
        "enable_sip": True,
        "enable_sip_udp": False,
        "enable_ssh": True,
        "enable_webrtc": True,
        "logon_banner": "",
        "management_qos": 0,
        "management_session_timeout": 30,
        "media_ports_end": 49999,
        "media_ports_start": 40000,
        "ocsp_responder_url": "",
        "ocsp_state": "OFF",
        "session_timeout_enabled": True,
        "signalling_ports_end": 39999,
        "signalling_ports_start": 33000,
        "sip_tls_cert_verify_mode": "OFF",
    },
    "authentication": {
        "client_certificate": "NO",
        "ldap_base_dn": "",
        "ldap_bind_username": "",
        "ldap_server": "",
        "source": "LOCAL",
    },
    "management_vm": {
        "alternative_fqdn": "",
        "enable_ssh": "GLOBAL",
        "mtu": 1500,
        "snmp_community": "public",
        "snmp_mode": "DISABLED",
        "snmp_username": "",
        "syslog_servers": [],
    },
    "system_location": {"media_qos": 0, "mtu": 1500, "signalling_qos": 0, "syslog_servers": []},
}
"""Factory values of what the guide touches; those of the installation wizard are left out.

Source: facts, section 1.7.
"""

_WORDS = {
    "global": "global settings",
    "authentication": "administrator authentication",
    "management_vm": "Management Node",
    "system_location": "location",
}
_ROLES = frozenset({"Read-only", "Read-write"})
_NULLABLE = frozenset({"management_qos", "media_qos", "signalling_qos"})


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What a set-up finds.

    Attributes:
        deployment: what the product calls itself, another one after each installation.
        configured: what is configured, a phrase each: "syslog servers: 2".
    """

    deployment: str
    configured: tuple[str, ...]


def beforehand(environment: Environment, api: ManagementApi) -> Beforehand:
    """What is configured now, and of which installation of the product.

    Raises:
        CannotLook: the Management API does not say.
    """
    rows = _Rows(api)
    names = {str(row.get("deployment_uuid") or "") for row in rows("global")}
    return Beforehand("".join(names), _configured(rows, environment))


def _configured(rows: Callable[[str], Rows], environment: Environment) -> tuple[str, ...]:
    return (
        *_objects(rows, environment),
        *_servers(rows),
        *_certificates(rows),
        *_roles(rows),
        *(said for resource in FACTORY for said in _changed(rows, resource)),
    )


class _Rows:
    """Every resource, read once; nothing where this version has no such resource."""

    def __init__(self, api: ManagementApi) -> None:
        self._api = api
        self._read: dict[str, Rows] = {}

    def __call__(self, resource: str) -> Rows:
        if resource not in self._read:
            try:
                self._read[resource] = self._api.list(resource)
            except NoSuchResource:
                self._read[resource] = []
        return self._read[resource]


def _objects(rows: Callable[[str], Rows], environment: Environment) -> Iterator[str]:
    alias = environment.trap.service_alias if environment.trap else None
    for resource, what in COUNTED.items():
        counted = [row for row in rows(resource) if alias is None or not answers_to(row, alias)]
        if counted and not (resource == "ldap_role" and rows("role_mapping")):
            yield f"{what}: {len(counted)}"


def _servers(rows: Callable[[str], Rows]) -> Iterator[str]:
    """Servers that the installation wizard did not ask for: it gives its own to the node."""
    for resource, what in (("dns_server", "DNS"), ("ntp_server", "NTP")):
        installed = {
            str(server.get("address"))
            for node in rows("management_vm")
            for server in node.get(f"{resource}s") or ()
            if isinstance(server, dict)
        }
        more = [row for row in rows(resource) if str(row.get("address")) not in installed]
        if more:
            yield f"further {what} servers: {len(more)}"
    if any(row.get("key_id") for row in rows("ntp_server")):
        yield "a key of an NTP server"


def _certificates(rows: Callable[[str], Rows]) -> Iterator[str]:
    """A new product has one server certificate, which it has made itself."""
    if (count := len(rows("tls_certificate"))) > 1:
        yield f"uploaded TLS certificates: {count - 1}"


def _roles(rows: Callable[[str], Rows]) -> Iterator[str]:
    names = {str(row.get("name")) for row in rows("role")}
    if names and names != _ROLES:
        yield f"administrator roles: {', '.join(sorted(names))}"


def _changed(rows: Callable[[str], Rows], resource: str) -> Iterator[str]:
    """Fields that are not as the factory has them."""
    for row in rows(resource):
        named = f" {row.get('name')}" if resource == "system_location" else ""
        for field, factory in FACTORY[resource].items():
            value = row.get(field, factory)
            unset = value is None and (field in _NULLABLE or factory == "")
            if value != factory and not unset:
                yield f"{_WORDS[resource]}{named}: {field}"
