"""What happens on a virtual machine's screen from the moment when it is switched on.

The firmware tests itself, enters the set-up utility where that was asked for, and tries devices in
the order in which they are set; the operating system says that it starts, and asks for a login.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.vcenter.consoles.nvram import (
    HARD_DRIVE,
    NETWORK,
    Damaged,
    Nvram,
)
from securemode_lab.vcenter.consoles.screen_terminal import ScreenTerminal
from securemode_lab.vcenter.consoles.setup_dialogs import PasswordPrompt
from securemode_lab.vcenter.consoles.setup_utility import SetupUtility
from securemode_lab.vcenter.consoles.text_screen import TEXT, VGA, TextScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from securemode_lab.vcenter.consoles.installed_system import InstalledSystem
    from securemode_lab.vcenter.consoles.keys import Key
    from securemode_lab.vcenter.consoles.nvram import Hardware, NvramFile

TEST_S = 0.2
"""How long the firmware tests itself, and waits for a key."""
NETWORK_S = 0.2
"""How long it waits for somebody to boot from over the network."""
_LOOK_S = 0.02
_SET_UP_KEY = "F2"
_STARTING = (
    "Loading the kernel ...",
    "[    0.000000] Linux version 5.10.0 (x86_64)",
    "[    0.812044] sd 0:0:0:0: [sda] Attached SCSI disk",
    "[    1.204417] EXT4-fs (sda1): mounted filesystem with ordered data mode",
    "",
)


class MachineRun:
    """One time that a machine is on, or what somebody finds who looks at one that runs already.

    Args:
        file: with the settings of its firmware.
        hardware: what the firmware finds.
        system: on its first disk, None where there is none.

    Attributes:
        screen: what it shows.
        keyboard: keys that were pressed and not read yet.
        boot_time: of the operating system that has the screen; None while the firmware has it.
        is_starting: whether the firmware has handed over and the system does not run yet.
    """

    def __init__(self, file: NvramFile, hardware: Hardware, system: InstalledSystem | None) -> None:
        self.screen = TextScreen()
        self.keyboard: asyncio.Queue[Key] = asyncio.Queue()
        self.boot_time: datetime | None = None
        self.is_starting = False
        self._file, self._hardware, self._system = file, hardware, system

    async def from_power_on(self, *, enter_setup: bool) -> None:
        """Everything from the first line of the firmware on; ends only by being cancelled."""
        while True:
            nvram = self._load()
            await self._test()
            is_asked_for = enter_setup or self._was_pressed(_SET_UP_KEY)
            enter_setup = False
            if nvram.supervisor and (is_asked_for or nvram.password_on_boot):
                await self._ask_for_password(nvram)
            if is_asked_for:
                await self._set_up(nvram)
            else:
                await self._boot(nvram)

    async def from_restart(self) -> None:
        """Everything from a restart of the operating system on, or from now where it runs."""
        assert self._system is not None
        if self._system.boot_time is None:
            self._show_test()
        while self._system.boot_time is None:  # noqa: ASYNC110 - only while a node restarts
            await asyncio.sleep(_LOOK_S)
        self._show_start()
        await self._log_in(self._system)

    async def _test(self) -> None:
        """What a firmware does first, and for long enough that somebody can press a key."""
        self._show_test()
        await asyncio.sleep(TEST_S)

    def _show_test(self) -> None:
        self.screen = self._firmware_screen()
        self.screen.write(
            "PhoenixBIOS 4.0 Release 6.0\r\n"
            "VMware BIOS build 314\r\n\r\n"
            f"{self._hardware.memory_mb}M System RAM Passed\r\n"
            "Mouse initialized\r\n"
        )
        self.screen.put(self.screen.mode.lines - 1, 0, "Press F2 to enter SETUP", TEXT)

    def _firmware_screen(self) -> TextScreen:
        """Always of 80 columns, in letters as wide as those that the system will have."""
        width = VGA.cell_width if self._system is None else self._system.mode.cell_width
        return TextScreen(replace(VGA, cell_width=width))

    def _was_pressed(self, name: str) -> bool:
        pressed = []
        while not self.keyboard.empty():
            pressed.append(self.keyboard.get_nowait().name)
        return name in pressed

    async def _ask_for_password(self, nvram: Nvram) -> None:
        """Go on only with the right one; after three wrong ones nothing goes on at all."""
        prompt = PasswordPrompt(nvram.lets_in)
        self.screen = self._firmware_screen()
        while not prompt.is_passed:
            self.screen.clear()
            self.screen.shows_cursor = False
            prompt.draw(self.screen)
            key = await self.keyboard.get()
            if not prompt.is_locked:
                prompt.press(key)

    async def _set_up(self, nvram: Nvram) -> None:
        def save() -> None:
            self._file.content = nvram.content

        self.screen = self._firmware_screen()
        utility = SetupUtility(nvram, self._hardware, save)
        while not utility.is_over:
            utility.draw(self.screen)
            utility.press(await self.keyboard.get())

    async def _boot(self, nvram: Nvram) -> None:
        """Try one device after the other; without a system on any there is nothing more to do."""
        self.screen = self._firmware_screen()
        for device in _tried(nvram):
            if device == NETWORK and self._hardware.network:
                await self._try_network()
            elif device == self._hardware.system_drive and self._system is not None:
                await self._start(self._system)
        self.screen.write("Operating System not found\r\n")
        await asyncio.get_running_loop().create_future()

    async def _try_network(self) -> None:
        self.screen.write(f"Network boot from {self._hardware.network}\r\nDHCP.....")
        await asyncio.sleep(NETWORK_S)
        self.screen.write(
            "\r\nPXE-E51: No DHCP or proxyDHCP offers were received.\r\n\r\n"
            "PXE-M0F: Exiting Intel PXE ROM.\r\n"
        )

    async def _start(self, system: InstalledSystem) -> None:
        self._show_start()
        self.is_starting = True
        await system.boot()
        await self._log_in(system)

    def _show_start(self) -> None:
        assert self._system is not None
        self.screen = TextScreen(self._system.mode)
        self.screen.write("\r\n".join(_STARTING))

    async def _log_in(self, system: InstalledSystem) -> None:
        """A login, and after its end another one, until somebody restarts the system."""
        self.boot_time, self.is_starting = system.boot_time, False
        while system.boot_time == self.boot_time:
            self.screen.clear()
            await system.console.login(ScreenTerminal(self.screen, self.keyboard))
        self.is_starting = True
        await self.from_restart()

    def _load(self) -> Nvram:
        """The settings; a file that cannot be read is as good as none."""
        try:
            nvram = Nvram.of(self._file.content)
        except Damaged:
            nvram = Nvram()
        nvram.fit(self._hardware)
        return nvram


def _tried(nvram: Nvram) -> Iterator[str]:
    """Devices in the order in which the firmware tries them."""
    for kind in nvram.boot_order:
        devices = nvram.hard_drives if kind == HARD_DRIVE else [kind]
        if kind not in nvram.disabled:
            yield from (device for device in devices if device not in nvram.disabled)
