"""What the lab says on standard output once everything listens: one line of JSON."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from securemode_lab import power

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from securemode_lab.appliance.node import Node
    from securemode_lab.network.attachment import Network

SCHEMA = 1
VERSION = "41 (80000.0.0)"
GATEWAY_IPV6 = "fe80::1"
"""Of every node from its installation on; there is no router, because nothing leaves the lab.

A router goes by the address of its link: from another one a redirect is nothing (RFC 4861, 8.1).
"""


def _password() -> str:
    return secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and its password."""

    username: str = "admin"
    password: str = field(default_factory=_password)


def _person(number: int) -> Login:
    return Login(f"auditor{number}")


@dataclass(frozen=True, slots=True)
class Roles:
    """One person of the site's directory for each administrator role."""

    read_only: Login = field(default_factory=lambda: Login("reader"))
    read_write: Login = field(default_factory=lambda: Login("operator"))
    auditor: Login = field(default_factory=lambda: Login("auditor"))


@dataclass(frozen=True, slots=True)
class SnmpStation:
    """What the lab's management station uses, and an operator would have to configure."""

    username: str = "monitor"
    authentication_password: str = field(default_factory=_password)
    privacy_password: str = field(default_factory=_password)
    community: str = field(default_factory=lambda: secrets.token_hex(6))


@dataclass(frozen=True, slots=True)
class VSphereLogins:
    """Who may log in to vCenter, and the password of the virtual machines' firmware."""

    administrator: Login = field(default_factory=lambda: Login("administrator@vsphere.local"))
    reader: Login = field(default_factory=lambda: Login("verifier@vsphere.local"))
    bios_supervisor_password: str = field(default_factory=lambda: secrets.token_hex(4))


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything secret of one lab, made anew for each.

    Attributes:
        web: the local web administrator.
        more_web: auditors of the site's directory, who get in once it is configured and mapped.
        roles: people of the site's directory by the role of their group.
        os_admin: the system administrator.
        snmp: the management station.
        snapshot_password: of diagnostic snapshots, where the product encrypts them (a variant).
        vsphere: vCenter's; the document tells them with the rest about vCenter.
    """

    web: Login = field(default_factory=Login)
    more_web: tuple[Login, ...] = field(default_factory=lambda: tuple(map(_person, range(1, 11))))
    roles: Roles = field(default_factory=Roles)
    os_admin: Login = field(default_factory=Login)
    snmp: SnmpStation = field(default_factory=SnmpStation)
    snapshot_password: str = field(default_factory=_password)
    vsphere: VSphereLogins = field(default_factory=VSphereLogins)

    @property
    def people(self) -> list[tuple[str, Login]]:
        """Everybody of the directory, by the administrator role of their group."""
        roles = self.roles
        return [
            ("Read-only", roles.read_only),
            ("Read-write", roles.read_write),
            ("Auditor", roles.auditor),
            *(("Auditor", login) for login in self.more_web),
        ]


def document(
    network: Network,
    control: str,
    management_node: Node,
    conferencing_nodes: Iterable[Node],
    *,
    credentials: Credentials,
    cards: Mapping[str, Mapping[str, str]],
    site: dict[str, Any],
) -> str:
    """The line.

    Args:
        network: on which the nodes are.
        control: path of the control socket.
        management_node: which is deployed, or will be.
        conferencing_nodes: likewise.
        credentials: everything secret.
        cards: paths of client certificate and key by the login name of their owner.
        site: what the site around the deployment adds.
    """
    return json.dumps(
        {
            "schema": SCHEMA,
            "profile": network.profile,
            "profile_reason": network.reason,
            "pid": os.getpid(),
            "control": control,
            "namespaces": network.namespaces(),
            "port_offset": network.port_offset,
            "management_node": _described(management_node),
            "conferencing_nodes": [_described(node) for node in conferencing_nodes],
            "credentials": _told(credentials, cards),
            "version": VERSION,
            "restart": power.button(control),
            **site,
        }
    )


def _told(credentials: Credentials, cards: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The credentials, those of people with their client certificates."""
    told = asdict(credentials)
    del told["vsphere"]
    for person in (*told["more_web"], *told["roles"].values()):
        person.update(cards[person["username"]])
    return told


def _described(node: Node) -> dict[str, str | None]:
    return {
        "name": node.nameplate.name,
        "ipv4": node.attachment.ipv4,
        "ipv6": node.attachment.ipv6,
        "ipv6_gateway": GATEWAY_IPV6 if node.attachment.ipv6 else None,
        "fqdn": node.nameplate.fqdn,
        "location": node.nameplate.location,
    }
