"""The ASN.1 of a CMS signature, as far as a detached one needs it.

Certificates, names and values stay the bytes that they are: what is signed is never written anew.

Source: RFC 5652, sections 3, 5 and 10.
"""

from __future__ import annotations

from pyasn1.type.namedtype import NamedType as _Named
from pyasn1.type.namedtype import NamedTypes as _Fields
from pyasn1.type.namedtype import OptionalNamedType as _Optional
from pyasn1.type.tag import Tag, tagClassContext, tagFormatConstructed, tagFormatSimple
from pyasn1.type.univ import (
    Any,
    Choice,
    Integer,
    ObjectIdentifier,
    OctetString,
    Sequence,
    SetOf,
)

SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"


def _tag(number: int, *, constructed: bool = True) -> Tag:
    return Tag(tagClassContext, tagFormatConstructed if constructed else tagFormatSimple, number)


class AlgorithmIdentifier(Sequence):  # type: ignore[misc]
    """An algorithm and its parameters."""

    componentType = _Fields(  # noqa: N815 - the library's name
        _Named("algorithm", ObjectIdentifier()), _Optional("parameters", Any())
    )


class Attribute(Sequence):  # type: ignore[misc]
    """One thing that is signed along: when, what sort of content, its digest."""

    componentType = _Fields(  # noqa: N815
        _Named("type", ObjectIdentifier()), _Named("values", SetOf(componentType=Any()))
    )


class IssuerAndSerial(Sequence):  # type: ignore[misc]
    """A certificate, named by its issuer and number."""

    componentType = _Fields(_Named("issuer", Any()), _Named("serial", Integer()))  # noqa: N815


class SignerIdentifier(Choice):  # type: ignore[misc]
    """Which certificate belongs to the signature."""

    componentType = _Fields(  # noqa: N815
        _Named("issuerAndSerial", IssuerAndSerial()),
        _Named("keyIdentifier", OctetString().subtype(implicitTag=_tag(0, constructed=False))),
    )


class SignerInfo(Sequence):  # type: ignore[misc]
    """One signature."""

    componentType = _Fields(  # noqa: N815
        _Named("version", Integer()),
        _Named("sid", SignerIdentifier()),
        _Named("digestAlgorithm", AlgorithmIdentifier()),
        _Optional("signedAttrs", SetOf(componentType=Attribute()).subtype(implicitTag=_tag(0))),
        _Named("signatureAlgorithm", AlgorithmIdentifier()),
        _Named("signature", OctetString()),
        _Optional("unsignedAttrs", SetOf(componentType=Attribute()).subtype(implicitTag=_tag(1))),
    )


class EncapsulatedContent(Sequence):  # type: ignore[misc]
    """What sort of content is signed; a detached signature does not hold it."""

    componentType = _Fields(  # noqa: N815
        _Named("type", ObjectIdentifier()),
        _Optional("content", OctetString().subtype(explicitTag=_tag(0))),
    )


class SignedData(Sequence):  # type: ignore[misc]
    """Signatures, and the certificates that go with them."""

    componentType = _Fields(  # noqa: N815
        _Named("version", Integer()),
        _Named("digestAlgorithms", SetOf(componentType=AlgorithmIdentifier())),
        _Named("content", EncapsulatedContent()),
        _Optional("certificates", SetOf(componentType=Any()).subtype(implicitTag=_tag(0))),
        _Optional("crls", SetOf(componentType=Any()).subtype(implicitTag=_tag(1))),
        _Named("signers", SetOf(componentType=SignerInfo())),
    )


class ContentInfo(Sequence):  # type: ignore[misc]
    """The outermost shell."""

    componentType = _Fields(  # noqa: N815
        _Named("type", ObjectIdentifier()),
        _Named("content", SignedData().subtype(explicitTag=_tag(0))),
    )


class SignedAttributes(SetOf):  # type: ignore[misc]
    """The attributes as they are signed: with the tag of a SET, not that of their place."""

    componentType = Attribute()  # noqa: N815
