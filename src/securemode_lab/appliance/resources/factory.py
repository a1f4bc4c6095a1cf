"""What a freshly installed system holds before anybody configures it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.appliance.permissions import READ_ONLY, READ_WRITE, Permission

from .selfsigned import self_signed

if TYPE_CHECKING:
    from .fields import Row

FRESH_DISABLED_CODECS = ("MP4A-LATM_128", "H264_H_0", "H264_H_1")
FRESH_WEBAPP_ALIAS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The answers of the installation wizard that end up in the configuration.

    Attributes:
        hostname, domain: together the name of the Management Node.
        address, netmask, gateway: IPv4 of the Management Node.
        ipv6_address, ipv6_gateway: empty where the node has none.
        dns, ntp: one server each becomes an object of its own, assigned to the Management Node.
        error_reports, enable_analytics: the two questions about sending data to the vendor.
        contact_email_address: asked where incident reports are sent.
        certificate, private_key: PEM of the first TLS certificate; empty to have one made.
    """

    hostname: str = "mgmt"
    domain: str = "lab.example"
    address: str = "198.51.100.10"
    netmask: str = "255.255.254.0"
    gateway: str = "198.51.100.1"
    ipv6_address: str | None = None
    ipv6_gateway: str | None = None
    dns: tuple[str, ...] = ("198.51.100.3",)
    ntp: tuple[str, ...] = ("198.51.100.4",)
    error_reports: bool = False
    enable_analytics: bool = False
    contact_email_address: str = ""
    certificate: str = ""
    private_key: str = ""

    @property
    def fqdn(self) -> str:
        """Name of the Management Node."""
        return f"{self.hostname}.{self.domain}"


def factory_rows(installation: Installation) -> list[tuple[str, Row]]:
    """Every row of a fresh system in an order in which relations are known before they are used."""
    permissions = list(Permission)
    numbers = {permission: number for number, permission in enumerate(permissions, start=1)}
    return [
        *(("permission", {"name": str(p), "codename": p.codename}) for p in permissions),
        ("role", {"name": "Read-only", "permissions": [numbers[p] for p in READ_ONLY]}),
        ("role", {"name": "Read-write", "permissions": [numbers[p] for p in READ_WRITE]}),
        *(("dns_server", {"address": address}) for address in installation.dns),
        *(("ntp_server", {"address": address}) for address in installation.ntp),
        ("tls_certificate", _certificate(installation)),
        ("management_vm", _management_node(installation)),
        ("global", _global_settings(installation)),
        ("authentication", {}),
        ("autobackup", {}),
    ]


def _certificate(installation: Installation) -> Row:
    if installation.certificate:
        return {
            "certificate": installation.certificate,
            "private_key": installation.private_key,
        }
    certificate, private_key = self_signed(installation.fqdn)
    return {"certificate": certificate, "private_key": private_key}


def _management_node(installation: Installation) -> Row:
    return {
        "name": installation.fqdn,
        "hostname": installation.hostname,
        "domain": installation.domain,
        "address": installation.address,
        "netmask": installation.netmask,
        "gateway": installation.gateway,
        "ipv6_address": installation.ipv6_address,
        "ipv6_gateway": installation.ipv6_gateway,
        "dns_servers": list(range(1, len(installation.dns) + 1)),
        "ntp_servers": list(range(1, len(installation.ntp) + 1)),
        "tls_certificate": 1,
        "primary": True,
    }


def _global_settings(installation: Installation) -> Row:
    return {
        "deployment_uuid": str(uuid.uuid4()),
        "disabled_codecs": [{"value": codec} for codec in FRESH_DISABLED_CODECS],
        "default_webapp_alias": FRESH_WEBAPP_ALIAS,
        "error_reporting_enabled": installation.error_reports,
        "enable_analytics": installation.enable_analytics,
        "contact_email_address": installation.contact_email_address,
    }
