"""The H.225.0 part of call signalling messages that a calling node sends.

Source: ITU-T H.225.0 version 4 (H323-UserInformation and what it holds), in aligned PER.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode_lab.appliance.h235 import tokens
from securemode_lab.appliance.per import Encoder, boolean

if TYPE_CHECKING:
    from collections.abc import Iterable

_PROTOCOL = "0.0.8.2250.0.4"
_MESSAGES = 7
_SETUP, _RELEASE_COMPLETE = 0, 5
_ADDRESSES = 7
_IP, _IP6 = 0, 3
_ALIASES = 2
_H323_ID = 1
_GOALS, _CREATE = 3, 0
_CALL_TYPES, _POINT_TO_POINT = 4, 0
_GUID_OCTETS = 16
_ESCAPE = 255
"""T.35: no country, as nothing is known of the product's own number."""
_LONGEST_ALIAS = 256
_LONGEST_PRODUCT = 256


def _guid() -> bytes:
    return secrets.token_bytes(_GUID_OCTETS)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as its SETUP describes it.

    Attributes:
        caller, called: names (h323-ID).
        source, destination: addresses and ports of the call signalling.
        product: as the caller calls itself.
        groups: bits of the Diffie-Hellman groups offered; none offers no encryption.
        conference, identifier: of conference and call, unique.
    """

    caller: str
    called: str
    source: tuple[str, int]
    destination: tuple[str, int]
    product: str
    groups: Iterable[int] = ()
    conference: bytes = field(default_factory=_guid)
    identifier: bytes = field(default_factory=_guid)


def setup(call: Call) -> bytes:
    """H323-UserInformation with a Setup-UUIE."""
    encoder = _information(_SETUP)
    encoder.sequence("-xxx---", extended=True)  # both aliases, and the address called
    encoder.oid(_PROTOCOL)
    _alias(encoder, call.caller)
    _endpoint(encoder, call.product)
    _alias(encoder, call.called)
    _address(encoder, *call.destination)
    encoder.boolean(value=False)  # activeMC
    encoder.octets(call.conference)
    encoder.choice(_CREATE, _GOALS)
    encoder.choice(_POINT_TO_POINT, _CALL_TYPES)
    offered = tuple(call.groups)
    encoder.additions(
        _standing_address(*call.source),
        None,  # remoteExtensionAddress
        _identifier(call),
        None,  # h245SecurityCapability
        tokens(offered) if offered else None,
        None,  # cryptoTokens
        None,  # fastStart
        boolean(value=False),  # mediaWaitForConnect
        boolean(value=False),  # canOverlapSend
        None,  # endpointIdentifier
        boolean(value=False),  # multipleCalls
        boolean(value=False),  # maintainConnection
    )
    return _finished(encoder)


def release_complete(call: Call) -> bytes:
    """H323-UserInformation with a ReleaseComplete-UUIE; Q.931 says why the call ends."""
    encoder = _information(_RELEASE_COMPLETE)
    encoder.sequence("-", extended=True)
    encoder.oid(_PROTOCOL)
    encoder.additions(_identifier(call))
    return _finished(encoder)


def _information(message: int) -> Encoder:
    """H323-UserInformation without user data, H323-UU-PDU with additions, and the message."""
    encoder = Encoder()
    encoder.sequence("-")
    encoder.sequence("-", extended=True)
    encoder.choice(message, _MESSAGES)
    return encoder


def _finished(encoder: Encoder) -> bytes:
    """The additions of the H323-UU-PDU: no h4501SupplementaryService, and no h245Tunnelling."""
    encoder.additions(None, boolean(value=False))
    return encoder.encoded()


def _alias(encoder: Encoder, name: str) -> None:
    """A SEQUENCE OF AliasAddress: one h323-ID."""
    encoder.length(1)
    encoder.choice(_H323_ID, _ALIASES)
    encoder.text(name[:_LONGEST_ALIAS] or "?", 1, _LONGEST_ALIAS)


def _endpoint(encoder: Encoder, product: str) -> None:
    """An EndpointType: a conference server of that product [I]."""
    encoder.sequence("-x--x-")  # vendor, mcu
    encoder.sequence("x-")  # productId
    encoder.sequence()
    for number, most in ((_ESCAPE, 255), (0, 255), (0, 65535)):
        encoder.whole(number, 0, most)
    encoder.string(product.encode(), 1, _LONGEST_PRODUCT)
    encoder.sequence("-")
    encoder.boolean(value=False)  # mc
    encoder.boolean(value=False)  # undefinedNode


def _address(encoder: Encoder, address: str, port: int) -> None:
    """A TransportAddress."""
    packed = ipaddress.ip_address(address).packed
    if ":" in address:
        encoder.choice(_IP6, _ADDRESSES)
        encoder.sequence()
    else:
        encoder.choice(_IP, _ADDRESSES)
    encoder.octets(packed)
    encoder.whole(port, 0, 65535)


def _standing_address(address: str, port: int) -> Encoder:
    encoder = Encoder()
    _address(encoder, address, port)
    return encoder


def _identifier(call: Call) -> Encoder:
    """A CallIdentifier."""
    encoder = Encoder()
    encoder.sequence()
    encoder.octets(call.identifier)
    return encoder
