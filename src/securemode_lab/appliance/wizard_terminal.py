"""A terminal as console and wizards see one: an SSH session, or a virtual machine's screen."""

from __future__ import annotations

from typing import Protocol


class Interrupted(Exception):
    """Ctrl-C was pressed while a line was being read."""


class Ended(Exception):
    """No line will ever be read again: Ctrl-D, or the other side is gone."""


class Terminal(Protocol):
    """Lines in, text out; a line ends in LF on this side, whatever travels on the other."""

    def write(self, text: str) -> None:
        """Show text, prompts included."""

    async def read_line(self, *, echo: bool = True) -> str:
        """The next line without its end; with `echo` off it isn't shown while it is typed.

        Raises:
            Interrupted: Ctrl-C.
            Ended: nobody is left to type.
        """
