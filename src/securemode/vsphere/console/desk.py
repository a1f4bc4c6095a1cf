"""A console as whoever sits at it has it: a screen, a keyboard and a power button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from securemode.vsphere.console.keys import Key
    from securemode.vsphere.console.screen_text import ScreenText


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the screen: the picture, and what it says."""

    picture: bytes
    text: ScreenText


class Desk(Protocol):
    """What there is to work with at a console."""

    def press(self, key: Key) -> None:
        """Press a key that has no character."""
        ...

    def type(self, text: str) -> None:
        """Type a text; a line feed is Enter."""
        ...

    def look(self) -> Look:
        """Read the screen."""
        ...


class PoweredDesk(Desk, Protocol):
    """A console whose machine can be restarted, and led into its firmware's set-up utility."""

    @property
    def enters_setup(self) -> bool:
        """Whether its next start leads into the set-up utility of its firmware."""
        ...

    def force_setup(self, *, wanted: bool) -> None:
        """Have its next start lead into the set-up utility of its firmware, or not."""
        ...

    def restart(self) -> None:
        """Switch it off, where it is on, and on again."""
        ...
