"""Virtual machines whose firmware is not set up as the guide wants it."""

from __future__ import annotations

from securemode_lab.faults.fault import VSphereMistake
from securemode_lab.faults.vsphere_objects import CONFERENCING, MANAGEMENT, on_machine
from securemode_lab.vcenter.consoles.plugged_in import forget, secure

_NO_PASSWORD = ""

FAULTS = (
    VSphereMistake(
        name="bios-no-password",
        turns=("BIOS-03",),
        text="nobody has set a supervisor password in the firmware of a Conferencing Node",
        change=on_machine(lambda machine: secure(machine, _NO_PASSWORD), CONFERENCING),
    ),
    VSphereMistake(
        name="bios-nvram-deleted",
        turns=("BIOS-03",),
        text="the Management Node's nvram file was deleted, and the password with it",
        change=on_machine(forget, MANAGEMENT),
    ),
)
