"""Which keys of a US keyboard make a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEYBOARD_PAGE = 7


class Key(Enum):
    """Keys without a character, by their usage number of the HID tables."""

    ENTER = 0x28
    ESCAPE = 0x29
    BACKSPACE = 0x2A
    TAB = 0x2B
    F1 = 0x3A
    F2 = 0x3B
    F10 = 0x43
    RIGHT = 0x4F
    LEFT = 0x50
    DOWN = 0x51
    UP = 0x52


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key, pressed and let go.

    Attributes:
        usage: number of the key in the HID usage tables.
        shift, control: whether these are held meanwhile.
    """

    usage: int
    shift: bool = False
    control: bool = False

    @property
    def code(self) -> int:
        """As `usbHidCode` has it: the usage, and the page of keyboards."""
        return self.usage << 16 | _KEYBOARD_PAGE


def _characters() -> Iterator[tuple[str, Stroke]]:
    for at, letter in enumerate("abcdefghijklmnopqrstuvwxyz"):
        yield letter, Stroke(0x04 + at)
        yield letter.upper(), Stroke(0x04 + at, shift=True)
    for at, (digit, sign) in enumerate(zip("1234567890", "!@#$%^&*()", strict=True)):
        yield digit, Stroke(0x1E + at)
        yield sign, Stroke(0x1E + at, shift=True)
    for usage, plain, shifted in zip(
        (0x2D, 0x2E, 0x2F, 0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38),
        "-=[]\\;'`,./",
        '_+{}|:"~<>?',
        strict=True,
    ):
        yield plain, Stroke(usage)
        yield shifted, Stroke(usage, shift=True)
    yield " ", Stroke(0x2C)
    for character, key in (("\n", Key.ENTER), ("\t", Key.TAB), ("\x1b", Key.ESCAPE)):
        yield character, Stroke(key.value)
    yield "\x03", Stroke(0x06, control=True)


US_LAYOUT = dict(_characters())
"""Character to stroke; Ctrl-C among them."""


def strokes_of(text: str) -> tuple[Stroke, ...]:
    """The strokes that type a text on a US keyboard.

    Raises:
        ConfigurationError: it has a character that is on no key; the text itself is not told.
    """
    missing = next((at for at, character in enumerate(text) if character not in US_LAYOUT), None)
    if missing is not None:
        raise ConfigurationError(
            f"character {missing + 1} of what is to be typed at the console is on no key of a US "
            "keyboard, which the console assumes.",
            remedy="choose a value of ASCII characters.",
        )
    return tuple(US_LAYOUT[character] for character in text)
