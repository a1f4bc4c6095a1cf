"""How a deployment is put together: addresses, names, rows of the configuration, programs."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.derive import Kind
from securemode_lab.appliance.node import Nameplate, Node
from securemode_lab.appliance.resources.factory import Installation
from securemode_lab.appliance.software import ConferencingSoftware, ManagementSoftware
from securemode_lab.consoles import NodeConsole
from securemode_lab.document import GATEWAY_IPV6, VERSION
from securemode_lab.member import Member
from securemode_lab.services.site import Site
from securemode_lab.services.trap import SERVICE_ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from securemode_lab.appliance.install_wizard import InstallValues
    from securemode_lab.appliance.store import Store
    from securemode_lab.deployment import Deployment
    from securemode_lab.document import Login
    from securemode_lab.network.attachment import Attachment
    from securemode_lab.services.pki import Pki, ServerCertificate

MANAGEMENT_HOST = 10
FIRST_CONFERENCING_HOST = 21
DOMAIN = "lab.example"
LOCATION = "location-a"
_MANAGEMENT_NAME = "mgmt"
MANAGEMENT_FQDN = f"{_MANAGEMENT_NAME}.{DOMAIN}"
_NETMASK = "255.255.254.0"
_ONLY_KEY = 1
_NO_KEY = 0


def installation_values(attachment: Attachment, site: Site, web: Login) -> InstallValues:
    """What the installation wizard was told in a lab that starts installed."""
    return {
        "hostname": _MANAGEMENT_NAME,
        "domain": DOMAIN,
        "ip": attachment.ipv4,
        "mask": _NETMASK,
        "gw": _gateway(attachment),
        "dns": site.dns_addresses[0],
        "ntp": site.ntp_addresses[1],
        "user": web.username,
        "pass": web.password,
        "error_reports": False,
        "enable_analytics": False,
    }


def site(deployment: Deployment, folder: Path, *, by_address: bool) -> Site:
    """What is around the deployment."""
    origin = deployment.origin
    return Site(
        deployment.network,
        DOMAIN,
        origin.credentials,
        origin.pki,
        folder,
        by_address=by_address,
        drawn=origin.site,
    )


def installed(
    values: InstallValues, attachment: Attachment, own: ServerCertificate
) -> Installation:
    """What the installation wizard was told; the machine keeps the IPv6 address that it has."""
    return Installation(
        hostname=str(values["hostname"]),
        domain=str(values["domain"]),
        address=str(values["ip"]),
        netmask=str(values["mask"]),
        gateway=str(values["gw"]),
        ipv6_address=attachment.ipv6,
        ipv6_gateway=GATEWAY_IPV6 if attachment.ipv6 else None,
        dns=tuple(str(values["dns"]).split()),
        ntp=tuple(str(values["ntp"]).split()),
        error_reports=bool(values["error_reports"]),
        enable_analytics=bool(values["enable_analytics"]),
        contact_email_address=str(values.get("contact_email_address", "")),
        certificate=own.chain,
        private_key=own.private_key,
    )


def management_member(deployment: Deployment, attachment: Attachment, pki: Pki) -> Member:
    """The Management Node; before it is installed nobody has set a password on its console."""
    password = deployment.credentials.os_admin.password if deployment.installed else None
    console = NodeConsole(deployment, _MANAGEMENT_NAME, Kind.MANAGEMENT, password)
    nameplate = Nameplate(_MANAGEMENT_NAME, Kind.MANAGEMENT, MANAGEMENT_FQDN, "", _ONLY_KEY)
    software = ManagementSoftware(console, _MANAGEMENT_NAME, deployment.host_keys, deployment.web)
    own = pki.self_signed(MANAGEMENT_FQDN)
    return Member(Node(nameplate, attachment, software), console, software, own)


def conferencing_member(deployment: Deployment, number: int, pki: Pki) -> Member:
    """One Conferencing Node; `number` counts from 1 and is its key in a fresh configuration."""
    name = f"conf{number}"
    fqdn = f"{name}.{DOMAIN}"
    attachment = deployment.network.attach(FIRST_CONFERENCING_HOST + number - 1)
    password = deployment.credentials.os_admin.password
    console = NodeConsole(deployment, name, Kind.CONFERENCING, password)
    nameplate = Nameplate(name, Kind.CONFERENCING, fqdn, LOCATION, number)
    software = ConferencingSoftware(console, name, deployment.host_keys, VERSION)
    return Member(Node(nameplate, attachment, software), console, software, pki.self_signed(fqdn))


def configure_nodes(deployment: Deployment) -> None:
    """Enter location and Conferencing Nodes, as deploying them does, and the service that calls."""
    store = deployment.store
    servers = {
        name: [row["id"] for row in store.rows(name)] for name in ("dns_server", "ntp_server")
    }
    location = store.insert(
        "system_location",
        {
            "name": LOCATION,
            "dns_servers": servers["dns_server"],
            "ntp_servers": servers["ntp_server"],
        },
    )
    offer_service(store)
    for member in deployment.conferencing:
        key = store.insert("worker_vm", _worker(member, location, deployment))
        assert key == member.node.nameplate.key


def offer_service(store: Store) -> None:
    """Enter the service that calls, unless it is there."""
    aliases = [{"alias": SERVICE_ALIAS, "description": ""}]
    if not store.rows("conference"):
        store.insert("conference", {"name": "Acceptance", "aliases": aliases})


def begin_anew(deployment: Deployment) -> None:
    """Give the Management Node a disk from which nobody has started yet."""
    deployment.installed, deployment.answers = False, Answers()
    deployment.wizard_ended = None
    deployment.management.console.os_password = None


def forget_keys(members: Iterable[Member]) -> None:
    """Let nodes have no row yet: each gets one when it is configured."""
    for member in members:
        member.node.nameplate = replace(member.node.nameplate, key=_NO_KEY)


def _worker(member: Member, location: Any, deployment: Deployment) -> dict[str, Any]:
    attachment = member.node.attachment
    hostname, _, domain = member.node.nameplate.fqdn.partition(".")
    return {
        "name": member.name,
        "hostname": hostname,
        "domain": domain,
        "alternative_fqdn": member.node.nameplate.fqdn,
        "address": attachment.ipv4,
        "netmask": _NETMASK,
        "gateway": _gateway(attachment),
        "ipv6_address": attachment.ipv6,
        "ipv6_gateway": GATEWAY_IPV6 if attachment.ipv6 else None,
        "system_location": location,
        "password": deployment.credentials.os_admin.password,
        "managed": True,
    }


def _gateway(attachment: Attachment) -> str:
    """The first address of a node's network, at which nothing is: nothing leaves the lab."""
    return str(IPv4Interface(f"{attachment.ipv4}/{_NETMASK}").network[1])
