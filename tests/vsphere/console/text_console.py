"""A text console in memory: draws what a script says, and hands over the lines that are typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode.vsphere.console.desk import Look
from securemode.vsphere.console.glyphs import read
from securemode.vsphere.console.keys import Key
from securemode.vsphere.console.png import decoded
from vsphere.console.drawing import Screen, drawn, packed

if TYPE_CHECKING:
    from collections.abc import Generator

    Script = Generator[str, str, None]
    """Yields what it says up to the point where it waits, and gets the line that was typed."""

HIDDEN = "\x00"
"""At the end of what is said: the answer is not echoed."""


@dataclass
class TextConsole:
    script: Script
    columns: int = 80
    rows: int = 25
    width: int = 9
    smear: str = ""
    lines: list[str] = field(default_factory=lambda: [""])
    typed: list[str] = field(default_factory=list)
    line: str = ""
    is_hidden: bool = False

    def __post_init__(self) -> None:
        self.say(next(self.script))

    def say(self, text: str) -> None:
        self.is_hidden = text.endswith(HIDDEN)
        for character in text.removesuffix(HIDDEN):
            if character == "\x0c":
                self.lines = [""]
            elif character == "\n":
                self.lines.append("")
            else:
                if len(self.lines[-1]) == self.columns:
                    self.lines.append("")
                self.lines[-1] += character
        del self.lines[: -self.rows]

    def press(self, key: Key) -> None:
        assert key is Key.ENTER
        self.type("\n")

    def type(self, text: str) -> None:
        for character in text:
            if character == "\n":
                self.typed.append(self.line)
                line, self.line = self.line, ""
                self.say("\n")
                self.say(self.script.send(line))
            else:
                self.line += character
                if not self.is_hidden:
                    self.say(character)

    def look(self) -> Look:
        pixels = drawn(self.screen(), width=self.width)
        for row, line in enumerate(self.lines):
            if self.smear and self.smear in line:
                place = (line.index(self.smear) * self.width + 3) * 3
                pixels[row * 16 + 7][place : place + 3] = bytes((1, 2, 3))
        png = packed(pixels)
        return Look(png, read(decoded(png)))

    def screen(self) -> Screen:
        screen = Screen(self.columns, self.rows)
        for row, line in enumerate(self.lines):
            screen.put(row, 0, line)
        last = len(self.lines) - 1
        screen.cursor = (last, min(len(self.lines[last]), self.columns - 1))
        return screen
