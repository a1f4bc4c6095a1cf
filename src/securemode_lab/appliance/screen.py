"""The screen of a virtual machine, somebody at its keyboard, and a log of all that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.appliance.wizard_terminal import Ended, Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterable

CTRL_C = "\x03"
BACKSPACE = "\x7f"
CTRL_U = "\x15"


class Screen:
    """A terminal whose line discipline is the kernel's: echo, Backspace, Ctrl-U, Ctrl-C.

    Args:
        typed: what is typed at each prompt, without Return; Ctrl-C ends a line as well.

    Attributes:
        log: every character that was sent to the screen, as a terminal's log has it.
    """

    def __init__(self, typed: Iterable[str]) -> None:
        self.log = ""
        self._typed = iter(typed)

    def write(self, text: str) -> None:
        """Show text; an end of line becomes what a screen needs."""
        self.log += text.replace("\n", "\r\n")

    async def read_line(self, *, echo: bool = True) -> str:
        """The next line; without echo nothing but its end is shown.

        Raises:
            Interrupted: Ctrl-C.
            Ended: nothing is left to be typed.
        """
        keys = next(self._typed, None)
        if keys is None:
            raise Ended
        line = ""
        for key in keys:
            if key == CTRL_C:
                self.write("^C\n")
                raise Interrupted
            line, shown = pressed(line, key)
            if echo:
                self.log += shown
        self.write("\n")
        return line


def pressed(line: str, key: str) -> tuple[str, str]:
    """The line after a key, and what the key shows."""
    if key == BACKSPACE:
        return line[:-1], "\b \b" if line else ""
    if key == CTRL_U:
        return "", "\b \b" * len(line)
    return line + key, key
