"""A virtual machine's guest with a console that lives: keys do something, the screen shows it."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from securemode_lab.vcenter.consoles.keys import Keyboard
from securemode_lab.vcenter.consoles.machine_run import MachineRun
from securemode_lab.vcenter.consoles.nvram import Hardware, LooseFile
from securemode_lab.vcenter.consoles.picture import png
from securemode_lab.vcenter.consoles.text_screen import TextScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from securemode_lab.vcenter.consoles.installed_system import InstalledSystem
    from securemode_lab.vcenter.consoles.nvram import NvramFile

_BLINKS_PER_S = 2

_logger = logging.getLogger(__name__)


class ConsoleGuest:
    """What is inside of one virtual machine; see `machines.Guest`.

    The operating system may restart without being asked by anybody here. That is noticed when
    somebody looks at the screen or types, so that a console nobody looks at costs nothing.

    Args:
        system: on its first disk, None where there is none.
        hardware: tells what its firmware finds.
        clock: seconds; the cursor blinks by it.

    Attributes:
        nvram: the file with the settings of its firmware.
        hardware: as above; both are the virtual machine's own once it has the guest.
    """

    def __init__(
        self,
        system: InstalledSystem | None,
        hardware: Callable[[], Hardware] = Hardware,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.nvram: NvramFile = LooseFile()
        self.hardware = hardware
        self._system = system
        self._clock = clock
        self._keyboard = Keyboard()
        self._run: MachineRun | None = None
        self._going_on: asyncio.Task[None] | None = None
        self._restarting: asyncio.Task[None] | None = None

    @property
    def is_on(self) -> bool:
        """Whether the machine runs, in its firmware or in its operating system."""
        return self._run is not None or self._is_system_up

    @property
    def screen(self) -> TextScreen:
        """What the monitor shows: nothing, while the machine is off."""
        run = self._present_run()
        return run.screen if run is not None else _dark()

    async def power_on(self, *, enter_setup: bool) -> None:
        """Start; what follows happens on the screen, after this has returned."""
        await self.power_off()
        self._begin(lambda run: run.from_power_on(enter_setup=enter_setup))

    async def power_off(self) -> None:
        """Lose power, wherever it is."""
        if self._system is not None and self._is_system_up:
            await self._system.halt()
        self._end()

    async def keys(self, events: Sequence[tuple[int, frozenset[str]]]) -> None:
        """Hear keys: the HID usage of each, and the modifiers that were held down with it."""
        for usage, modifiers in events:
            key = self._keyboard.pressed(usage, modifiers)
            run = self._present_run()
            if key is None or run is None:
                continue
            if key.resets:
                self._reset(run)
            else:
                run.keyboard.put_nowait(key)
            await asyncio.sleep(0)

    def screenshot(self) -> bytes:
        """What the monitor shows, as a PNG."""
        blink = int(self._clock() * _BLINKS_PER_S * 2)
        return png(self.screen, with_cursor=blink % 2 == 0)

    @property
    def _is_system_up(self) -> bool:
        return self._system is not None and self._system.boot_time is not None

    def _present_run(self) -> MachineRun | None:
        """The run that is, after a look at whether the operating system has begun another."""
        if self._system is None:
            return self._run
        run, now = self._run, self._system.boot_time
        if run is None:
            return None if now is None else self._follow()
        if run.is_starting or now == run.boot_time:
            return run
        return self._follow()

    def _follow(self) -> MachineRun:
        """Show what an operating system does that somebody else has started."""
        run = self._begin(MachineRun.from_restart)
        run.is_starting = True
        return run

    def _reset(self, run: MachineRun) -> None:
        """Ctrl-Alt-Del: an operating system shuts down for it, a firmware just starts again."""
        if run.is_starting:
            return
        if run.boot_time is None or self._system is None:
            self._begin(lambda new: new.from_power_on(enter_setup=False))
        elif self._restarting is None or self._restarting.done():
            self._restarting = asyncio.get_running_loop().create_task(self._system.restart())
            self._restarting.add_done_callback(_tell)

    def _begin(self, begun: Callable[[MachineRun], Coroutine[Any, Any, None]]) -> MachineRun:
        self._end()
        run = self._run = MachineRun(self.nvram, self.hardware(), self._system)
        self._going_on = asyncio.get_running_loop().create_task(begun(run))
        self._going_on.add_done_callback(_tell)
        return run

    def _end(self) -> None:
        if self._going_on is not None:
            self._going_on.cancel()
        self._run = self._going_on = None


def _dark() -> TextScreen:
    screen = TextScreen()
    screen.shows_cursor = False
    return screen


def _tell(ended: asyncio.Task[None]) -> None:
    """A console that ends by itself is a defect of the lab."""
    if not ended.cancelled() and (failed := ended.exception()) is not None:
        _logger.error("a console has failed", exc_info=failed)
