"""What the Management Node is told of a Conferencing Node that it does not know yet; pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any

from securemode.errors import SetupFailed
from securemode.infinity.password_hash import password_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode.environment.models import Environment
    from securemode.environment.placement import NodePlacement
    from securemode.infinity.client import Row
    from securemode.targets import Node

SERVERS = "dns_servers", "ntp_servers"


def refuse_incomplete(
    environment: Environment, node: Node, own: NodePlacement, management: Row
) -> None:
    """See whether the environment says enough of a node to make it known; nothing is guessed.

    Args:
        environment: the account of the operating system.
        node: which is to be made known.
        own: its mask and gateway.
        management: the Management Node's row, whose domain a node without a name has.

    Raises:
        SetupFailed: it does not.
    """
    place = f"vsphere.deploy.nodes.{node.name}"
    netmask, gateway = _link(node, own, management)
    needed = {
        f"an IPv4 address of {node.name}": node.ipv4,
        f"{place}.netmask": netmask,
        f"{place}.gateway": gateway,
        "credentials.os_admin, its system administrator": environment.credentials.os_admin,
        f"an fqdn of {node.name}": _domain(node, management),
    }
    if missing := [where for where, value in needed.items() if not value]:
        raise SetupFailed(
            f"{node.name} cannot be made known to the Management Node.",
            remedy=f"state {' and '.join(missing)}.",
        )


def node_values(
    environment: Environment, node: Node, own: NodePlacement, management: Row, location: str
) -> dict[str, Any]:
    """The fields of a new `worker_vm`, of a node of which enough is known.

    Args:
        environment: as above, and the IPv6 gateway.
        node: as above.
        own: as above.
        management: as above.
        location: URI of its system location.

    Source: API, `configuration/v1/worker_vm`.
    """
    refuse_incomplete(environment, node, own, management)
    login = environment.credentials.os_admin
    assert login is not None
    netmask, gateway = _link(node, own, management)
    ipv6 = {"ipv6_address": node.ipv6, "ipv6_gateway": environment.ipv6_gateway_of(node)}
    return {
        "name": node.name,
        "hostname": node.fqdn.partition(".")[0] or node.name,
        "domain": _domain(node, management),
        "alternative_fqdn": node.fqdn,
        "address": node.ipv4,
        "netmask": netmask,
        "gateway": gateway,
        "system_location": location,
        "node_type": "CONFERENCING",
        "deployment_type": "MANUAL-PROVISION-ONLY",
        "password": password_hash(login.password.reveal()),
        **{name: value for name, value in ipv6.items() if value},
    }


def _link(node: Node, own: NodePlacement, management: Row) -> tuple[str | None, str | None]:
    """Mask and gateway: as stated, else those of the Management Node on whose link the node is."""
    mask, gateway = management.get("netmask"), management.get("gateway")
    try:
        link = IPv4Network(f"{management.get('address')}/{mask}", strict=False)
        is_there = IPv4Address(node.ipv4 or "") in link
    except ValueError:
        is_there = False
    shared = (mask, gateway) if is_there else (None, None)
    return own.netmask or shared[0], own.gateway or shared[1]


def _domain(node: Node, management: Row) -> str:
    return node.fqdn.partition(".")[2] or str(management.get("domain") or "")


def location_values(name: str, management: Row) -> dict[str, Any]:
    """The fields of a new system location: its nodes use the Management Node's servers at first."""
    return {"name": name} | {field: _uris(management, field) for field in SERVERS}


def _uris(row: Mapping[str, Any], field: str) -> list[str]:
    return [
        str(each["resource_uri"] if isinstance(each, dict) else each)
        for each in row.get(field) or ()
    ]
