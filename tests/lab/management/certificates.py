"""Certificates for tests: an authority, and what it issues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

if TYPE_CHECKING:
    from pathlib import Path

UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")


class Identity:
    """A certificate with its key; without an issuer it signs itself."""

    def __init__(
        self,
        name: str,
        issuer: Identity | None = None,
        *,
        upn: str = "",
        upn_type: x509.ObjectIdentifier = UPN,
        ca: bool = False,
    ) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        subject = x509.Name.from_rfc4514_string(name)
        signer = issuer or self
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        names: list[x509.GeneralName] = []
        if upn:
            text = upn.encode()
            names = [x509.OtherName(upn_type, bytes([0x0C, len(text)]) + text)]
        elif not ca:
            names = [x509.DNSName("host.lab.example")]
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        self.certificate: x509.Certificate = builder.sign(signer.key, hashes.SHA256())

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def key_pem(self, passphrase: str = "") -> str:
        how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode()

    def files(self, folder: Path) -> tuple[str, str]:
        """Paths of certificate and key, as requests takes them."""
        certificate, key = folder / "client.pem", folder / "client.key"
        certificate.write_text(self.pem)
        key.write_text(self.key_pem())
        return str(certificate), str(key)
