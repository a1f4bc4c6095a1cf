"""Import of a bundle of certificates: what each one is follows from its content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from .resources.x509 import belongs_to, certificates, clear_pem, is_authority, private_key

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from .resources.fields import Row
    from .store import Store

_PEM_KEY = re.compile(
    r"-----BEGIN (?:\w+ )*PRIVATE KEY-----.+?-----END (?:\w+ )*PRIVATE KEY-----", re.DOTALL
)


def import_bundle(store: Store, bundle: str, passphrase: str) -> int:
    """Put every certificate of the bundle where it belongs.

    A certificate with CA:TRUE joins the trusted CA certificates; another one needs its private key
    in the bundle and becomes a TLS certificate. One with the same issuer and serial number is
    replaced, anything else is added.

    Returns:
        How many certificates there were.

    Raises:
        ValueError: something in the bundle can't be read, or a key is missing; nothing is imported.
    """
    keys = [private_key(match, passphrase) for match in _PEM_KEY.findall(bundle)]
    rows = [_destination(certificate, keys) for certificate in certificates(bundle)]
    if not rows:
        raise ValueError("The bundle holds no certificate in PEM format.")
    for resource, row in rows:
        _put(store, resource, row)
    return len(rows)


def _destination(certificate: x509.Certificate, keys: list[PrivateKeyTypes]) -> tuple[str, Row]:
    pem = certificate.public_bytes(Encoding.PEM).decode()
    if is_authority(certificate):
        return "ca_certificate", {"certificate": pem}
    for key in keys:
        if belongs_to(key, certificate):
            return "tls_certificate", {"certificate": pem, "private_key": clear_pem(key)}
    name = certificate.subject.rfc4514_string()
    raise ValueError(f"The private key of the certificate of {name} is not in the bundle.")


def _put(store: Store, resource: str, values: Row) -> None:
    key = store.insert(resource, values)
    added = store.get(resource, key)
    for row in store.rows(resource):
        same = all(row[name] == added[name] for name in ("raw_issuer", "serial_no"))
        if same and row["id"] != key:
            store.delete(resource, key)
            store.update(resource, row["id"], values)
            return
