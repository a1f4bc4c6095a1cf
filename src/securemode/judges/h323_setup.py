"""What the SETUP of an H.323 call says about WIZ-25."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.exposure import shown
from securemode.observations.h323_setup import SetupState
from securemode.verdicts import Judgement, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.h323_setup import H323SetupSeen

LARGE_BITS = 2048
EXPECTED = f"no Diffie-Hellman group of {LARGE_BITS} bits or more in the SETUP of a call"


def no_large_group_is_offered(seen: H323SetupSeen) -> Judgement:
    """WIZ-25: the SETUP was read to its tokens, and none of them has a group that large."""
    if seen.state is not SetupState.READ:
        return unclear(
            "called over H.323, but nothing can be told of its SETUP",
            expected=EXPECTED,
            saw=f"{seen.state}: {seen.detail}",
            next_step="look at the call with a packet capture on trap.h323_port.",
        )
    if large := [str(group) for group in seen.groups if group.bits >= LARGE_BITS]:
        return deviates(
            f"offers Diffie-Hellman groups of {LARGE_BITS} bits or more in H.323 calls",
            expected=EXPECTED,
            saw=shown(large),
        )
    if unknown := [str(group) for group in seen.groups if not group.bits]:
        return unclear(
            "offers a Diffie-Hellman group whose size cannot be told",
            expected=EXPECTED,
            saw=shown(unknown),
            next_step="look up the identifier in H.235.6.",
        )
    groups = shown(seen.groups) if seen.groups else "no groups"
    tokens = groups if seen.tokens else "no H.235 tokens: the call offers no encryption by H.235"
    return holds(
        "offers no large Diffie-Hellman group in H.323 calls", expected=EXPECTED, saw=tokens
    )
