"""Boxes in front of the set-up utility: notices, questions and passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from securemode_lab.vcenter.consoles.drawing import BOX, FIELD, SELECTED, box
from securemode_lab.vcenter.consoles.nvram import LONGEST_PASSWORD
from securemode_lab.vcenter.consoles.text_screen import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from securemode_lab.vcenter.consoles.keys import Key
    from securemode_lab.vcenter.consoles.text_screen import TextScreen

ATTEMPTS = 3
_CLOSES = frozenset({"Enter", " ", "Esc"})
_OTHER = frozenset({"Left", "Right", "Tab", "Up", "Down"})
_PASSWORD_LETTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-=[].,;/\\"
)
"""As manuals of PhoenixBIOS have it; it tells no capitals from small letters."""


class Dialog(Protocol):
    """One box."""

    def press(self, key: Key) -> Dialog | None:
        """What is there after a key: the same box, another, or none."""

    def draw(self, screen: TextScreen) -> None:
        """Show it in the middle of the screen."""


class Notice:
    """Something that has to be read.

    Args:
        title: in the frame.
        text: what it says.
        then: the box that comes after it.
    """

    def __init__(self, title: str, text: str, then: Dialog | None = None) -> None:
        self._title, self._text, self._then = title, text, then

    def press(self, key: Key) -> Dialog | None:
        """Go on."""
        return self._then if key.name in _CLOSES else self

    def draw(self, screen: TextScreen) -> None:
        """The text above its only button."""
        place = box(screen, self._title, [self._text, "", ""])
        _draw_buttons(screen, place.row + 2, ("[Continue]",), 0)


class Question:
    """Yes or no; Esc means no.

    Args:
        text: what is asked.
        yes: done for the one.
        no: done for the other, but not for Esc.
    """

    _BUTTONS = ("[Yes]", "[No]")

    def __init__(
        self, text: str, yes: Callable[[], None], no: Callable[[], None] | None = None
    ) -> None:
        self._text, self._done = text, (yes, no)
        self._chosen = 0

    def press(self, key: Key) -> Dialog | None:
        """Choose, or take what is chosen."""
        if key.name in _OTHER:
            self._chosen = 1 - self._chosen
            return self
        if key.name == "Enter":
            done = self._done[self._chosen]
            if done is not None:
                done()
        return None if key.name in {"Enter", "Esc"} else self

    def draw(self, screen: TextScreen) -> None:
        """The text above two buttons."""
        place = box(screen, "Setup Confirmation", [self._text, "", ""])
        _draw_buttons(screen, place.row + 2, self._BUTTONS, self._chosen)


class NewPassword:
    """A new password, typed twice; none at all takes it away.

    Args:
        check: of the present password, None where there is none.
        take: what takes the new one.
    """

    _TITLE = "Set Supervisor Password"

    def __init__(self, check: Callable[[str], bool] | None, take: Callable[[str], None]) -> None:
        self._check, self._take = check, take
        prompts = ["Enter New Password", "Confirm New Password"]
        self._prompts = prompts if check is None else ["Enter Current Password", *prompts]
        self._typed: list[str] = [""]

    def press(self, key: Key) -> Dialog | None:
        """Type on, or go to the next field."""
        if key.name == "Esc":
            return None
        if key.name == "Enter" and len(self._typed) == len(self._prompts):
            return self._end()
        if key.name == "Enter":
            self._typed.append("")
        else:
            self._typed[-1] = typed(self._typed[-1], key)
        return self

    def draw(self, screen: TextScreen) -> None:
        """A field a line; the cursor is where the next letter goes."""
        width = max(map(len, self._prompts)) + LONGEST_PASSWORD + len("  []")
        place = box(screen, self._TITLE, [text.ljust(width) for text in self._prompts])
        for number, _ in enumerate(self._prompts):
            column = place.column + width - LONGEST_PASSWORD - len("[]")
            written = self._typed[number] if number < len(self._typed) else ""
            _draw_field(screen, place.row + number, column, written)
            if number == len(self._typed) - 1:
                screen.cursor = Place(place.row + number, column + 1 + len(written))

    def _end(self) -> Dialog:
        *current, new, again = self._typed
        if self._check is not None and not self._check(current[0]):
            return Notice("Setup Warning", "Incorrect password.", self._anew())
        if new.upper() != again.upper():
            return Notice(
                "Setup Warning", "Passwords do not match. Re-enter password.", self._anew()
            )
        self._take(new)
        return Notice("Setup Notice", "Changes have been saved.")

    def _anew(self) -> NewPassword:
        return NewPassword(self._check, self._take)


class PasswordPrompt:
    """The box that asks whoever wants to enter the set-up utility for the password.

    Args:
        check: whether a password is the right one.

    Attributes:
        is_passed: whether it was typed.
    """

    def __init__(self, check: Callable[[str], bool]) -> None:
        self._check = check
        self._typed = ""
        self._failed = 0
        self.is_passed = False

    @property
    def is_locked(self) -> bool:
        """Whether it was mistyped too often for another attempt."""
        return self._failed == ATTEMPTS

    def press(self, key: Key) -> None:
        """Type on, or try it."""
        if key.name != "Enter":
            self._typed = typed(self._typed, key)
            return
        self.is_passed = self._check(self._typed)
        self._failed += not self.is_passed
        self._typed = ""

    def draw(self, screen: TextScreen) -> None:
        """The field, or what became of it."""
        if self.is_locked:
            box(screen, "", ["System Disabled"])
            return
        again = ["Incorrect password."] if self._failed else []
        width = len("Enter Password ") + LONGEST_PASSWORD + len("[]")
        place = box(screen, "", [*again, "Enter Password".ljust(width)])
        row, column = place.row + len(again), place.column + len("Enter Password ")
        _draw_field(screen, row, column, self._typed)
        screen.cursor = Place(row, column + 1 + len(self._typed))


def typed(before: str, key: Key) -> str:
    """What is in a field after a key; what it does not take makes a real machine beep."""
    if key.name == "Backspace":
        return before[:-1]
    if key.letter not in _PASSWORD_LETTERS or len(before) == LONGEST_PASSWORD:
        return before
    return before + key.letter


def _draw_field(screen: TextScreen, row: int, column: int, written: str) -> None:
    screen.put(row, column, "[" + " " * LONGEST_PASSWORD + "]", BOX)
    screen.put(row, column + 1, ("*" * len(written)).ljust(LONGEST_PASSWORD), FIELD)
    screen.shows_cursor = True


def _draw_buttons(screen: TextScreen, row: int, buttons: Sequence[str], chosen: int) -> None:
    text = "      ".join(buttons)
    column = (screen.mode.columns - len(text)) // 2
    for number, button in enumerate(buttons):
        screen.put(row, column, button, SELECTED if number == chosen else BOX)
        column += len(button) + len("      ")
