"""Server certificates and authorities that the site supplies: what of them the product lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.certificates import NotReadable, is_signed_by, read_pem
from securemode.environment.models import NodeSettings
from securemode.errors import SetupFailed
from securemode.infinity.client import key_of, object_path
from securemode.setups.edits import Plan
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from securemode.environment.models import Environment, KeyPair
    from securemode.infinity.client import ManagementApi, ManagementWriter, Row, Rows
    from securemode.observations.certificates import CertificateFacts


NODES = ("management_vm", "worker_vm")


def certificates(environment: Environment, api: ManagementApi) -> Plan:
    """Authorities first, so that what they signed is trusted when it comes.

    Source: guide, "TLS certificates".
    """
    nodes = {resource: api.list(resource) for resource in NODES}
    notes = [
        f"certificates has none for {row.get('name')}: its certificate is left as it is."
        for resource, rows in nodes.items()
        for row in rows
        if _stated(resource, row, environment).name not in environment.certificates
    ]
    if environment.trust.ca_file is None:
        notes.append("trust.ca_file is not stated: trusted authorities are left as they are.")
    return Plan(
        edits=(
            *planned_authorities(api.list("ca_certificate"), environment),
            *planned_server_certificates(nodes, api.list("tls_certificate"), environment),
        ),
        notes=tuple(notes),
    )


def facts_of_file(path: Path) -> tuple[CertificateFacts, ...]:
    """The certificates in a file.

    Raises:
        SetupFailed: it cannot be read as certificates.
    """
    try:
        return read_pem(path.read_text(encoding="ascii", errors="replace"))
    except (OSError, NotReadable) as error:
        raise SetupFailed(
            f"{path} cannot be read as certificates: {error}.",
            remedy="put PEM certificates there, or state another file in the environment.",
        ) from error


def facts_of_row(row: Row) -> tuple[CertificateFacts, ...]:
    """The certificates of an object of the product; none where it shows no readable one."""
    try:
        return read_pem(str(row.get("certificate") or ""))
    except NotReadable:
        return ()


def uploaded_in(rows: Rows) -> tuple[CertificateFacts, ...]:
    """Every certificate of a list of objects."""
    return tuple(facts for row in rows for facts in facts_of_row(row))


@dataclass(frozen=True, slots=True)
class AuthorityUpload:
    """One authority that the product is to trust.

    Attributes:
        facts: the certificate.
        requirement: id of the catalogue.
    """

    facts: CertificateFacts
    requirement: str

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"trusted authority {self.facts}"

    def changes(self) -> list[Change]:
        """It is missing, and will be there."""
        where, until = "trusted CA certificates", f"trusted until {self.facts.not_after}"
        return [Change(where, str(self.facts), "missing", until, self.requirement)]

    def write(self, api: ManagementWriter) -> None:
        """Upload it."""
        api.post("ca_certificate", {"certificate": self.facts.pem})


def planned_authorities(authorities: Rows, environment: Environment) -> tuple[AuthorityUpload, ...]:
    """Certificates of the environment's trust that are not among those uploaded.

    Args:
        authorities: rows of `ca_certificate`.
        environment: its trust.
    """
    trust = environment.trust
    known = {facts.fingerprint for facts in uploaded_in(authorities)}
    wanted: dict[str, AuthorityUpload] = {}
    for path in (trust.ca_file, trust.intermediate_file):
        for facts in facts_of_file(path) if path else ():
            requirement = "CA-01" if facts.self_signed else "CA-02"
            wanted.setdefault(facts.fingerprint, AuthorityUpload(facts, requirement))
    return tuple(upload for fingerprint, upload in wanted.items() if fingerprint not in known)


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """The certificate of one node, to be uploaded, assigned, or both.

    Attributes:
        resource: of the node.
        key: of the node.
        node: name of the node.
        facts: the node's own certificate.
        certificate: PEM text to upload: with its intermediates, so that the chain is complete.
        private_key: PEM text; never shown.
        uri: of the certificate where the product has it already, else empty.
        now: what is assigned.
        fqdn: to be configured, empty where the node has it.
        fqdn_now: what is configured.
    """

    resource: str
    key: str
    node: str
    facts: CertificateFacts
    certificate: str
    private_key: str
    uri: str
    now: str
    fqdn: str
    fqdn_now: str

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"{self.node}: TLS certificate {self.facts}"

    def changes(self) -> list[Change]:
        """The certificate, and the name that goes with it, where they differ."""
        changes = []
        if self.now != self.uri or not self.uri:
            now = self.now or "nothing"
            changes.append(Change(self.node, "TLS certificate", now, str(self.facts), "CERT-01"))
        if self.fqdn:
            now = self.fqdn_now or "nothing"
            changes.append(Change(self.node, "Configured FQDN", now, self.fqdn, "CERT-02"))
        return changes

    def write(self, api: ManagementWriter) -> None:
        """Upload what is missing, and assign it."""
        uri = self.uri
        if not uri:
            values = {"certificate": self.certificate, "private_key": self.private_key}
            uri = object_path("tls_certificate", api.post("tls_certificate", values))
        name = {"alternative_fqdn": self.fqdn} if self.fqdn else {}
        api.patch(self.resource, self.key, {"tls_certificate": uri} | name)


def planned_server_certificates(
    nodes: Mapping[str, Rows], certificates: Rows, environment: Environment
) -> tuple[ServerCertificate, ...]:
    """Nodes that do not have the certificate, or the FQDN, that the environment has for them.

    Args:
        nodes: rows of "management_vm" and "worker_vm", by resource.
        certificates: rows of `tls_certificate`.
        environment: its certificates and nodes.
    """
    found = (
        _of_node(resource, row, certificates, node, environment)
        for resource, rows in nodes.items()
        for row in rows
        if (node := _stated(resource, row, environment)).name in environment.certificates
    )
    return tuple(one for one in found if one.changes())


def _of_node(
    resource: str, row: Row, certificates: Rows, node: NodeSettings, environment: Environment
) -> ServerCertificate:
    pair = environment.certificates[node.name]
    chain = facts_of_file(pair.certificate)
    configured = str(row.get("alternative_fqdn") or "")
    return ServerCertificate(
        resource=resource,
        key=key_of(row),
        node=node.name,
        facts=chain[0],
        certificate="".join(one.pem for one in _with_intermediates(chain, environment)),
        private_key=_private_key(pair),
        uri=next(
            (
                str(one["resource_uri"])
                for one in certificates
                if chain[0].fingerprint in {facts.fingerprint for facts in facts_of_row(one)}
            ),
            "",
        ),
        now=str(row.get("tls_certificate") or ""),
        fqdn=node.fqdn if "alternative_fqdn" in row and node.fqdn != configured else "",
        fqdn_now=configured,
    )


def _stated(resource: str, row: Row, environment: Environment) -> NodeSettings:
    """The node of the environment that a row configures; one of its name where none is listed.

    The product calls its Management Node by its FQDN, and there is only one.
    """
    if resource == NODES[0]:
        return environment.management_node
    listed = environment.conferencing_nodes
    name = str(row.get("name")).replace(" ", "-")
    address = str(row.get("address") or "")
    nodes = () if isinstance(listed, str) else listed
    found = [node for node in nodes if node.name == name] or [
        node for node in nodes if address and address in (node.ipv4, node.ipv6)
    ]
    return found[0] if found else NodeSettings.model_construct(name=name, fqdn="")


def _private_key(pair: KeyPair) -> str:
    try:
        return pair.key.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise SetupFailed(
            f"{pair.key} cannot be read: {error}.", remedy="put the private key (PEM) there."
        ) from error


def _with_intermediates(
    chain: tuple[CertificateFacts, ...], environment: Environment
) -> tuple[CertificateFacts, ...]:
    """The chain as it came, or with the issuers that it lacks and the environment has."""
    path = environment.trust.intermediate_file
    known = facts_of_file(path) if path else ()
    whole = list(chain)
    while issuer := next(
        (one for one in known if one not in whole and is_signed_by(whole[-1], one)), None
    ):
        whole.append(issuer)
    return tuple(whole)
