"""Colours and frames of the firmware's screens, as PhoenixBIOS has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.vcenter.consoles.text_screen import Colour, Look, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.vcenter.consoles.text_screen import TextScreen

TITLE = Look(Colour.BLACK, Colour.CYAN)
MENU = Look(Colour.GREY, Colour.BLUE)
OPEN_MENU = Look(Colour.BLUE, Colour.GREY)
PAGE = Look(Colour.BLACK, Colour.GREY)
ITEM = Look(Colour.BLUE, Colour.GREY)
SELECTED = Look(Colour.WHITE, Colour.BLACK)
KEY_NAME = Look(Colour.WHITE, Colour.CYAN)
BOX = Look(Colour.GREY, Colour.BLUE)
FIELD = Look(Colour.BLACK, Colour.GREY)

_FRAME, _MARGIN = 1, 2


def box(screen: TextScreen, title: str, lines: Sequence[str]) -> Place:
    """A framed box in the middle of the screen.

    Args:
        screen: on which it is drawn.
        title: in its upper edge; may be empty.
        lines: each centred.

    Returns:
        Where the first letter of its longest line is.
    """
    width = max(map(len, (title, *lines))) + 2 * _MARGIN
    top = (screen.mode.lines - len(lines)) // 2 - _FRAME
    left = (screen.mode.columns - width) // 2 - _FRAME
    heading = f" {title} " if title else ""
    screen.put(top, left, f"┌{heading.center(width, '─')}┐", BOX)
    for row, line in enumerate(lines, top + 1):
        screen.put(row, left, f"│{line.center(width)}│", BOX)
    screen.put(top + 1 + len(lines), left, f"└{'─' * width}┘", BOX)
    return Place(top + 1, left + _FRAME + _MARGIN)


def fill(screen: TextScreen, row: int, text: str, look: Look) -> None:
    """A whole line of one look."""
    screen.put(row, 0, text.ljust(screen.mode.columns), look)
