"""Presses keys of a virtual machine, by USB scan codes through vCenter."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from securemode.errors import UnexpectedAnswer
from securemode.vsphere.faults import of_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from securemode.vsphere.console.keys import Stroke
    from securemode.vsphere.session import VSphereSession

MOST_TRIES = 4
"""How often one key is sent: vCenter now and then refuses one for no reason ("Invalid fault")."""

_REFUSALS = (
    vim.fault.NoPermission,
    vim.fault.InvalidState,
    vim.fault.NotAuthenticated,
    vmodl.fault.NotSupported,
    vmodl.fault.MethodNotFound,
    vmodl.fault.ManagedObjectNotFound,
)
"""Answers that another try does not change."""


def press(
    session: VSphereSession,
    machine: Any,
    strokes: Iterable[Stroke],
    *,
    doing: str,
    pause_s: float,
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Press keys of a running virtual machine, one call a key.

    Args:
        session: with vCenter.
        machine: the vim.VirtualMachine.
        strokes: in their order.
        doing: for the message; never what is typed.
        pause_s: between two keys, and before a key is sent once more.
        pause: waits; takes seconds.

    Raises:
        CannotLook: vCenter does not take a key, however often it is sent.
    """
    for stroke in strokes:
        session.ask(doing, lambda stroke=stroke: _press_one(machine, stroke, doing, pause, pause_s))  # type: ignore[misc]
        pause(pause_s)


def _press_one(
    machine: Any, stroke: Stroke, doing: str, pause: Callable[[float], object], pause_s: float
) -> None:
    refusal: vmodl.MethodFault | None = None
    for _ in range(MOST_TRIES):
        try:
            if machine.PutUsbScanCodes(_spec(stroke)) > 0:
                return
        except _REFUSALS:
            raise
        except vmodl.MethodFault as fault:
            refusal = fault
        pause(pause_s)
    if refusal is not None:
        raise of_fault(f"{doing} ({MOST_TRIES} times)", refusal) from refusal
    raise UnexpectedAnswer(f"{doing}: the virtual machine takes no keys.")


def _spec(stroke: Stroke) -> Any:
    made = vim.vm.UsbScanCodeSpec
    modifiers = made.ModifierType(leftShift=stroke.shift, leftControl=stroke.control)
    return made(keyEvents=[made.KeyEvent(usbHidCode=stroke.code, modifiers=modifiers)])
