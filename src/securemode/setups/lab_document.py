"""What the document of a lab (`docs/lab.md`) says, as the parts of an environment."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode.environment.means import PeerCertificates, Power, Records, Trap
from securemode.environment.models import (
    Collectors,
    Credentials,
    KeyPair,
    Login,
    NodeSettings,
    RefusedCertificates,
    RoleLogins,
    SnmpCredentials,
    Trust,
)
from securemode.environment.secret import Secret
from securemode.environment.site import LdapSite, NtpServer, SyslogServer
from securemode.setups.lab_vcenter import capacities_of, vcenter_of, with_vcenter_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from securemode.environment.models import Environment
    from securemode.environment.site import Site

MOST_AT_ONCE = 16


def supplied(environment: Environment, document: Mapping[str, Any]) -> Environment:
    """The environment with everything that the lab's document says."""
    trust = document["trust"]
    return environment.with_deployment(
        management_node=NodeSettings(**document["management_node"]),
        conferencing_nodes=tuple(NodeSettings(**node) for node in document["conferencing_nodes"]),
        credentials=with_vcenter_account(_credentials(document), document),
        port_offset=document["port_offset"],
        trust=Trust(
            ca_file=Path(trust["ca_file"]), intermediate_file=Path(trust["intermediate_file"])
        ),
        certificates={name: _key_pair(files) for name, files in document["certificates"].items()},
        site=_site(environment.site, document),
        collectors=Collectors(syslog_file=Path(document["services"]["syslog"]["received"])),
        records=_records(document),
        trap=_trap(document["trap"]),
        power=_power(document["restart"]),
        vsphere=vcenter_of(document),
    )


def _records(document: Mapping[str, Any]) -> Records:
    """What the lab's operator saved, and the password of snapshots that the product encrypts."""
    files = {name: Path(path) for name, path in document["records"].items()}
    password = Secret(document["credentials"]["snapshot_password"])
    return Records.model_validate({**files, "snapshot_password": password})


def _power(command: Sequence[str]) -> Power:
    """Nobody is in a call on a lab's nodes: all of them may be down at one time."""
    return Power(restart=tuple(command), at_once=MOST_AT_ONCE)


def _trap(given: Mapping[str, Any]) -> Trap:
    """How the nodes reach the operator's place, and what a peer there may show."""
    certificates = {sort: _key_pair(files) for sort, files in given["certificates"].items()}
    return Trap(
        name=given["name"],
        ipv4=given["ipv4"],
        ipv6=given["ipv6"],
        service_alias=given["service_alias"],
        certificates=PeerCertificates(**certificates),
    )


def _credentials(document: Mapping[str, Any]) -> Credentials:
    """The accounts that the lab made, and the passwords of its services."""
    given, services = document["credentials"], document["services"]
    identities = document["identities"]
    return Credentials(
        web=_login(given["web"]),
        more_web=tuple(_login(login) for login in given["more_web"]),
        roles=RoleLogins(**{role: _login(login) for role, login in given["roles"].items()}),
        os_admin=_login(given["os_admin"]),
        snmp=SnmpCredentials(
            username=given["snmp"]["username"],
            authentication_password=Secret(given["snmp"]["authentication_password"]),
            privacy_password=Secret(given["snmp"]["privacy_password"]),
            community=Secret(given["snmp"]["community"]),
        ),
        ldap_bind_password=Secret(services["ldap"]["bind_password"]),
        ntp_keys={str(server["key_id"]): Secret(server["key"]) for server in services["ntp"]},
        backup_passphrase=Secret(secrets.token_urlsafe(16)),
        client_certificate=_key_pair(identities["administrator"]),
        last_resort=_last_resort(document),
        refused_certificates=RefusedCertificates(
            unknown=_key_pair(identities["unknown"]),
            expired=_key_pair(identities["expired"]),
            other_ca=_key_pair(identities["other_ca"]),
        ),
    )


def _site(site: Site, document: Mapping[str, Any]) -> Site:
    """The site's values, with the services that the lab has for it."""
    services, ldap = document["services"], document["services"]["ldap"]
    syslog = services["syslog"]
    return site.model_copy(
        update={
            "uses_ipv6": document["management_node"]["ipv6"] is not None,
            "dns_servers": tuple(server["address"] for server in services["dns"]),
            "ntp_servers": tuple(
                NtpServer(address=server["address"], key_id=server["key_id"])
                for server in services["ntp"]
            ),
            "syslog_servers": (
                SyslogServer(
                    address=syslog["address"], port=syslog["port"], transport=syslog["transport"]
                ),
            ),
            "ldap": LdapSite(
                server=ldap["server"],
                base_dn=ldap["base_dn"],
                bind_username=ldap["bind_username"],
                groups=ldap["groups"],
            ),
            "ocsp_responder_url": services["ocsp"]["url"],
            "datastore_iops": capacities_of(document) or site.datastore_iops,
        }
    )


def _login(values: Mapping[str, str]) -> Login:
    certificate = _key_pair(values) if "certificate" in values else None
    return Login(
        username=values["username"], password=Secret(values["password"]), certificate=certificate
    )


def _last_resort(document: Mapping[str, Any]) -> KeyPair:
    """Where the set-up puts the last-resort certificate: beside what else the lab holds."""
    directory = Path(document["trust"]["ca_file"]).parent
    username = document["credentials"]["web"]["username"]
    return KeyPair(certificate=directory / f"{username}.pem", key=directory / f"{username}.key")


def _key_pair(files: Mapping[str, str]) -> KeyPair:
    return KeyPair(certificate=Path(files["certificate"]), key=Path(files["key"]))
