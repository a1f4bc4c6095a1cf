"""Certificate signing requests: the key, the request, and the certificate that answers it."""

from __future__ import annotations

import contextlib
import ipaddress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .x509 import belongs_to, certificates, clear_pem, private_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import (
        CertificateIssuerPrivateKeyTypes,
        PrivateKeyTypes,
    )

    from .fields import Row
    from .resource import Database, Errors

UPLOAD = "UPLOAD"
_SIGNING_KEYS = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)


def make_request(row: Row) -> Row:
    """The row with its key and its request made, where they are not there yet."""
    if row["csr"]:
        return row
    if row["private_key_type"] == UPLOAD:
        key = private_key(row["private_key"], row["private_key_passphrase"])
    else:
        key = _new_key(row["private_key_type"])
    assert isinstance(key, _SIGNING_KEYS)
    return row | {
        "private_key": clear_pem(key),
        "private_key_passphrase": "",
        "csr": _signed_request(row, key),
    }


def request_and_certificate(row: Row, database: Database) -> Errors:  # noqa: ARG001 (a rule's signature)
    """The subject and an uploaded key can be used; a returned certificate answers this request."""
    errors: Errors = {}
    if not row["subject_name"] and not row["dn"]:
        errors["subject_name"] = ["This field is required."]
    with contextlib.suppress(ValueError):
        _subject(row)
        return errors | _key_errors(row)
    return errors | {"dn": ["Enter a distinguished name such as CN=host.example,O=Example."]}


def _key_errors(row: Row) -> Errors:
    if row["private_key_type"] != UPLOAD and not row["csr"]:
        return {}
    try:
        key = private_key(row["private_key"], row["private_key_passphrase"])
    except ValueError as error:
        return {"private_key": [f"The private key can't be read: {error}"]}
    if not isinstance(key, _SIGNING_KEYS):
        return {"private_key": ["Only RSA and elliptic curve keys can be used."]}
    return _certificate_errors(row["certificate"], key) if row["certificate"] else {}


def _certificate_errors(pem: str, key: PrivateKeyTypes) -> Errors:
    try:
        chain = certificates(pem)
    except ValueError as error:
        return {"certificate": [f"The certificate can't be read: {error}"]}
    if not chain or not belongs_to(key, chain[0]):
        return {"certificate": ["The certificate does not match the request."]}
    return {}


def _new_key(kind: str) -> CertificateIssuerPrivateKeyTypes:
    if kind == "ECDSAP256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("RSA")))


def _subject(row: Row) -> x509.Name:
    if row["dn"]:
        return x509.Name.from_rfc4514_string(row["dn"])
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, row["subject_name"])])


def _signed_request(row: Row, key: CertificateIssuerPrivateKeyTypes) -> str:
    names = [row["subject_name"], *row["additional_subject_alt_names"].split(",")]
    builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(row))
    alternatives = [_alternative(name.strip()) for name in dict.fromkeys(names) if name.strip()]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    purposes = [
        purpose
        for wanted, purpose in (
            (row["eku_server_auth"], ExtendedKeyUsageOID.SERVER_AUTH),
            (row["eku_client_auth"], ExtendedKeyUsageOID.CLIENT_AUTH),
        )
        if wanted
    ]
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def _alternative(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)
