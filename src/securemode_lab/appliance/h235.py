"""The Diffie-Hellman keys that an H.323 call offers, as tokens of its SETUP.

Source: ITU-T H.235.0 (ClearToken, DHset), ITU-T H.235.6 (groups and their identifiers); RFC 2409,
section 6.2, and RFC 3526, sections 2 and 3 (the primes).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.appliance.per import Encoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VERSION_3 = "0.0.8.235.0.3.24"
"""Says that the caller knows H.235 version 3; comes without a key [I]."""
_PRIVATE_KEY_BITS = 320
_LONGEST_KEY_BITS = 2048
_WITH_KEY, _WITHOUT_KEY = "--x-----", "--------"


@dataclass(frozen=True, slots=True)
class Group:
    """One Diffie-Hellman group: its token's identifier, its prime and its generator."""

    identifier: str
    prime: int
    generator: int = 2

    @property
    def size(self) -> int:
        """Octets of the prime."""
        return self.prime.bit_length() // 8

    def public_value(self) -> bytes:
        """Of a new key pair, whose private key is forgotten: no call gets as far as using it."""
        private = secrets.randbits(_PRIVATE_KEY_BITS) | 1 << _PRIVATE_KEY_BITS - 1
        return pow(self.generator, private, self.prime).to_bytes(self.size, "big")


_PRIMES = {
    1024: """
        FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74
        020BBEA6 3B139B22 514A0879 8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437
        4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
        EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE65381 FFFFFFFF FFFFFFFF
    """,
    1536: """
        FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74
        020BBEA6 3B139B22 514A0879 8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437
        4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
        EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D C2007CB8 A163BF05
        98DA4836 1C55D39A 69163FA8 FD24CF5F 83655D23 DCA3AD96 1C62F356 208552BB
        9ED52907 7096966D 670C354E 4ABC9804 F1746C08 CA237327 FFFFFFFF FFFFFFFF
    """,
    2048: """
        FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74
        020BBEA6 3B139B22 514A0879 8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437
        4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
        EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D C2007CB8 A163BF05
        98DA4836 1C55D39A 69163FA8 FD24CF5F 83655D23 DCA3AD96 1C62F356 208552BB
        9ED52907 7096966D 670C354E 4ABC9804 F1746C08 CA18217C 32905E46 2E36CE3B
        E39E772C 180E8603 9B2783A2 EC07A28F B5C55DF0 6F4C52C9 DE2BCBF6 95581718
        3995497C EA956AE5 15D22618 98FA0510 15728E5A 8AACAA68 FFFFFFFF FFFFFFFF
    """,
}

GROUPS: Mapping[int, Group] = {
    bits: Group(identifier, int("".join(_PRIMES[bits].split()), 16))
    for bits, identifier in (
        (1024, "0.0.8.235.0.3.43"),
        (1536, "0.0.8.235.0.3.44"),
        (2048, "0.0.8.235.0.3.45"),
    )
}
"""Oakley groups 2, 5 and 14, by the bits of their primes."""


def tokens(sizes: Iterable[int]) -> Encoder:
    """A SEQUENCE OF ClearToken: the version, then a new key for each group."""
    offered = [GROUPS[bits] for bits in sorted(sizes)]
    encoder = Encoder()
    encoder.length(1 + len(offered))
    _token(encoder, VERSION_3, None)
    for group in offered:
        _token(encoder, group.identifier, group)
    return encoder


def _token(encoder: Encoder, identifier: str, group: Group | None) -> None:
    """A ClearToken of which only the identifier and perhaps the key are present."""
    encoder.sequence(_WITH_KEY if group else _WITHOUT_KEY)
    encoder.oid(identifier)
    if group is None:
        return
    encoder.sequence()
    generator = group.generator.to_bytes(group.size, "big")
    for data in (group.public_value(), group.prime.to_bytes(group.size, "big"), generator):
        encoder.bit_string(data, _LONGEST_KEY_BITS)
