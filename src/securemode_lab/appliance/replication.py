"""What of the configuration concerns one node, as the Management Node sends it there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.appliance.derive import Configuration, Kind
from securemode_lab.appliance.web_certificates import client_authorities
from securemode_lab.clients import assigned
from securemode_lab.services.pki import ServerCertificate

if TYPE_CHECKING:
    from securemode_lab.appliance.node import Nameplate
    from securemode_lab.appliance.store import Store

RESOURCES = frozenset(
    {
        "global",
        "management_vm",
        "worker_vm",
        "system_location",
        "tls_certificate",
        "ca_certificate",
        "authentication",
    }
    | assigned.RESOURCES
)
"""Changes of other resources leave every node's behaviour as it is."""


@dataclass(frozen=True, slots=True)
class Replica:
    """A node's copy of the configuration.

    Attributes:
        configuration: the rows that its behaviour follows from.
        certificate: the one assigned to it, None where none is.
        client_authorities: PEM, of the Management Node where it demands client certificates.
        given: servers of the site that the node may ask.
    """

    configuration: Configuration
    certificate: ServerCertificate | None
    client_authorities: str
    given: assigned.Assigned


def replica(store: Store, nameplate: Nameplate) -> Replica:
    """The copy as of now."""
    manages = nameplate.kind is Kind.MANAGEMENT
    node = store.get("management_vm" if manages else "worker_vm", nameplate.key)
    location = {} if manages else store.get("system_location", node["system_location"])
    return Replica(
        Configuration(store.get("global", 1), node, location),
        _certificate(store, node["tls_certificate"]),
        client_authorities(store) if manages else "",
        assigned.assigned(store, node if manages else location),
    )


def verification(client_certificate: str) -> ssl.VerifyMode:
    """What the variant `client_certificate` means for the handshake."""
    return ssl.CERT_REQUIRED if client_certificate == "alert" else ssl.CERT_OPTIONAL


def _certificate(store: Store, key: int | None) -> ServerCertificate | None:
    if key is None:
        return None
    row = store.get("tls_certificate", key)
    if not row["private_key"]:
        return None
    return ServerCertificate(
        row["certificate"],
        row["private_key"],
        row["private_key_passphrase"] or "",
        row["parameters"] or "",
    )
