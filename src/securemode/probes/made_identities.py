"""Certificates that nobody should accept, made for one look and gone after it."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from securemode.environment.models import KeyPair
from securemode.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

_VALID = timedelta(days=1)
_KEY_BITS, _EXPONENT = 2048, 65537


@contextlib.contextmanager
def forged(model: KeyPair, *, self_signed: bool, authority: str = "") -> Iterator[KeyPair]:
    """A certificate with the names of a good one, and nothing else of it.

    Signed by itself, or by an authority of ours. Where that has the name of the good one's issuer,
    whoever looks at names only takes it for the good one; where it has a name of its own, whoever
    takes any authority does. The files are readable to this user only, and deleted on leaving.

    Args:
        model: the good certificate; its key is not read.
        self_signed: whether it signs itself.
        authority: name of our authority; empty takes that of the good one's issuer.

    Raises:
        Unsupported: the good certificate cannot be read.
    """
    try:
        good = x509.load_pem_x509_certificate(model.certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise Unsupported(
            f"the certificate {model.certificate} cannot be read: {error}",
            remedy="state a PEM file in the environment.",
        ) from error
    key, signer = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    signed_by_us = _named(authority) if authority else good.issuer
    issuer = good.subject if self_signed else signed_by_us
    made = _like(good, key, issuer, key if self_signed else signer)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with tempfile.TemporaryDirectory(prefix="securemode-") as directory:
        path = Path(directory) / "identity.pem"
        path.touch(mode=0o600)
        path.write_bytes(made.public_bytes(Encoding.PEM) + private)
        yield KeyPair(certificate=path, key=path)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _like(
    good: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(good.subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _VALID)
        .not_valid_after(now + _VALID)
    )
    copied = (x509.SubjectAlternativeName, x509.ExtendedKeyUsage, x509.KeyUsage)
    for extension in good.extensions:
        if isinstance(extension.value, copied):
            builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(signer, hashes.SHA256())


@dataclass(frozen=True, slots=True)
class ThrowAway:
    """A self-signed certificate for a server that does not exist, and its key, never in a file."""

    name: str
    _certificate: x509.Certificate = field(repr=False)
    _key: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def named(cls, name: str) -> ThrowAway:
        """Made in a moment; its common name and its DNS name are what it is recognised by."""
        key, now = rsa.generate_private_key(_EXPONENT, _KEY_BITS), datetime.now(UTC)
        subject = _named(name)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _VALID)
            .not_valid_after(now + _VALID)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(name, certificate, key)

    def as_pem(self) -> bytes:
        """Certificate and key, the key without a passphrase."""
        private = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self._certificate.public_bytes(Encoding.PEM) + private

    def as_pkcs12(self, passphrase: str) -> bytes:
        """Both in one PKCS#12 bundle, encrypted as well as the library can."""
        return pkcs12.serialize_key_and_certificates(
            self.name.encode(),
            self._key,
            self._certificate,
            None,
            BestAvailableEncryption(passphrase.encode()),
        )
