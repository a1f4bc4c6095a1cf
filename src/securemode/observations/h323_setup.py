"""What the SETUP of an H.323 call offers for its encryption."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SetupState(StrEnum):
    """How far the look at a SETUP came."""

    READ = "read"
    NOT_UNDERSTOOD = "not understood"
    NONE_CAME = "none came"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffieHellmanGroup:
    """One group that a token offers.

    Attributes:
        identifier: object identifier of the token.
        bits: size of the group; 0 where neither the token nor its identifier tells.
    """

    identifier: str
    bits: int

    def __str__(self) -> str:
        return f"{self.bits or 'unknown'} bits ({self.identifier})"


@dataclass(frozen=True, slots=True, kw_only=True)
class H323SetupSeen:
    """The H.235 tokens of the SETUP of a call that a node placed.

    Attributes:
        node: its name.
        destination: where it was told to call.
        state: how far the look came.
        detail: why it came no further; empty where the SETUP was read.
        caller: address from which the call came; empty where none did.
        product: what the SETUP says of the product that sent it.
        tokens: object identifiers of all tokens; empty where the SETUP has none, which means that
            it offers no encryption by H.235.
        groups: the Diffie-Hellman groups among them.
    """

    node: str
    destination: str
    state: SetupState
    detail: str = ""
    caller: str = ""
    product: str = ""
    tokens: tuple[str, ...] = ()
    groups: tuple[DiffieHellmanGroup, ...] = ()
