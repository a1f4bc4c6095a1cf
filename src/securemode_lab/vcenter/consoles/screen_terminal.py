"""A virtual machine's screen and keyboard as the terminal of its console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.appliance.screen import BACKSPACE, CTRL_C, pressed
from securemode_lab.appliance.wizard_terminal import Ended, Interrupted

if TYPE_CHECKING:
    import asyncio

    from securemode_lab.vcenter.consoles.keys import Key
    from securemode_lab.vcenter.consoles.text_screen import TextScreen

_CTRL_D = "\x04"
_ESCAPE = "\x1b"
_SENT = {
    "Enter": "\r",
    "Backspace": BACKSPACE,
    "Tab": "\t",
    "Esc": _ESCAPE,
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
}
"""What the keys send that type no letter; the others of them send nothing."""
_CONTROL_BITS = 0x1F
_PRINTABLE_FROM = 0x40


class ScreenTerminal:
    """Lines typed at a keyboard, text on a screen.

    Args:
        screen: on which everything is shown.
        keyboard: keys that were pressed and nobody has read yet.
    """

    def __init__(self, screen: TextScreen, keyboard: asyncio.Queue[Key]) -> None:
        self._screen = screen
        self._keyboard = keyboard

    def write(self, text: str) -> None:
        """Show text; an end of line goes back to the first column."""
        self._screen.write(text.replace("\n", "\r\n"))

    async def read_line(self, *, echo: bool = True) -> str:
        """The next line; without echo nothing but its end is shown.

        Raises:
            Interrupted: Ctrl-C.
            Ended: Ctrl-D on an empty line.
        """
        line = ""
        while True:
            for sent in _sent(await self._keyboard.get()):
                if sent == "\r":
                    self.write("\n")
                    return line
                if sent == CTRL_C:
                    self.write("^C\n")
                    raise Interrupted
                if sent == _CTRL_D:
                    if not line:
                        raise Ended
                    continue
                line, shown = pressed(line, sent)
                if echo:
                    self._screen.write(_visible(shown))


def _sent(key: Key) -> str:
    """The characters that a terminal's program gets of a key."""
    if key.control and len(key.name) == 1 and ord(key.name) >= _PRINTABLE_FROM:
        return chr(ord(key.name) & _CONTROL_BITS)
    return _SENT.get(key.name) or key.letter


def _visible(shown: str) -> str:
    """An escape is echoed as the two letters that people know it by."""
    return shown.replace(_ESCAPE, "^[")
