"""What the console says of a machine's firmware: BIOS-03."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.verdicts import Judgement, statement

if TYPE_CHECKING:
    from securemode.observations.firmware import FirmwarePasswordSeen


def firmware_asks_for_password(seen: FirmwarePasswordSeen) -> Judgement:
    """BIOS-03: who enters the set-up utility is asked for a password before seeing anything."""
    shown = "a question for the password" if seen.asks_for_password else "its pages, unasked"
    return statement(
        good=seen.asks_for_password,
        what="protects its firmware settings by a password",
        otherwise="opens its firmware settings to anybody at the console",
        expected="BIOS setup asks for a password",
        saw=f"{shown}, at the console of {seen.machine} ({seen.picture})",
    )
