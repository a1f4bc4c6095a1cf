"""A machine with a console, and somebody who types at it and looks at its screen."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.console import Console
from securemode_lab.vcenter.consoles.guest import ConsoleGuest
from securemode_lab.vcenter.consoles.nvram import Hardware
from securemode_lab.vcenter.consoles.text_screen import VGA, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.appliance.install_wizard import InstallValues
    from securemode_lab.vcenter.consoles.installed_system import InstalledSystem

LIMIT_S = 30.0
SHIFT = frozenset({"leftShift"})
NONE: frozenset[str] = frozenset()
KEYS = {
    "Enter": 0x28,
    "Esc": 0x29,
    "Backspace": 0x2A,
    "Tab": 0x2B,
    "F2": 0x3B,
    "F9": 0x42,
    "F10": 0x43,
    "Delete": 0x4C,
    "Right": 0x4F,
    "Left": 0x50,
    "Down": 0x51,
    "Up": 0x52,
}
"""From the table of usages of USB's page 7."""
PLAIN = {" ": 0x2C, "-": 0x2D, "=": 0x2E, ".": 0x37, "/": 0x38, "1": 0x1E, "0": 0x27}
SHIFTED = {"!": 0x1E, "+": 0x2E, "_": 0x2D, "?": 0x38}


def event(key: str) -> tuple[int, frozenset[str]]:
    """A key by its name or the letter that it types."""
    if key in KEYS:
        return KEYS[key], NONE
    if key in SHIFTED:
        return SHIFTED[key], SHIFT
    if key in PLAIN:
        return PLAIN[key], NONE
    if key.isdigit():
        return 0x1D + int(key), NONE
    assert key.isalpha(), key
    return 0x04 + ord(key.lower()) - ord("a"), SHIFT if key.isupper() else NONE


@dataclass
class System:
    """An operating system with a node's console, which notes what is done to it."""

    os_password: str | None = "right"
    answers: Answers = field(default_factory=Answers)
    installed: bool = True
    is_management: bool = True
    variants: Mapping[str, str] = field(default_factory=dict)
    values: InstallValues = field(default_factory=dict)
    mode: Mode = VGA
    boot_time: datetime | None = None
    done: list[str] = field(default_factory=list)

    @property
    def console(self) -> Console:
        return Console(self)

    def install(self, values: InstallValues) -> None:
        self.values, self.installed = values, True

    async def boot(self) -> None:
        self.done.append("boot")
        self.boot_time = datetime.now(UTC)

    async def halt(self) -> None:
        self.done.append("halt")
        self.boot_time = None

    async def restart(self) -> None:
        self.done.append("restart")
        self.boot_time = None
        await asyncio.sleep(0.15)
        self.boot_time = datetime.now(UTC)


class Operator:
    """Somebody in front of one machine."""

    def __init__(
        self, system: InstalledSystem | None = None, hardware: Hardware | None = None
    ) -> None:
        self.guest = ConsoleGuest(system, lambda: hardware or Hardware())

    @property
    def sees(self) -> str:
        return self.guest.screen.text

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.guest.keys([event(key)])

    async def type(self, text: str) -> None:
        await self.guest.keys([event(letter) for letter in text])

    async def answer(self, prompt: str, line: str) -> None:
        """Type a line once the last thing on the screen is that prompt."""
        await self.wait(prompt, last=True)
        await self.type(line)
        await self.press("Enter")

    async def wait(self, text: str, *, last: bool = False) -> None:
        """Until the screen says it."""
        until, text = time.monotonic() + LIMIT_S, text.rstrip()
        while not (self.sees.rstrip().endswith(text) if last else text in self.sees):
            assert time.monotonic() < until, f"no {text!r} on the screen:\n{self.sees}"
            await asyncio.sleep(0.005)

    async def enter_setup(self) -> None:
        await self.guest.power_on(enter_setup=True)
        await self.wait("PhoenixBIOS Setup Utility")

    async def go_to(self, page: str) -> None:
        """Turn pages until the help or the content of this one is there."""
        mark = {"Security": "Set User Password", "Boot": "CD-ROM Drive", "Exit": "Exit Saving"}
        for _ in range(5):
            if mark[page] in self.sees:
                return
            await self.press("Right")
        raise AssertionError(f"no page {page}:\n{self.sees}")
