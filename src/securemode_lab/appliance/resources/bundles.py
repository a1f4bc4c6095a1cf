"""Files that hold a certificate together with its private key: PEM, and PKCS#12 (PFX)."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_pkcs12,
    serialize_key_and_certificates,
)

from .x509 import certificates, clear_pem, private_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs12 import (
        PKCS12KeyAndCertificates,
        PKCS12PrivateKeyTypes,
    )

    from .fields import Row

_PEM_BLOCK = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]+)-----(?:(?!-----).)+-----END (?P=label)-----", re.DOTALL
)
_PKCS12_BEGINNING = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83.{3}|\x84.{4})\x02\x01\x03\x30", re.DOTALL
)
"""`PFX ::= SEQUENCE { version INTEGER {v3(3)}, authSafe ContentInfo, ... }` (RFC 7292)."""


class BadFile(ValueError):
    """Nothing can be made of the file, or into it; the text says why."""


def is_pkcs12(data: bytes) -> bool:
    """Whether a file looks like a PKCS#12 bundle, which can be told without its passphrase."""
    return _PKCS12_BEGINNING.match(data) is not None


def from_pem(data: bytes, passphrase: str) -> Row:
    """Fields of a TLS certificate: every certificate of the file in its order, and its first key.

    A passphrase for a key that has none is ignored, as by OpenSSL's own commands.

    Raises:
        BadFile: the certificate or the key is missing.
    """
    text = data.decode("ascii", "replace")
    blocks = [(block["label"], block[0]) for block in _PEM_BLOCK.finditer(text)]
    chain = [block for label, block in blocks if label == "CERTIFICATE"]
    keys = [block for label, block in blocks if label.endswith("PRIVATE KEY")]
    if not chain:
        raise BadFile("The file is neither a certificate in PEM format nor a PKCS#12 bundle.")
    if not keys:
        raise BadFile("The file holds no private key for the certificate.")
    return {
        "certificate": "\n".join(chain) + "\n",
        "private_key": keys[0] + "\n",
        "private_key_passphrase": passphrase if "ENCRYPTED" in keys[0] else "",
    }


def from_pkcs12(data: bytes, passphrase: str) -> Row:
    """Fields of a TLS certificate: the bundle's certificate, those of authorities, and the key.

    Raises:
        BadFile: the passphrase is wrong, or the certificate or the key is missing.
    """
    bundle = _loaded(data, passphrase)
    if bundle.cert is None or bundle.key is None:
        raise BadFile("The PKCS#12 bundle holds no certificate with its private key.")
    chain = [bundle.cert, *bundle.additional_certs]
    pem = [entry.certificate.public_bytes(Encoding.PEM).decode() for entry in chain]
    return {"certificate": "".join(pem), "private_key": clear_pem(bundle.key)}


def _loaded(data: bytes, passphrase: str) -> PKCS12KeyAndCertificates:
    """The bundle, BER or DER: of the former `cryptography` warns.

    A passphrase with a NUL character, which OpenSSL can't have, would end in a panic of it.
    """
    try:
        if "\0" not in passphrase:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                return load_pkcs12(data, passphrase.encode() or None)
    except (ValueError, UnsupportedAlgorithm):
        pass
    raise BadFile("The PKCS#12 bundle can't be read: it is damaged, or has another passphrase.")


def to_pkcs12(row: Row, passphrase: str) -> bytes:
    """A TLS certificate, the certificates that came with it and its key as a bundle.

    Raises:
        BadFile: the row's certificate or key can't be used, or the passphrase can't.
    """
    name = row["subject_name"].encode()
    try:
        chain = certificates(row["certificate"])
        key = private_key(row["private_key"] or "", row["private_key_passphrase"])
        own, *others = chain
        encryption = BestAvailableEncryption(passphrase.encode())
        return serialize_key_and_certificates(
            name, cast("PKCS12PrivateKeyTypes", key), own, others, encryption
        )
    except (ValueError, TypeError) as error:
        raise BadFile(f"The certificate can't be exported: {error}") from None
