"""Reads detached CMS signatures and tells whether they hold over a content; pure.

`cryptography` makes such signatures and does not verify them, so this does, with its primitives.

Source: RFC 5652, section 5.6; RFC 4056 (RSASSA-PSS), RFC 5753 (ECDSA).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyasn1.codec.ber import decoder
from pyasn1.codec.der import encoder
from pyasn1.error import PyAsn1Error

from securemode.signing import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LARGEST = 2**20
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
_PSS = "1.2.840.113549.1.1.10"
_NAMING_A_DIGEST: dict[str, hashes.HashAlgorithm] = {
    "1.2.840.113549.1.1.11": hashes.SHA256(),
    "1.2.840.113549.1.1.12": hashes.SHA384(),
    "1.2.840.113549.1.1.13": hashes.SHA512(),
    "1.2.840.10045.4.3.2": hashes.SHA256(),
    "1.2.840.10045.4.3.3": hashes.SHA384(),
    "1.2.840.10045.4.3.4": hashes.SHA512(),
}
"""Algorithms of signatures that say themselves which digest belongs to them."""

_UNREADABLE = (
    PyAsn1Error,
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    AttributeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
)
CHANGED = "it was changed, or is not of the key of its certificate"
OTHER_CONTENT = "it signs other content: that of another run, or this before it was changed"


class NotASignature(ValueError):
    """The bytes are no CMS signature, or a damaged one; the message says why."""


class _Broken(Exception):
    """The signature does not hold; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature, and whether it holds.

    Attributes:
        certificate: of its signer; None where the file doesn't have it.
        others: further certificates of the file: the way to an authority.
        signed_at: when, as the signer's own clock said; None where it isn't stated.
        broken: why it does not hold over the content; empty where it does.
    """

    certificate: x509.Certificate | None
    others: tuple[x509.Certificate, ...]
    signed_at: datetime | None
    broken: str

    @property
    def signer(self) -> str:
        """Name of the signer, RFC 4514."""
        try:
            return self.certificate.subject.rfc4514_string() if self.certificate else "unknown"
        except _UNREADABLE:
            return "with a name that cannot be read"


def read(data: bytes, content: bytes) -> tuple[Signature, ...]:
    """Every signature of a file.

    Args:
        data: the file, DER (or BER) or PEM.
        content: what should be signed.

    Raises:
        NotASignature: it cannot be read as one.
    """
    if len(data) > LARGEST:
        raise NotASignature(f"it has {len(data):,} bytes, more than any signature")
    try:
        shell, rest = decoder.decode(_without_armour(data), asn1Spec=syntax.ContentInfo())
        signed = shell["content"]
        certificates = tuple(_certificates(signed))
        signers = tuple(signed["signers"])
    except (*_UNREADABLE, KeyError, IndexError, RecursionError) as error:
        raise NotASignature("it is cut off, changed, or no CMS signature at all") from error
    if rest:
        raise NotASignature(f"{len(rest)} bytes follow its end")
    if str(shell["type"]) != syntax.SIGNED_DATA or not signers:
        raise NotASignature("nobody signed it: it is another sort of CMS file")
    return tuple(_signature(one, signed, certificates, content) for one in signers)


def _without_armour(data: bytes) -> bytes:
    if not data.lstrip().startswith(b"-----BEGIN"):
        return data
    lines = data.strip().splitlines()
    try:
        return base64.b64decode(b"".join(lines[1:-1]), validate=True)
    except binascii.Error as error:
        raise NotASignature("its PEM text is damaged") from error


def _certificates(signed: Any) -> Iterator[x509.Certificate]:
    if signed["certificates"].isValue:
        yield from (x509.load_der_x509_certificate(bytes(one)) for one in signed["certificates"])


def _signature(
    info: Any, signed: Any, certificates: Sequence[x509.Certificate], content: bytes
) -> Signature:
    certificate, signed_at, broken = None, None, ""
    try:
        signed_at = _signed_at(info)
        certificate = _certificate_of(info, certificates)
        _verify(info, signed, certificate, content)
    except _Broken as error:
        broken = str(error)
    except _UNREADABLE as error:
        broken = f"it cannot be read whole ({type(error).__name__})"
    others = tuple(one for one in certificates if one != certificate)
    return Signature(certificate=certificate, others=others, signed_at=signed_at, broken=broken)


def _certificate_of(info: Any, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    sid = info["sid"]
    for one in certificates:
        if sid.getName() == "keyIdentifier":
            if _key_identifier(one) == bytes(sid.getComponent()):
                return one
        elif (one.issuer.public_bytes(), one.serial_number) == (
            bytes(sid.getComponent()["issuer"]),
            int(sid.getComponent()["serial"]),
        ):
            return one
    raise _Broken("the certificate of its signer is not in it")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return extension.value.digest


def _verify(info: Any, signed: Any, certificate: x509.Certificate, content: bytes) -> None:
    digest = _DIGESTS.get(str(info["digestAlgorithm"]["algorithm"]))
    if digest is None:
        raise _Broken("its digest is neither SHA-256 nor SHA-384 nor SHA-512")
    message = content
    if info["signedAttrs"].isValue:
        message = _attributes(info)
        stated = _only(info, syntax.CONTENT_TYPE)
        if stated is None or str(decoder.decode(stated)[0]) != str(signed["content"]["type"]):
            raise _Broken("it does not say what sort of content it signs")
        said = _only(info, syntax.MESSAGE_DIGEST)
        found = hashlib.new(digest.name, content).digest()
        if said is None or bytes(decoder.decode(said)[0]) != found:
            raise _Broken(OTHER_CONTENT)
    try:
        _verify_with(certificate, info, digest, message)
    except InvalidSignature:
        raise _Broken(CHANGED if info["signedAttrs"].isValue else OTHER_CONTENT) from None


def _verify_with(
    certificate: x509.Certificate, info: Any, digest: hashes.HashAlgorithm, message: bytes
) -> None:
    """Verify by the public key; the algorithm has to be one of that sort of key."""
    key, signature = certificate.public_key(), bytes(info["signature"])
    algorithm = str(info["signatureAlgorithm"]["algorithm"])
    digest = _NAMING_A_DIGEST.get(algorithm, digest)
    if isinstance(key, rsa.RSAPublicKey) and algorithm == _PSS:
        pss = padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
        key.verify(signature, message, pss, digest)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(digest))
    else:
        raise _Broken("its key is neither RSA nor EC")


def _attributes(info: Any) -> bytes:
    """What is signed where there are attributes: they, as the DER of a SET."""
    attributes = syntax.SignedAttributes()
    attributes.extend(info["signedAttrs"])
    der: bytes = encoder.encode(attributes)
    return der


def _only(info: Any, kind: str) -> bytes | None:
    """The value of an attribute that is there once and has one value."""
    if not info["signedAttrs"].isValue:
        return None
    alike = [one["values"] for one in info["signedAttrs"] if str(one["type"]) == kind]
    return bytes(alike[0][0]) if len(alike) == 1 and len(alike[0]) == 1 else None


def _signed_at(info: Any) -> datetime | None:
    value = _only(info, syntax.SIGNING_TIME)
    if value is None:
        return None
    moment: datetime = decoder.decode(value)[0].asDateTime
    return moment.astimezone(UTC)
