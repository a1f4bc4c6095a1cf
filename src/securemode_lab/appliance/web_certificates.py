"""Administrators who identify themselves by client certificate.

The handshake decides whether the certificate is trusted; that part is the listener's, which asks
for one where `client_authorities` names any. Left here is whom the certificate stands for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from .tls import verification_error

if TYPE_CHECKING:
    import ssl

    from aiohttp import web

    from .accounts import Account, Accounts
    from .store import Store
    from .web_variants import Variants

USER_PRINCIPAL_NAME = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
UTF8_STRING = 0x0C
_TRUST = (18, 19, 20, 21)
"""OpenSSL's errors about certificates of nobody's: self-signed, or of an unknown authority."""


class NoAccess(Exception):
    """There is no certificate, or it stands for nobody who may come in."""


def mode(store: Store) -> str:
    """`authentication.client_certificate`: NO, CN or UPN."""
    return str(store.get("authentication", 1)["client_certificate"])


def client_authorities(store: Store) -> str:
    """PEM of what may have issued a client certificate; empty where none is asked for."""
    if mode(store) == "NO":
        return ""
    return "\n".join(row["certificate"].strip() for row in store.rows("ca_certificate"))


async def certificate_account(request: web.Request, store: Store, accounts: Accounts) -> Account:
    """Whom the certificate of the request's connection stands for.

    Raises:
        NoAccess: it is missing, names nobody, or names somebody unknown.
    """
    encoded, tls = _encoded(request), _connection(request)
    if not encoded or tls is None:
        raise NoAccess("No required SSL certificate was sent")
    error = verification_error(tls)
    overlooked = _TRUST if "untrusted_certificate_accepted" in accounts.defects else ()
    if error and error not in overlooked:
        raise NoAccess("The SSL certificate error")
    certificate = x509.load_der_x509_certificate(encoded)
    account = await accounts.find_holder(certificate, identify(certificate, mode(store)))
    if account is None:
        raise NoAccess("The certificate does not belong to a known administrator")
    return account


def shows_one(request: web.Request) -> bool:
    """Whether the client of the request's connection has shown a certificate."""
    return bool(_encoded(request))


def _encoded(request: web.Request) -> bytes:
    tls = _connection(request)
    return (tls.getpeercert(binary_form=True) if tls else None) or b""


def _connection(request: web.Request) -> ssl.SSLObject | None:
    return request.transport.get_extra_info("ssl_object") if request.transport else None


def refusal_status(variants: Variants) -> int:
    """Status of a refusal; "alert" is the listener's, and reads as 403 where it got here."""
    return 400 if variants["client_certificate"] == "400" else 403


def identify(certificate: x509.Certificate, by: str) -> str:
    """The identity in the certificate, by "CN" or "UPN"; empty where it has none of the sort."""
    if by == "CN":
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else ""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ""
    for name in extension.value.get_values_for_type(x509.OtherName):
        if name.type_id == USER_PRINCIPAL_NAME:
            return _utf8(name.value)
    return ""


def _utf8(der: bytes) -> str:
    """The text of a DER UTF8String of less than 128 bytes, empty for anything else."""
    if len(der) < 2 or der[0] != UTF8_STRING or der[1] != len(der) - 2:  # noqa: PLR2004 (tag, length)
        return ""
    return der[2:].decode(errors="replace")
