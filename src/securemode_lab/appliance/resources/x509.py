"""What the product computes from the PEM of a certificate, and what it refuses."""

from __future__ import annotations

import contextlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from .names import name_hash, raw_name, short_name

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from .fields import Row
    from .resource import Database, Errors

E = TypeVar("E", bound=x509.ExtensionType)

_PEM_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def certificates(pem: str) -> list[x509.Certificate]:
    """Every certificate in the text, in its order.

    Raises:
        ValueError: one of them can't be read.
    """
    return [x509.load_pem_x509_certificate(m.encode()) for m in _PEM_CERTIFICATE.findall(pem)]


@lru_cache(maxsize=32)
def private_key(pem: str, passphrase: str = "") -> PrivateKeyTypes:
    """The private key in the text.

    To check an RSA key takes a tenth of a second, and many nodes of the lab share one.

    Raises:
        ValueError: the text is no key, or the passphrase is missing or wrong.
    """
    try:
        return load_pem_private_key(pem.encode(), passphrase.encode() or None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error


def clear_pem(key: PrivateKeyTypes) -> str:
    """The key as the appliance keeps it: PKCS #8 without passphrase."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def belongs_to(key: PrivateKeyTypes, certificate: x509.Certificate) -> bool:
    """Whether the certificate was issued for this key."""
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*form) == certificate.public_key().public_bytes(*form)


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether the certificate's basic constraints say CA:TRUE."""
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def certificate_and_key(row: Row, database: Database) -> Errors:  # noqa: ARG001 (a rule's signature)
    """The PEM can be read, and the private key (where the resource has one) belongs to it."""
    try:
        chain = certificates(row["certificate"])
    except ValueError as error:
        return {"certificate": [f"The certificate can't be read: {error}"]}
    if not chain:
        return {"certificate": ["Enter a certificate in PEM format."]}
    if "private_key" not in row:
        return {}
    try:
        key = private_key(row["private_key"] or "", row["private_key_passphrase"])
    except ValueError as error:
        return {"private_key": [f"The private key can't be read: {error}"]}
    if not belongs_to(key, chain[0]):
        return {"private_key": ["The private key does not belong to the certificate."]}
    return {}


def describe_certificate(row: Row) -> Row:
    """The row with what follows from its certificate; unchanged where that can't be read."""
    try:
        chain = certificates(row["certificate"])
        computed = _description(chain[0]) if chain else {}
    except ValueError:
        return row
    return row | {name: computed[name] for name in computed if name in row} | _clear_key(row)


def _clear_key(row: Row) -> Row:
    if not row.get("private_key_passphrase"):
        return {}
    with contextlib.suppress(ValueError):
        key = private_key(row["private_key"], row["private_key_passphrase"])
        return {"private_key": clear_pem(key), "private_key_passphrase": ""}
    return {}


def _description(certificate: x509.Certificate) -> Row:
    usage = _extension(certificate, x509.ExtendedKeyUsage)
    key_id = _extension(certificate, x509.SubjectKeyIdentifier)
    issuer_key = _extension(certificate, x509.AuthorityKeyIdentifier)
    names = _extension(certificate, x509.SubjectAlternativeName)
    return {
        "start_date": f"{certificate.not_valid_before_utc:%Y-%m-%dT%H:%M:%S}",
        "end_date": f"{certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%S}",
        "subject_name": short_name(certificate.subject),
        "subject_hash": name_hash(certificate.subject),
        "raw_subject": raw_name(certificate.subject),
        "issuer_name": short_name(certificate.issuer),
        "issuer_hash": name_hash(certificate.issuer),
        "raw_issuer": raw_name(certificate.issuer),
        "serial_no": f"{certificate.serial_number:X}",
        "key_id": _colons(key_id.digest) if key_id else None,
        "issuer_key_id": _colons(issuer_key.key_identifier) if issuer_key else None,
        "server_auth_usage": usage is None or ExtendedKeyUsageOID.SERVER_AUTH in usage,
        "client_auth_usage": usage is not None and ExtendedKeyUsageOID.CLIENT_AUTH in usage,
        "subject_alt_names": ", ".join(_alternative_name(name) for name in names or ()),
        "text": _text(certificate),
    }


def _alternative_name(name: x509.GeneralName) -> str:
    if isinstance(name, x509.OtherName):
        return f"otherName:{name.type_id.dotted_string}"
    return str(name.value)


def _colons(identifier: bytes | None) -> str | None:
    return identifier.hex(":").upper() if identifier else None


def _text(certificate: x509.Certificate) -> str:
    """The decoded certificate, for people."""
    lines = [
        f"Version: {certificate.version.name}",
        f"Serial number: {certificate.serial_number:X}",
        f"Issuer: {certificate.issuer.rfc4514_string()}",
        f"Not before: {certificate.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC",
        f"Not after: {certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC",
        f"Subject: {certificate.subject.rfc4514_string()}",
        f"Signature algorithm: {certificate.signature_algorithm_oid.dotted_string}",
        f"Extensions: {', '.join(e.oid.dotted_string for e in certificate.extensions)}",
    ]
    return "\n".join(lines)


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
