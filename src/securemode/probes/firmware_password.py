"""Restarts a virtual machine into its firmware's set-up utility, and reads what that shows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import CannotLook, UnexpectedAnswer
from securemode.observations.firmware import FirmwarePasswordSeen
from securemode.probes.node_console import MOST_CALLS, PERMISSION, console_of, machine_of
from securemode.probes.node_restart import LONGEST_S, answering, too_late
from securemode.probes.probe import Connection
from securemode.vsphere.console.bios_screen import Shows, shows
from securemode.vsphere.console.watching import Watch, patience_with

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Node
    from securemode.vsphere.console.desk import PoweredDesk

_KNOCK_S = 0.5
_SHORTEST_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwarePassword:
    """Whether the set-up utility of a node's virtual machine asks for a password.

    The node is restarted twice: into the set-up utility, and out of it. No key is pressed there.

    Attributes:
        address, port: of the vCenter.
    """

    name: ClassVar[str] = "firmware-password"
    observes: ClassVar[type] = FirmwarePasswordSeen
    intrusive: ClassVar[str | None] = PERMISSION
    restarts: ClassVar[bool] = True
    takes_s: ClassVar[float] = 120.0
    volatile: ClassVar[frozenset[str]] = frozenset({"picture", "came_back_s"})

    target: Node
    address: str
    port: int = 443

    def connections(self) -> tuple[Connection, ...]:
        """The run's session with vCenter, its pictures, and knocks until the node is back."""
        knocks = int(LONGEST_S / _KNOCK_S)
        return (
            Connection("tls", self.address, str(self.port), MOST_CALLS),
            *(
                Connection("tcp", address, str(self.target.port(443)), knocks)
                for address in self.target.addresses
            ),
        )

    def look(self, access: Access) -> FirmwarePasswordSeen:
        """Enter the set-up utility, look once, and leave it again whatever was seen.

        Raises:
            CannotLook: the machine is not found, shows something else, or does not come back.
        """
        machine = machine_of(self.target, access)
        before = answering(self.target, self.target.addresses)
        with console_of(machine, access) as console:
            try:
                shown, picture = self._entered(console, access)
            finally:
                came_back_s = self._left(console, before, access)
        return FirmwarePasswordSeen(
            machine=str(machine),
            asks_for_password=shown is Shows.PASSWORD,
            picture=picture,
            came_back_s=came_back_s,
        )

    def _entered(self, console: PoweredDesk, access: Access) -> tuple[Shows, str]:
        patience = patience_with(access.environment)
        watch = Watch(
            console, partial(access.keep_picture, self.target), patience, access.cancelled.wait
        )
        console.force_setup(wanted=True)
        console.restart()
        text = watch.until(
            "the set-up utility of the firmware, or its question for a password",
            lambda seen: shows(seen) is not Shows.OTHER or access.cancelled.is_set(),
            timeout_s=patience.start_s,
        )
        shown = shows(text)
        picture = watch.keep("firmware")
        if shown is Shows.OTHER:
            raise UnexpectedAnswer(f"the firmware of {self.target} was not looked at ({picture}).")
        return shown, picture

    def _left(self, console: PoweredDesk, before: tuple[str, ...], access: Access) -> float:
        """Start the node as usual; return after how many seconds it answered again."""
        try:
            console.force_setup(wanted=False)
            console.restart()
        except CannotLook as error:
            raise UnexpectedAnswer(
                f"{self.target} is left in its firmware's set-up utility: {error.message}",
                remedy="clear Force BIOS setup in its boot options, and restart it.",
            ) from error
        began = time.monotonic()
        pause_s = _SHORTEST_S if access.environment.lab else _KNOCK_S
        while answering(self.target, before) != before:
            if time.monotonic() - began > LONGEST_S:
                raise too_late(self.target)
            time.sleep(pause_s)
        return time.monotonic() - began
