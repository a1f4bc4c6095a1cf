"""The H.235 tokens of a SETUP, and the Diffie-Hellman groups that they offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from securemode.observations.h323_setup import DiffieHellmanGroup
from securemode.probes.h225_setup import setup
from securemode.probes.packed_encoding import NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP_BITS: Final = {
    "0.0.8.235.0.3.40": 512,
    "0.0.8.235.0.3.43": 1024,
    "0.0.8.235.0.3.44": 1536,
    "0.0.8.235.0.3.45": 2048,
    "0.0.8.235.0.3.47": 4096,
    "0.0.8.235.0.4.77": 6144,
    "0.0.8.235.0.4.78": 8192,
}
"""Identifiers of tokens that name a group, and its size (H.235.6 section 8.5)."""


class Offer(NamedTuple):
    """What a SETUP offers: who sent it, all tokens, and the groups among them."""

    product: str
    tokens: tuple[str, ...]
    groups: tuple[DiffieHellmanGroup, ...]


def offer(message: bytes) -> Offer:
    """Read a Q.931 SETUP.

    Raises:
        NotUnderstoodError: it cannot be read.
    """
    found = setup(message)
    tokens = list(_tokens(found))
    read = {token["identifier"] for token in tokens}
    if overlooked := [one for one in GROUP_BITS if _encoded(one) in message and one not in read]:
        raise NotUnderstoodError(f"the identifier {overlooked[0]} outside of what is read")
    groups = [group for token in tokens if (group := _group(token))]
    return Offer(
        _product(found),
        tuple(dict.fromkeys(token["identifier"] for token in tokens)),
        tuple(dict.fromkeys(groups)),
    )


def _encoded(identifier: str) -> bytes:
    """An object identifier as encodings have it: how many octets, and seven bits in each."""
    first, second, *arcs = map(int, identifier.split("."))
    content = b""
    for arc in (40 * first + second, *arcs):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(arc & 0x7F | 0x80)
        content += bytes(reversed(octets))
    return bytes((len(content),)) + content


def _tokens(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every clear token, those within hashed ones included."""
    yield from found.get("tokens", ())
    for _, nested in found.get("crypto tokens", ()):
        if nested is not None:
            _, hashed = nested
            yield hashed["values"]


def _group(token: dict[str, Any]) -> DiffieHellmanGroup | None:
    """The group of a token: its modulus tells the size, else its half key, else its identifier."""
    identifier = token["identifier"]
    named = GROUP_BITS.get(identifier, 0)
    sets = [token[name] for name in ("group", "long group") if name in token]
    if not sets and not named:
        return None
    sizes = [one["modulus"].value.bit_length() for one in sets if "modulus" in one]
    halves = [(one["half"].length + 7) // 8 * 8 for one in sets]
    return DiffieHellmanGroup(identifier=identifier, bits=max([*sizes, *halves, named], default=0))


def _product(found: dict[str, Any]) -> str:
    vendor = found["source"].get("vendor", {})
    words = (vendor.get("product", b"") + b" " + vendor.get("version", b"")).strip(b" \0")
    return "".join(one for one in words.decode("utf-8", "replace") if one.isprintable())
