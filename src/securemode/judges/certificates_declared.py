"""CERT-01 to CERT-03, CERT-05 and CERT-06 as the product's own configuration has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode import tls_parameters
from securemode.certificates import NotReadable, path_to, read_pem
from securemode.judges.certificates import (
    APPROVED_CURVE,
    COMPLIANT_PARAMETERS,
    LEAST_DH_BITS,
    names_judged,
    validity_judged,
)
from securemode.judges.configuration import row_of_node
from securemode.verdicts import Judgement, Verdict, deviates, statement, unclear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.judges.configuration import Row
    from securemode.observations.certificates import CertificateFacts, SiteAuthoritiesSeen
    from securemode.observations.configuration import ConfigurationRows
    from securemode.targets import Node

SIGNED = "signed by an authority that the environment trusts"
ASSIGNED = "a certificate that is assigned to the node"


def a_certificate_is_assigned(
    nodes: ConfigurationRows, certificates: ConfigurationRows, *, node: Node
) -> Judgement:
    """CERT-05: the node refers to a certificate, and that certificate exists."""
    row = row_of_node(nodes, node)
    if isinstance(row, Judgement):
        return row
    assigned = _assigned(row, certificates)
    return statement(
        good=assigned is not None,
        what="has a certificate assigned",
        otherwise="has no certificate assigned",
        expected="a certificate",
        saw=str(assigned.get("subject_name")) if assigned else _reference(row) or "none",
    )


def _reference(row: Row) -> str:
    """What a node refers to: a URI, or the object itself."""
    value = row.get("tls_certificate")
    return str(value.get("resource_uri", "")) if isinstance(value, dict) else str(value or "")


def _assigned(row: Row, certificates: ConfigurationRows) -> Row | None:
    uri = _reference(row)
    return next((one for one in certificates.rows if uri and one.get("resource_uri") == uri), None)


def _chain_of(
    nodes: ConfigurationRows, certificates: ConfigurationRows, node: Node
) -> tuple[CertificateFacts, ...] | Judgement:
    """What is uploaded for a node, its own certificate first, whatever the order it came in."""
    row = row_of_node(nodes, node)
    if isinstance(row, Judgement):
        return row
    assigned = _assigned(row, certificates)
    if assigned is None:
        return unclear(
            "has no certificate assigned that could be judged",
            expected=ASSIGNED,
            saw=_reference(row) or "none",
            next_step="assign one under Certificates > TLS certificates (CERT-05).",
        )
    try:
        chain = read_pem(str(assigned.get("certificate") or ""))
    except NotReadable as error:
        return unclear(
            "has a certificate assigned that cannot be read",
            expected="PEM",
            saw=f"{assigned.get('subject_name')}: {error}",
        )
    return tuple(sorted(chain, key=lambda one: one.is_authority))


def declared_certificate_is_trusted(
    nodes: ConfigurationRows,
    certificates: ConfigurationRows,
    authorities: ConfigurationRows,
    trusted: SiteAuthoritiesSeen,
    *,
    node: Node,
) -> Judgement:
    """CERT-01: the assigned certificate is signed, and leads to a root that the site trusts."""
    chain = _chain_of(nodes, certificates, node)
    if isinstance(chain, Judgement):
        row = row_of_node(nodes, node)
        if isinstance(row, Judgement) or _reference(row):
            return chain
        return deviates(
            "keeps the certificate that it was delivered with",
            expected=SIGNED,
            saw="no certificate assigned",
        )
    leaf, *more = chain
    between = (*more, *_readable(authorities), *trusted.intermediates, *trusted.authorities)
    path = path_to(leaf, between, trusted.anchors, at=certificates.read_at)
    missing = f"{leaf} is self-signed" if leaf.self_signed else path.missing
    return statement(
        good=not missing,
        what="has a certificate assigned that a trusted authority signed",
        otherwise="has a certificate assigned that no trusted authority signed",
        expected=SIGNED,
        saw=missing or " < ".join(map(str, path.certificates)),
    )


def _readable(rows: ConfigurationRows) -> Iterator[CertificateFacts]:
    for row in rows.rows:
        try:
            yield from read_pem(str(row.get("certificate") or ""))
        except NotReadable:
            continue


def declared_certificate_names_node(
    nodes: ConfigurationRows, certificates: ConfigurationRows, *, node: Node, uses_dns: bool
) -> Judgement:
    """CERT-02: the assigned certificate names the node by its configured FQDN."""
    chain = _chain_of(nodes, certificates, node)
    row = row_of_node(nodes, node)
    if isinstance(chain, Judgement):
        return chain
    if isinstance(row, Judgement):
        return row
    return names_judged(
        chain[:1],
        names=tuple(dict.fromkeys(filter(None, (_configured_fqdn(row), node.fqdn)))),
        node=node,
        uses_dns=uses_dns,
        wildcards=True,
    )


def _configured_fqdn(row: Row) -> str:
    hostname, domain = row.get("hostname"), row.get("domain")
    return str(row.get("alternative_fqdn") or "") or (
        f"{hostname}.{domain}" if hostname and domain else ""
    )


def declared_certificate_is_in_force(
    nodes: ConfigurationRows, certificates: ConfigurationRows, *, node: Node, margin_days: int
) -> Judgement:
    """CERT-03: the assigned certificate is valid, with the site's margin."""
    chain = _chain_of(nodes, certificates, node)
    if isinstance(chain, Judgement):
        return chain
    return validity_judged(chain[:1], at=certificates.read_at, margin_days=margin_days)


def declared_parameters_are_strong(
    nodes: ConfigurationRows, certificates: ConfigurationRows, *, node: Node
) -> Judgement:
    """CERT-06: parameters that are attached to the certificate, where there are any."""
    row = row_of_node(nodes, node)
    if isinstance(row, Judgement):
        return row
    assigned = _assigned(row, certificates) or {}
    try:
        found = tls_parameters.read_parameters(
            f"{assigned.get('certificate') or ''}\n{assigned.get('parameters') or ''}"
        )
    except tls_parameters.NotReadable as error:
        return unclear(
            "has parameters that cannot be read", expected=COMPLIANT_PARAMETERS, saw=str(error)
        )
    if not found:
        return Judgement(
            Verdict.NOT_APPLICABLE,
            "has no custom parameters with its certificate",
            COMPLIANT_PARAMETERS,
            "none",
        )
    weak = [
        key
        for key in found
        if not (
            key.dh_bits >= LEAST_DH_BITS
            if key.dh_bits is not None
            else APPROVED_CURVE.fullmatch(key.group or "")
        )
    ]
    return statement(
        good=not weak,
        what="has strong parameters with its certificate",
        otherwise="has weak parameters with its certificate",
        expected=COMPLIANT_PARAMETERS,
        saw=", ".join(map(str, weak or found)),
    )
