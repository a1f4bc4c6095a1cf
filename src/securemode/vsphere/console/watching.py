"""Presses keys and reads what comes of it: a screen is read when it has come to rest."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.errors import TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.models import Environment
    from securemode.vsphere.console.desk import Desk, Look
    from securemode.vsphere.console.keys import Key
    from securemode.vsphere.console.screen_text import ScreenText

    Keep = Callable[[str, bytes], str]
    """Keeps a picture as evidence: what it shows, the PNG; returns the name of its file."""

UNSURE = (
    "do this page by hand at the console, leave it open, and run the set-up again with --resume."
)
"""What to do where a screen cannot be read with certainty."""


@dataclass(frozen=True, slots=True)
class ConsolePatience:
    """How long somebody at a console waits.

    Attributes:
        change_s: for a key to show an effect.
        rest_s: for the screen to stay the same before it is read.
        poll_s: between two looks.
        answer_s: for a system to answer a line.
        start_s: for a machine to come from power-on to what is waited for.
    """

    change_s: float = 3.0
    rest_s: float = 0.4
    poll_s: float = 0.2
    start_s: float = 600.0
    answer_s: float = 60.0


LAB_CONSOLE_PATIENCE = ConsolePatience(
    change_s=1.0, rest_s=0.0, poll_s=0.02, start_s=60.0, answer_s=10.0
)
"""A lab draws at once, and all of it."""


def patience_with(environment: Environment) -> ConsolePatience:
    """How long to wait at the consoles of an environment."""
    return LAB_CONSOLE_PATIENCE if environment.lab else ConsolePatience()


class Watch:
    """Somebody who never presses a key without looking.

    Args:
        desk: screen and keyboard.
        keep: keeps pictures as evidence.
        patience: how long to wait.
        pause: waits; takes seconds.
    """

    def __init__(
        self,
        desk: Desk,
        keep: Keep,
        patience: ConsolePatience,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._desk = desk
        self._keep = keep
        self.patience = patience
        self._pause = pause
        self._last: Look | None = None

    @property
    def text(self) -> ScreenText:
        """What the screen said when it was last read."""
        return (self._last or self.look()).text

    def look(self) -> Look:
        """Read the screen now."""
        self._last = self._desk.look()
        return self._last

    def press(self, key: Key) -> ScreenText:
        """Press a key and read what comes of it; the same screen where nothing does."""
        return self._after(lambda: self._desk.press(key))

    def type(self, text: str) -> ScreenText:
        """Type a text and read what comes of it."""
        return self._after(lambda: self._desk.type(text))

    def strike(self, text: str) -> None:
        """Type a text and do not look."""
        self._desk.type(text)

    def wait(self) -> None:
        """Wait as long as between two looks."""
        self._pause(self.patience.poll_s)

    def until(
        self, what: str, is_there: Callable[[ScreenText], bool], *, timeout_s: float
    ) -> ScreenText:
        """Look until the screen shows something.

        Raises:
            TimedOut: it has not; the message says `what`, and names the picture.
        """
        deadline = time.monotonic() + timeout_s
        while not is_there(self.look().text):
            if time.monotonic() > deadline:
                file = self.keep("timed-out")
                raise TimedOut(f"the console does not show {what} within {timeout_s:g} s ({file}).")
            self.wait()
        return self.at_rest()

    def keep(self, what: str) -> str:
        """Keep the last picture as evidence; return the name of its file."""
        return self._keep(what, (self._last or self.look()).picture)

    def _after(self, act: Callable[[], None]) -> ScreenText:
        before = _drawn(self.text)
        act()
        deadline = time.monotonic() + self.patience.change_s
        while _drawn(self.look().text) == before and time.monotonic() < deadline:
            self.wait()
        return self.at_rest()

    def at_rest(self) -> ScreenText:
        """The screen once it has stayed the same for a while, or after some tries."""
        tries = 10 if self.patience.rest_s else 0
        for _ in range(tries):
            seen = _drawn(self.text)
            self._pause(self.patience.rest_s)
            if _drawn(self.look().text) == seen:
                break
        return self.text


def _drawn(text: ScreenText) -> object:
    """Everything on a screen but the cursor, which blinks."""
    return tuple(
        (cell.character, cell.paper) if cell.has_cursor else (cell.character, cell.ink, cell.paper)
        for row in text.cells
        for cell in row
    )
