"""Who signs: a certificate and its key, read from files and checked before anything is signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs7,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from securemode.documents import shown
from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_PEM_BEGIN = b"-----BEGIN"
_OPTIONS = (
    pkcs7.PKCS7Options.Binary,
    pkcs7.PKCS7Options.DetachedSignature,
    pkcs7.PKCS7Options.NoCapabilities,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A person's certificate and key, and the certificates that lead to an authority."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def common_name(self) -> str:
        """The CN of the certificate, or the whole name where it has none."""
        names = self.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return str(names[0].value) if names else self.certificate.subject.rfc4514_string()

    def sign(self, content: bytes) -> bytes:
        """A detached CMS signature over the content, DER."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(self.certificate, self.key, hashes.SHA256())
        for one in self.chain:
            builder = builder.add_certificate(one)
        return builder.sign(Encoding.DER, list(_OPTIONS))


def signer(
    certificate_file: Path, key_file: Path, chain_file: Path | None, ask: Callable[[], bytes]
) -> Signer:
    """Who can sign with these files.

    Args:
        certificate_file: PEM or DER.
        key_file: PEM or DER, RSA or EC.
        chain_file: PEM certificates between the signer's and an authority.
        ask: gives the passphrase; called only where the key has one.

    Raises:
        ConfigurationError: a file cannot be read, the certificate is not in force or may not sign,
            the key is another's, or the passphrase is wrong.
    """
    certificate, *more = certificates_of(certificate_file)
    _check_may_sign(certificate, certificate_file)
    key = _key(key_file, ask)
    if _public(key.public_key()) != _public(certificate.public_key()):
        raise ConfigurationError(
            f"{shown(key_file)}: is not the key of {shown(certificate_file)}.",
            remedy="state --key and --cert of the same person.",
        )
    chain = (*more, *(certificates_of(chain_file) if chain_file else ()))
    return Signer(certificate=certificate, key=key, chain=chain)


def certificates_of(path: Path) -> tuple[x509.Certificate, ...]:
    """Every certificate of a file, PEM or DER.

    Raises:
        ConfigurationError: it cannot be read, or has none.
    """
    data = _bytes(path)
    try:
        if _PEM_BEGIN in data:
            return tuple(x509.load_pem_x509_certificates(data))
        return (x509.load_der_x509_certificate(data),)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise ConfigurationError(
            f"{shown(path)}: holds no certificate that can be read.",
            remedy="state a file of X.509 certificates, PEM or DER.",
        ) from None


def _check_may_sign(certificate: x509.Certificate, path: Path) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= datetime.now(UTC) <= ends:
        raise ConfigurationError(
            f"{shown(path)}: the certificate is not in force: it is from {begins:%Y-%m-%d %H:%M} "
            f"to {ends:%Y-%m-%d %H:%M} UTC.",
            remedy="sign with one that is, or set the clock of this machine.",
        )
    if certificate.version is not x509.Version.v3:
        raise ConfigurationError(
            f"{shown(path)}: the certificate is of X.509 version 1, which no verifier has to take.",
            remedy="sign with one of version 3; openssl x509 -req makes one with -extfile.",
        )
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise ConfigurationError(
            f"{shown(path)}: the certificate's key usage allows no signatures.",
            remedy="sign with one that has digitalSignature or nonRepudiation.",
        )


def is_for_mail(certificate: x509.Certificate) -> bool:
    """Whether `openssl cms -verify` takes the certificate as it is: it asks for one of S/MIME."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.EMAIL_PROTECTION in usages


def _key(path: Path, ask: Callable[[], bytes]) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    data = _bytes(path)
    load = load_pem_private_key if _PEM_BEGIN in data else load_der_private_key
    try:
        try:
            key = load(data, None)
        except TypeError:  # it has a passphrase
            key = load(data, ask())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigurationError(
            f"{shown(path)}: cannot be read as a private key.",
            remedy="check its passphrase, and that it is a key of RSA or EC, PEM or DER.",
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ConfigurationError(
            f"{shown(path)}: is a key of neither RSA nor EC.", remedy="sign with one of these."
        )
    return key


def _public(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{shown(path)}: cannot be read ({error.strerror}).",
            remedy="check its name and permissions.",
        ) from None
