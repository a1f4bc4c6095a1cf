"""A keyboard of the US layout: usages of USB's page 7 and modifiers in, keys out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FIRST_LETTER, _LAST_LETTER = 0x04, 0x1D
_CAPS_LOCK = 0x39
_PLAIN = dict(zip(range(0x1E, 0x28), "1234567890", strict=True)) | dict(
    zip((*range(0x2D, 0x32), *range(0x33, 0x39)), "-=[]\\;'`,./", strict=True)
)
_SHIFTED = dict(zip(range(0x1E, 0x28), "!@#$%^&*()", strict=True)) | dict(
    zip((*range(0x2D, 0x32), *range(0x33, 0x39)), '_+{}|:"~<>?', strict=True)
)
_ALWAYS = {0x2C: " "} | dict(zip((0x54, 0x55, 0x56, 0x57), "/*-+", strict=True))
_KEYPAD = dict(zip(range(0x59, 0x64), "1234567890.", strict=True))
_NAMES: Mapping[int, str] = (
    {0x28: "Enter", 0x29: "Esc", 0x2A: "Backspace", 0x2B: "Tab", 0x58: "Enter"}
    | {0x3A + number: f"F{number + 1}" for number in range(12)}
    | dict(
        enumerate(("Insert", "Home", "PageUp", "Delete", "End", "PageDown"), start=0x49),
    )
    | dict(enumerate(("Right", "Left", "Down", "Up"), start=0x4F))
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was pressed.

    Attributes:
        name: of one that stands for no letter, such as "Enter", "Up" or "F10"; else the letter.
        control: whether Control was held down.
        alt: likewise.
    """

    name: str
    control: bool = False
    alt: bool = False

    @property
    def letter(self) -> str:
        """What it types, empty for one that types nothing."""
        return self.name if len(self.name) == 1 and not self.control and not self.alt else ""

    @property
    def resets(self) -> bool:
        """Whether this is Ctrl-Alt-Del."""
        return self.control and self.alt and self.name == "Delete"


class Keyboard:
    """What remembers Caps Lock. Num Lock is on and stays on."""

    def __init__(self) -> None:
        self._capitals = False

    def pressed(self, usage: int, modifiers: Iterable[str]) -> Key | None:
        """The key of a usage, None for one that does nothing by itself.

        Args:
            usage: of the page 7 of USB's table of usages.
            modifiers: held down meanwhile, named as vSphere names them: "leftShift".
        """
        held = frozenset(modifiers)
        shift = not held.isdisjoint({"leftShift", "rightShift"})
        if usage == _CAPS_LOCK:
            self._capitals = not self._capitals
            return None
        name = _NAMES.get(usage) or self._letter(usage, shift=shift)
        if not name:
            return None
        return Key(
            name,
            control=not held.isdisjoint({"leftControl", "rightControl"}),
            alt=not held.isdisjoint({"leftAlt", "rightAlt"}),
        )

    def _letter(self, usage: int, *, shift: bool) -> str:
        if _FIRST_LETTER <= usage <= _LAST_LETTER:
            small = chr(ord("a") + usage - _FIRST_LETTER)
            return small.upper() if shift != self._capitals else small
        row = _SHIFTED if shift else _PLAIN
        return row.get(usage) or _ALWAYS.get(usage) or _KEYPAD.get(usage, "")
