"""What is inside of the lab's virtual machines where no console is alive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.vcenter.consoles.picture import png
from securemode_lab.vcenter.consoles.text_screen import TextScreen

if TYPE_CHECKING:
    from collections.abc import Sequence


class PlainGuest:
    """Something that runs or does not, hears no keys and shows a black screen."""

    def __init__(self, *, is_on: bool = False) -> None:
        self.is_on = is_on

    async def power_on(self, *, enter_setup: bool) -> None:
        """Run."""
        del enter_setup
        self.is_on = True

    async def power_off(self) -> None:
        """Run no more."""
        self.is_on = False

    async def keys(self, events: Sequence[tuple[int, frozenset[str]]]) -> None:
        """Nobody listens."""

    def screenshot(self) -> bytes:
        """Nothing but black."""
        return png(TextScreen(), with_cursor=False)
