"""TLS as a node speaks it to the site's servers: only what an operator has uploaded is trusted."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from securemode_lab.appliance.resources.x509 import certificates

if TYPE_CHECKING:
    from cryptography import x509


@lru_cache(maxsize=8)
def context(trusted: str) -> ssl.SSLContext:
    """A client's context.

    Args:
        trusted: PEM of authorities; none of those that ship with an operating system is added.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    if trusted:
        made.load_verify_locations(cadata=trusted)
    return made


def issuer(trusted: str, certificate: x509.Certificate) -> x509.Certificate | None:
    """The authority that issued a certificate, if it is trusted; none for what signed itself.

    Args:
        trusted: PEM of authorities.
        certificate: whose issuer is wanted.
    """
    if certificate.issuer == certificate.subject:
        return None
    for authority in certificates(trusted) if trusted else ():
        if authority.subject == certificate.issuer and _issued(authority, certificate):
            return authority
    return None


def _issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
