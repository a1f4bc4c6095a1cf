"""The page with the order in which devices are tried, a tree of two levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.vcenter.consoles.nvram import HARD_DRIVE, NETWORK
from securemode_lab.vcenter.consoles.setup_pages import Line

if TYPE_CHECKING:
    from securemode_lab.vcenter.consoles.nvram import Hardware, Nvram
    from securemode_lab.vcenter.consoles.setup_dialogs import Dialog

_STEPS = {"+": -1, "F6": -1, "-": 1, "F5": 1}
"""Upwards is towards the start of the list."""
_HELP = (
    "Keys used to view or configure devices:\n"
    "<Enter> expands or collapses devices with a + or -\n"
    "<Ctrl+Enter> expands all\n"
    "<Shift + 1> enables or disables a device.\n"
    "<+> and <-> moves the device up or down.\n"
    "<n> May move removable device between Hard Disk or Removable Disk\n"
    "<d> Remove a device that is not installed."
)


class BootPage:
    """The boot order.

    Args:
        draft: of the settings.
        hardware: what is in the machine.
    """

    title = "Boot"

    def __init__(self, draft: Nvram, hardware: Hardware) -> None:
        self._draft, self._hardware = draft, hardware
        self._is_expanded = False

    def lines(self) -> list[Line]:
        """Kinds of devices, and below Hard Drive its drives while the tree is open."""
        lines: list[Line] = []
        for kind in self._draft.boot_order:
            lines.append(self._line(kind, self._sign(kind)))
            if kind == HARD_DRIVE and self._is_expanded:
                lines += [self._line(drive, "    ") for drive in self._draft.hard_drives]
        return lines

    def press(self, key: str, name: str) -> Dialog | None:
        """Expand, collapse, move or switch off a device."""
        if key == "Enter" and name == HARD_DRIVE:
            self._is_expanded = not self._is_expanded
        elif key in _STEPS:
            _move(self._group(name), name, _STEPS[key])
        elif key == "!":
            disabled = self._draft.disabled
            disabled.remove(name) if name in disabled else disabled.append(name)
        return None

    def expand_all(self) -> None:
        """Open the tree."""
        self._is_expanded = True

    def _group(self, name: str) -> list[str]:
        return self._draft.boot_order if name in self._draft.boot_order else self._draft.hard_drives

    def _sign(self, kind: str) -> str:
        if kind != HARD_DRIVE:
            return " "
        return "-" if self._is_expanded else "+"

    def _line(self, name: str, before: str) -> Line:
        card = self._hardware.network
        label = f"{name} from {card}" if name == NETWORK and card else name
        mark = "!" if name in self._draft.disabled else ""
        return Line(label=f"{before}{mark}{label}", name=name, help=_HELP)


def _move(group: list[str], name: str, step: int) -> None:
    """One place up or down, where there is one."""
    place = group.index(name)
    if 0 <= place + step < len(group):
        group.insert(place + step, group.pop(place))
