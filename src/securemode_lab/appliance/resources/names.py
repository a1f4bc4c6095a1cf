"""Names in certificates, and the eight digits by which OpenSSL finds a CA certificate.

Source: OpenSSL's `X509_NAME_hash`: SHA-1 over the canonical form of the name, of which the first
four bytes are read as a little-endian number. Canonical: every attribute as UTF8String, in lower
case, white space trimmed and runs of it reduced to one space; without the outermost header.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from cryptography import x509

SEQUENCE, SET, UTF8_STRING, OBJECT_IDENTIFIER = 0x30, 0x31, 0x0C, 0x06
SHORT_LENGTH = 0x80


def short_name(name: x509.Name) -> str:
    """What a list shows of a name: its common name, else its organisation, else the whole."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        attributes = name.get_attributes_for_oid(oid)
        if attributes:
            return str(attributes[0].value)
    return raw_name(name)


def raw_name(name: x509.Name) -> str:
    """The whole name in the notation that OpenSSL calls one-line: `/C=NO/CN=host`."""
    return "".join(f"/{attribute.rfc4514_attribute_name}={attribute.value!s}" for attribute in name)


def name_hash(name: x509.Name) -> str:
    """Eight hexadecimal digits, as `openssl x509 -subject_hash` prints them."""
    digest = hashlib.sha1(
        b"".join(_relative_name(rdn) for rdn in name.rdns), usedforsecurity=False
    ).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def _relative_name(rdn: x509.RelativeDistinguishedName) -> bytes:
    attributes = sorted(
        _tlv(SEQUENCE, _oid(attribute.oid) + _tlv(UTF8_STRING, _canonical(str(attribute.value))))
        for attribute in rdn
    )
    return _tlv(SET, b"".join(attributes))


def _canonical(value: str) -> bytes:
    return b" ".join(value.encode().split()).lower()


def _oid(oid: x509.ObjectIdentifier) -> bytes:
    first, second, *others = map(int, oid.dotted_string.split("."))
    arcs = [first * 40 + second, *others]
    return _tlv(OBJECT_IDENTIFIER, b"".join(_base128(arc) for arc in arcs))


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < SHORT_LENGTH:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, SHORT_LENGTH | len(octets)]) + octets + content
