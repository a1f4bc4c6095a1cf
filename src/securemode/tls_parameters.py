"""Reads the Diffie-Hellman parameters and curve names that can be attached to a certificate."""

from __future__ import annotations

import base64
import re

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from securemode.observations.certificates import EphemeralKey
from securemode.observations.tls import TlsVersion

_BLOCK = re.compile(
    r"-----BEGIN ((?:X9\.42 )?DH|EC) PARAMETERS-----(.+?)-----END \1 PARAMETERS-----", re.DOTALL
)
_INTEGER, _OBJECT_IDENTIFIER, _SEQUENCE = 0x02, 0x06, 0x30


class NotReadable(ValueError):
    """What should be parameters cannot be read as such."""


def read_parameters(text: str) -> tuple[EphemeralKey, ...]:
    """Every set of parameters in a PEM text, as the ephemeral keys that will come of them.

    Raises:
        NotReadable: one of them is damaged, or of a kind that nobody uses with TLS.
    """
    return tuple(
        (_curve if found[1] == "EC" else _finite)(_decoded(found[2]))
        for found in _BLOCK.finditer(text)
    )


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except ValueError as error:
        raise NotReadable(str(error)) from error


def _finite(der: bytes) -> EphemeralKey:
    """PKCS #3 and X9.42 alike begin with the prime: SEQUENCE { INTEGER p, … }."""
    tag, content = _element(der)
    kind, prime = _element(content)
    if (tag, kind) != (_SEQUENCE, _INTEGER):
        raise NotReadable("these are no Diffie-Hellman parameters")
    bits = int.from_bytes(prime, "big").bit_length()
    return EphemeralKey(offered="finite field", version=TlsVersion.TLS_1_2, dh_bits=bits)


def _curve(der: bytes) -> EphemeralKey:
    """A named curve; parameters that spell a curve out are named nothing."""
    tag, content = _element(der)
    if tag != _OBJECT_IDENTIFIER or not content:
        raise NotReadable("the curve is not named by its object identifier")
    name = _name_of_curve(_object_identifier(content))
    return EphemeralKey(offered="named curve", version=TlsVersion.TLS_1_2, group=name)


def _element(der: bytes) -> tuple[int, bytes]:
    """Tag and content of the first DER element."""
    if len(der) < 2:  # noqa: PLR2004 - tag and length
        raise NotReadable("it ends too early")
    length, begin = der[1], 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(der[2:begin], "big")
    if len(der) < begin + length:
        raise NotReadable("it ends too early")
    return der[0], der[begin : begin + length]


def _name_of_curve(number: str) -> str:
    try:
        return str(ec.get_curve_for_oid(x509.ObjectIdentifier(number)).name)
    except LookupError:
        return number


def _object_identifier(content: bytes) -> str:
    arcs, value = [content[0] // 40, content[0] % 40], 0
    for octet in content[1:]:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    return ".".join(map(str, arcs))
