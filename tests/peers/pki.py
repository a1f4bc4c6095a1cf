"""Certificates of every sort, made for one test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from securemode.certificates import USER_PRINCIPAL_NAME, as_utf8_string, read_der
from securemode.environment.models import KeyPair

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.observations.certificates import CertificateFacts

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass
class Holder:
    """A certificate with its key; signs others if it is an authority."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    @property
    def key_pem(self) -> bytes:
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self.key.private_bytes(PEM, pkcs8, plain)

    @property
    def facts(self) -> CertificateFacts:
        return read_der(self.certificate.public_bytes(DER))

    def pair(self, directory: Path, name: str, *chain: Holder) -> KeyPair:
        """Its files, certificates of issuers after its own."""
        certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
        certificate.write_bytes(self.pem + b"".join(one.pem for one in chain))
        key.write_bytes(self.key_pem)
        return KeyPair(certificate=certificate, key=key)


def issued(
    name: str,
    issuer: Holder | None = None,
    *,
    is_authority: bool = False,
    days: tuple[float, float] = (-1, 100),
    key: Key | None = None,
    dns_names: tuple[str, ...] = (),
    addresses: tuple[str, ...] = (),
    user: str = "",
) -> Holder:
    """A certificate, signed by itself where no issuer is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(one) for one in dns_names]
    names += [x509.IPAddress(ip_address(one)) for one in addresses]
    if user:
        names.append(x509.OtherName(USER_PRINCIPAL_NAME, as_utf8_string(user)))
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Holder(builder.sign(signer, hashes.SHA256()), key)
