"""Whether the certificate of a signer is traced to an authority that the reader trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from securemode import certificates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from securemode.observations.certificates import CertificateFacts

_OLD = "it is of X.509 version 1, which does not say what it may be used for"


def untraced(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    authorities: Sequence[x509.Certificate],
    at: datetime,
) -> str:
    """Why the certificate is not traced to one of the authorities; empty where it is.

    Names, signatures, dates, path lengths and name constraints are looked at; what a certificate
    of the web would have to have beside them is not asked of one that signs.

    Args:
        certificate: of the signer.
        others: what may lie between.
        authorities: what the reader trusts.
        at: the moment at which all of them have to be in force, with a time zone.
    """
    verifier = (
        PolicyBuilder()
        .store(Store(list(authorities)))
        .time(at.replace(tzinfo=None))
        .extension_policies(
            ca_policy=ExtensionPolicy.permit_all().require_present(
                x509.BasicConstraints, Criticality.AGNOSTIC, None
            ),
            ee_policy=ExtensionPolicy.permit_all(),
        )
        .build_client_verifier()
    )
    try:
        verifier.verify(certificate, list(others))
    except VerificationError as error:
        reason = str(error).split(" (encountered")[0]
        return _why(certificate, others, authorities, at) or reason
    except (ValueError, TypeError):
        return "one of its certificates cannot be read whole"
    return ""


def _why(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    authorities: Sequence[x509.Certificate],
    at: datetime,
) -> str:
    """In words of ours; empty where only the library, which is stricter, knows."""
    when = at.isoformat()
    try:
        leaf, *between = (_facts(one) for one in (certificate, *others))
        anchors = [_facts(one) for one in authorities]
    except certificates.NotReadable as error:
        return f"one of the certificates cannot be read: {error}"
    if not certificates.is_in_force(leaf, when):
        return (
            f"it was not in force when it signed: it is from {leaf.not_before} to {leaf.not_after}"
        )
    if certificate.version is not x509.Version.v3:
        return _OLD
    return certificates.path_to(leaf, between, anchors, at=when).missing


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    return certificates.read_der(certificate.public_bytes(Encoding.DER))
