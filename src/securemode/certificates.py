"""Reads X.509 certificates and builds chains from them; pure, for probes, judges and set-ups."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from securemode.observations.certificates import CertificateFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

USER_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
LONGEST_CHAIN = 10
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_UTF8_STRING, _LONG_FORM = 0x0C, 0x80


class NotReadable(ValueError):
    """What should be a certificate cannot be read as one; the message says why."""


def read_der(der: bytes) -> CertificateFacts:
    """The facts of one certificate.

    Raises:
        NotReadable: these bytes are not a certificate.
    """
    try:
        return _facts(x509.load_der_x509_certificate(der))
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise NotReadable(_plain(error)) from error


def read_pem(text: str) -> tuple[CertificateFacts, ...]:
    """The facts of every certificate in a text; whatever else is in it is left out.

    Raises:
        NotReadable: there is none, or one of them is damaged.
    """
    blocks = _PEM.findall(text)
    if not blocks:
        raise NotReadable("there is no PEM certificate in it")
    try:
        return tuple(_facts(x509.load_pem_x509_certificate(block.encode())) for block in blocks)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise NotReadable(_plain(error)) from error


def _plain(error: Exception) -> str:
    """Why it cannot be read; of bytes that are no ASN.1, the library tells its parser's state."""
    said = str(error)
    if "ParseError" in said:
        return "its bytes are not those of an X.509 certificate"
    return said or type(error).__name__


def moment(text: str) -> datetime:
    """The point in time that an ISO 8601 text of an observation means."""
    return datetime.fromisoformat(text)


def days_left(facts: CertificateFacts, at: str) -> float:
    """Days from `at` to the end of the certificate; negative once it is over."""
    return (moment(facts.not_after) - moment(at)).total_seconds() / 86400


def is_in_force(facts: CertificateFacts, at: str) -> bool:
    """Whether `at` lies within the certificate's validity."""
    return moment(facts.not_before) <= moment(at) <= moment(facts.not_after)


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    key = certificate.public_key()
    names = _alternative_names(certificate)
    return CertificateFacts(
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        fingerprint=sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
        key_fingerprint=sha256(
            key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).hexdigest(),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        common_names=tuple(
            str(name.value)
            for name in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        ),
        dns_names=tuple(names.get_values_for_type(x509.DNSName)),
        ip_addresses=tuple(map(str, names.get_values_for_type(x509.IPAddress))),
        user_principal_names=tuple(_user_principal_names(names)),
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=certificate.not_valid_after_utc.isoformat(),
        key_type=_key_type(key),
        key_bits=int(getattr(key, "key_size", 0)),
        exponent=key.public_numbers().e if isinstance(key, rsa.RSAPublicKey) else None,
        curve=key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else None,
        signature_algorithm=str(getattr(certificate.signature_algorithm_oid, "_name", "unknown")),
        self_signed=_signed(certificate, certificate),
        is_authority=_may_sign(certificate),
    )


def _key_type(key: CertificatePublicKeyTypes) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC"
    return type(key).__name__.lstrip("_").removesuffix("PublicKey")


def _alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


def _user_principal_names(names: x509.SubjectAlternativeName) -> Iterator[str]:
    for other in names.get_values_for_type(x509.OtherName):
        if other.type_id == USER_PRINCIPAL_NAME:
            yield utf8_string(other.value)


def utf8_string(der: bytes) -> str:
    """The text of a DER UTF8String, as a userPrincipalName is one."""
    if len(der) < 2 or der[0] != _UTF8_STRING:  # noqa: PLR2004 - tag and length
        raise NotReadable("a userPrincipalName is no UTF8String")
    header = 2 + (der[1] & ~_LONG_FORM if der[1] & _LONG_FORM else 0)
    return der[header:].decode()


def as_utf8_string(text: str) -> bytes:
    """A text as a DER UTF8String."""
    content = text.encode()
    if len(content) < _LONG_FORM:
        return bytes((_UTF8_STRING, len(content))) + content
    size = (len(content).bit_length() + 7) // 8
    return bytes((_UTF8_STRING, _LONG_FORM | size)) + len(content).to_bytes(size) + content


def _may_sign(certificate: x509.Certificate) -> bool:
    """CA:TRUE, and a key usage, where there is one, that allows it."""
    extensions = certificate.extensions
    try:
        if not extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def is_signed_by(facts: CertificateFacts, issuer: CertificateFacts) -> bool:
    """Whether names and signature say that `issuer` signed it; not whether it may."""
    return facts.issuer == issuer.subject and _signed(
        x509.load_pem_x509_certificate(facts.pem.encode()),
        x509.load_pem_x509_certificate(issuer.pem.encode()),
    )


@dataclass(frozen=True, slots=True)
class Path:
    """How far a chain can be followed.

    Attributes:
        certificates: from the certificate upwards; complete where the last is an anchor.
        missing: why it leads no further, empty where it is complete.
    """

    certificates: tuple[CertificateFacts, ...]
    missing: str = ""


def path_to(
    leaf: CertificateFacts,
    between: Iterable[CertificateFacts],
    anchors: Sequence[CertificateFacts],
    *,
    at: str,
) -> Path:
    """Follow a certificate through those `between` to one of the anchors.

    An authority on the way has to be one (CA:TRUE, key usage), and in force at `at`; the
    certificate's own dates are not looked at.
    """
    return _followed((leaf,), (*anchors, *between), anchors, at)


def _followed(
    way: tuple[CertificateFacts, ...],
    known: tuple[CertificateFacts, ...],
    anchors: Sequence[CertificateFacts],
    at: str,
) -> Path:
    """The first complete way upwards, else the first that ends."""
    last = way[-1]
    if any(last.fingerprint == anchor.fingerprint for anchor in anchors):
        return Path(way)
    if len(way) > LONGEST_CHAIN:
        return Path(way, f"it is longer than {LONGEST_CHAIN} certificates")
    signers = [one for one in known if one not in way and is_signed_by(last, one)]
    usable = [one for one in signers if one.is_authority and is_in_force(one, at)]
    if not usable:
        return Path(way, _why_it_ends(last, signers, at))
    tried = [_followed((*way, one), known, anchors, at) for one in dict.fromkeys(usable)]
    return next((path for path in tried if not path.missing), tried[0])


def _why_it_ends(last: CertificateFacts, signers: list[CertificateFacts], at: str) -> str:
    if signers and not is_in_force(signers[0], at):
        return f"{signers[0]} is not in force"
    if signers:
        return f"{signers[0]} is no certification authority"
    if last.self_signed:
        return f"{last} is self-signed and not trusted"
    return f"{last.issuer} is missing"
