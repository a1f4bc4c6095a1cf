"""The console and the power of a virtual machine, through vCenter."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode.errors import UnexpectedAnswer
from securemode.vsphere.console import glyphs
from securemode.vsphere.console.desk import Look
from securemode.vsphere.console.keyboard import press
from securemode.vsphere.console.keys import Key, Stroke, strokes_of
from securemode.vsphere.console.picture import Camera
from securemode.vsphere.console.png import decoded
from securemode.vsphere.console.second_reader import confirmed
from securemode.vsphere.tasks import carried_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode.environment.models import Environment
    from securemode.vsphere.session import VSphereSession

KEY_PAUSE_S = 0.05
"""Between two keys: faster typing loses some of them."""

SHUTDOWN_S = 120.0
"""How long a guest may take to shut down before its power is cut."""


class MachineConsole:
    """The console and the power of one virtual machine.

    Args:
        session: with vCenter; its account has to have the privileges for console and power.
        camera: takes the pictures.
        key_pause_s: between two keys.
        shutdown_s: how long the guest may take to shut down.
        pause: waits; takes seconds.
    """

    def __init__(
        self,
        session: VSphereSession,
        camera: Camera,
        *,
        key_pause_s: float = KEY_PAUSE_S,
        shutdown_s: float = SHUTDOWN_S,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._session = session
        self._camera = camera
        self._key_pause_s = key_pause_s
        self._shutdown_s = shutdown_s
        self._pause = pause
        self._last: Look | None = None
        self.name = camera.name

    def press(self, key: Key) -> None:
        """Press a key that has no character."""
        self._strike((Stroke(key.value),))

    def type(self, text: str) -> None:
        """Type a text; a line feed is Enter."""
        self._strike(strokes_of(text))

    def look(self) -> Look:
        """Read the screen; one that has not changed says what it said."""
        picture = self._camera.picture()
        if self._last is None or self._last.picture != picture:
            pixels = decoded(picture)
            self._last = Look(picture, confirmed(glyphs.read(pixels), pixels))
        return self._last

    @property
    def enters_setup(self) -> bool:
        """Whether its next start leads into the set-up utility of its firmware."""
        return bool(self._property("config.bootOptions.enterBIOSSetup", default=False))

    @property
    def is_on(self) -> bool:
        """Whether it is powered on."""
        return bool(self._property("runtime.powerState") == vim.VirtualMachinePowerState.poweredOn)

    def force_setup(self, *, wanted: bool) -> None:
        """Have its next start lead into the set-up utility of its firmware, or not; else nothing.

        Boot options are written whole: some servers take what is left out for unset.
        """
        options = self._property("config.bootOptions") or vim.vm.BootOptions()
        options.enterBIOSSetup = wanted
        spec = vim.vm.ConfigSpec(bootOptions=options)
        self._task("changing the boot options of", lambda machine: machine.ReconfigVM_Task(spec))

    def restart(self) -> None:
        """Switch it off, where it is on, and on again.

        Forced set-up is documented for a start after power has been off.
        """
        if self.is_on:
            self._shut_down()
        if self.is_on:
            self._task("switching off", lambda machine: machine.PowerOffVM_Task())
        self._task("switching on", lambda machine: machine.PowerOnVM_Task(None))

    def _shut_down(self) -> None:
        """Ask the guest to shut down; one that has no tools, or is no system yet, does not hear."""
        machine = self._camera.machine
        try:
            self._session.ask(f"shutting down {self.name}", machine.ShutdownGuest)
        except UnexpectedAnswer:
            return
        deadline = time.monotonic() + self._shutdown_s
        while self.is_on and time.monotonic() < deadline:
            self._pause(self._shutdown_s / 100)

    def _property(self, path: str, *, default: Any = None) -> Any:
        seen = self._session.properties(vim.VirtualMachine, [path], objects=[self._camera.machine])
        return next(iter(seen.values()), {}).get(path, default)

    def _task(self, doing: str, begin: Callable[[Any], Any]) -> None:
        machine = self._camera.machine
        carried_out(
            self._session, f"{doing} {self.name}", lambda: begin(machine), pause=self._pause
        )

    def _strike(self, strokes: tuple[Stroke, ...]) -> None:
        press(
            self._session,
            self._camera.machine,
            strokes,
            doing=f"typing at the console of {self.name}",
            pause_s=self._key_pause_s,
            pause=self._pause,
        )


@contextmanager
def machine_console(
    session: VSphereSession,
    environment: Environment,
    moid: str,
    name: str,
    *,
    pause: Callable[[float], object] = time.sleep,
) -> Iterator[MachineConsole]:
    """The console of a virtual machine, with its pictures cleared away afterwards.

    Args:
        session: with vCenter.
        environment: where vCenter is, and who vouches for it.
        moid: managed object id of the machine.
        name: for messages.
        pause: waits; takes seconds.
    """
    machine = session.managed(vim.VirtualMachine, moid)
    camera = Camera(session, environment, machine, name, pause)
    try:
        if environment.lab:  # which loses no keys, and is down at once
            yield MachineConsole(session, camera, key_pause_s=0.0, shutdown_s=1.0, pause=pause)
        else:
            yield MachineConsole(session, camera, pause=pause)
    finally:
        camera.close()
