"""The fonts in which consoles of virtual machines show text."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

WIDTH = 8
HEIGHT = 16
USUAL = ("vga-rom", "vga-console", "fixed-console")
"""That of the video BIOS, and those that Linux loads most."""

_COMMENT = "#"


@dataclass(frozen=True, slots=True)
class Font:
    """One font of 8 by 16 pixels.

    Attributes:
        name: of its file.
        glyphs: character to bitmap, 128 bits row by row, the top left pixel the highest.
        characters: bitmap to character.
    """

    name: str
    glyphs: dict[str, int]
    characters: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[int, str] = {}
        for character, bitmap in self.glyphs.items():
            found.setdefault(bitmap, character)
        object.__setattr__(self, "characters", found)


@cache
def font(name: str) -> Font:
    """The font of this name, from its file beside this module."""
    text = files(__package__).joinpath("fonts", f"{name}.hex").read_text(encoding="ascii")
    lines = (line.split(":") for line in text.splitlines() if not line.startswith(_COMMENT))
    return Font(name, {chr(int(code, 16)): int(rows, 16) for code, rows in lines})


def usual_fonts() -> tuple[Font, ...]:
    """All fonts that we know."""
    return tuple(font(name) for name in USUAL)
