"""Keys and certificates of the lab's own making."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_RSA_BITS = 2048
_LIFETIME = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """What a TLS server proves itself with: a chain, leaf first, and the leaf's key, both PEM.

    `parameters` holds Diffie-Hellman parameters of its own, which may be appended to the chain too.
    """

    chain: str
    private_key: str
    passphrase: str = ""
    parameters: str = ""


class Pki:
    """Makes the certificates that appliances make for themselves until they are given better ones.

    One RSA key serves them all: making one for each of a hundred nodes would take longer than the
    whole lab may, and nothing that the suite observes depends on it.
    """

    def __init__(self) -> None:
        self._made: dict[str, ServerCertificate] = {}

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """The key that everything made here shares."""
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)

    @cached_property
    def key_pem(self) -> str:
        """The same as PEM without a passphrase."""
        key_format = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.key.private_bytes(*key_format).decode()

    def self_signed(self, fqdn: str) -> ServerCertificate:
        """A self-signed certificate for one name, the same each time."""
        if fqdn not in self._made:
            self._made[fqdn] = self._new(fqdn)
        return self._made[fqdn]

    def _new(self, fqdn: str) -> ServerCertificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, fqdn)])
        now = datetime.now(UTC).replace(microsecond=0)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + _LIFETIME)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(fqdn)]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return ServerCertificate(certificate.public_bytes(Encoding.PEM).decode(), self.key_pem)
