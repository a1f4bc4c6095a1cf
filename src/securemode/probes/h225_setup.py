"""The SETUP of an H.323 call, down to the tokens with which it offers to encrypt.

Source: ITU-T H.225.0 section 7.3.10 and annex H (ASN.1), H.235.0 annex A, H.235.6 section 8 (tokens
and Diffie-Hellman groups); Q.931 section 4 (information elements).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from securemode.probes.packed_encoding import (
    Bits,
    NotUnderstoodError,
    Optional,
    bit_string,
    boolean,
    choice,
    integer,
    null,
    object_identifier,
    octet_string,
    sequence,
    sequence_of,
    text,
    unbounded_integer,
)

if TYPE_CHECKING:
    from securemode.probes.packed_encoding import Read

SETUP: Final = 0x05
_USER_TO_USER, _SINGLE_OCTET, _H323 = 0x7E, 0x80, 0x05
_OTHERS = ("proceeding", "connect", "alerting", "information", "release", "facility")
_DISCRIMINATOR = 0x08

_PORT = integer(0, 65535)
_H221 = sequence({"country": integer(0, 255), "more": integer(0, 255), "maker": _PORT})
_NON_STANDARD = sequence(
    {
        "identifier": choice({"object": object_identifier, "h221": _H221}),
        "data": octet_string(),
    },
    extensible=False,
)
_ROUTING = choice({"strict": null, "loose": null})
_TRANSPORT_ADDRESS = choice(
    {
        "ip": sequence({"ip": octet_string(4, 4), "port": _PORT}, extensible=False),
        "source route": sequence(
            {
                "ip": octet_string(4, 4),
                "port": _PORT,
                "route": sequence_of(octet_string(4, 4)),
                "routing": _ROUTING,
            }
        ),
        "ipx": sequence(
            {
                "node": octet_string(6, 6),
                "network": octet_string(4, 4),
                "port": octet_string(2, 2),
            },
            extensible=False,
        ),
        "ip6": sequence({"ip": octet_string(16, 16), "port": _PORT}),
        "netbios": octet_string(16, 16),
        "nsap": octet_string(1, 20),
        "non-standard": _NON_STANDARD,
    }
)
_ALIASES = sequence_of(choice({"digits": text(4, 1, 128), "name": text(16, 1, 256)}))
_PLAIN_INFORMATION = sequence({"non-standard": Optional(_NON_STANDARD)})
_PROTOCOLS = sequence_of(
    choice(
        {
            "non-standard": _NON_STANDARD,
            **dict.fromkeys(
                ("h310", "h320", "h321", "h322", "h323", "h324", "voice", "t120"),
                _PLAIN_INFORMATION,
            ),
        }
    )
)
_VENDOR = sequence(
    {
        "vendor": _H221,
        "product": Optional(octet_string(1, 256)),
        "version": Optional(octet_string(1, 256)),
    }
)
_ENDPOINT = sequence(
    {
        "non-standard": Optional(_NON_STANDARD),
        "vendor": Optional(_VENDOR),
        "gatekeeper": Optional(_PLAIN_INFORMATION),
        "gateway": Optional(
            sequence({"protocol": Optional(_PROTOCOLS), "non-standard": Optional(_NON_STANDARD)})
        ),
        "mcu": Optional(_PLAIN_INFORMATION),
        "terminal": Optional(_PLAIN_INFORMATION),
        "mc": boolean,
        "undefined": boolean,
    }
)
_SERVICES = sequence(
    {
        **{f"q{number}": boolean for number in (932, 951, 952, 953, 955, 956, 957)},
        "q954": sequence({"conference": boolean, "three parties": boolean}),
    }
)

_BITS_2048 = bit_string(0, 2048)
_DIFFIE_HELLMAN = sequence({"half": _BITS_2048, "modulus": _BITS_2048, "generator": _BITS_2048})
_LONG_BITS = bit_string(2049, None)
_LONG_DIFFIE_HELLMAN = sequence(
    {"half": _LONG_BITS, "modulus": Optional(_LONG_BITS), "generator": Optional(_LONG_BITS)}
)
_NAME = text(16, 1, 128)
_CLEAR_TOKEN = sequence(
    {
        "identifier": object_identifier,
        "time": Optional(integer(1, (1 << 32) - 1)),
        "password": Optional(_NAME),
        "group": Optional(_DIFFIE_HELLMAN),
        "challenge": Optional(octet_string(8, 128)),
        "random": Optional(unbounded_integer),
        "certificate": Optional(
            sequence({"type": object_identifier, "certificate": octet_string()})
        ),
        "general": Optional(_NAME),
        "non-standard": Optional(
            sequence({"identifier": object_identifier, "data": octet_string()}, extensible=False)
        ),
    },
    {4: ("long group", _LONG_DIFFIE_HELLMAN)},
)


def _unread(_bits: Bits) -> None:
    raise NotUnderstoodError("an alternative that is not read")


def _rest(bits: Bits) -> Bits:
    return bits


_HASH = sequence(
    {
        "algorithm": object_identifier,
        "parameters": sequence(
            {"random": Optional(unbounded_integer), "start": Optional(octet_string(8, 8))}
        ),
        "hash": bit_string(0, None),
    },
    extensible=False,
)
_HASHED_TOKEN = sequence(
    {"identifier": object_identifier, "values": _CLEAR_TOKEN, "token": _HASH}, extensible=False
)
_NESTED_TOKEN = choice(
    {"encrypted": _unread, "signed": _unread, "hashed": _HASHED_TOKEN, "password": _unread}
)
_CRYPTO_TOKEN = choice(
    {
        **dict.fromkeys(
            (
                "endpoint hash",
                "gatekeeper hash",
                "endpoint encrypted",
                "gatekeeper encrypted",
                "endpoint certificate",
                "gatekeeper certificate",
                "fast start",
            ),
            _unread,
        ),
        "nested": _NESTED_TOKEN,
    }
)
_CRYPTO_TOKENS = sequence_of(_CRYPTO_TOKEN)

_SETUP: Read = sequence(
    {
        "protocol": object_identifier,
        "h245": Optional(_TRANSPORT_ADDRESS),
        "from": Optional(_ALIASES),
        "source": _ENDPOINT,
        "to": Optional(_ALIASES),
        "signalling": Optional(_TRANSPORT_ADDRESS),
        "extra": Optional(_ALIASES),
        "references": Optional(sequence_of(_PORT)),
        "active": boolean,
        "conference": octet_string(16, 16),
        "goal": choice({"create": null, "join": null, "invite": null}),
        "services": Optional(_SERVICES),
        "type": choice(dict.fromkeys(("one", "one to n", "n to one", "n to n"), null)),
    },
    {4: ("tokens", sequence_of(_CLEAR_TOKEN)), 5: ("crypto tokens", _rest)},
)
_BODY = choice({"setup": _SETUP, **dict.fromkeys(_OTHERS, _unread)})
_USER_DATA = sequence({"protocol": integer(0, 255), "data": octet_string(1, 131)})
_MESSAGE = sequence(
    {
        "pdu": sequence({"body": _BODY, "non-standard": Optional(_NON_STANDARD)}),
        "data": Optional(_USER_DATA),
    }
)


def message_type(message: bytes) -> int:
    """What kind of Q.931 message it is; -1 where it is none."""
    if len(message) < 3 or message[0] != _DISCRIMINATOR:  # noqa: PLR2004 - the shortest there is
        return -1
    at = 2 + (message[1] & 0x0F)
    return message[at] if at < len(message) else -1


def call_reference(message: bytes) -> bytes:
    """The call reference with its length, as the other side has to repeat it."""
    return message[1 : 2 + (message[1] & 0x0F)]


def user_information(message: bytes) -> bytes:
    """What H.225.0 says within a Q.931 message.

    Raises:
        NotUnderstoodError: the message has nothing of the kind.
    """
    at = 3 + (message[1] & 0x0F) if len(message) > 1 else 0
    while at + 3 <= len(message):
        if message[at] & _SINGLE_OCTET:
            at += 1
        elif message[at] == _USER_TO_USER:
            length = int.from_bytes(message[at + 1 : at + 3], "big")
            content = message[at + 3 : at + 3 + length]
            if len(content) < length or content[:1] != bytes((_H323,)):
                break
            return content[1:]
        else:
            at += 2 + message[at + 1]
    raise NotUnderstoodError("a Q.931 message without user-to-user information of H.323")


def setup(message: bytes) -> dict[str, Any]:
    """The Setup-UUIE of a Q.931 SETUP, by the names of this module.

    Raises:
        NotUnderstoodError: it is none, or one that cannot be read.
    """
    if message_type(message) != SETUP:
        raise NotUnderstoodError("no SETUP")
    name, value = _MESSAGE(Bits(user_information(message)))["pdu"]["body"]
    if name != "setup":
        raise NotUnderstoodError("a SETUP whose user information is none")
    found: dict[str, Any] = value
    if "crypto tokens" in found:
        found["crypto tokens"] = _CRYPTO_TOKENS(found["crypto tokens"])
    return found
