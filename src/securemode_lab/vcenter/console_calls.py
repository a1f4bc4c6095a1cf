"""A virtual machine's console as the API has it: keys that are sent, and pictures of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vmodl

from securemode_lab.vcenter import tasks
from securemode_lab.vcenter.machine_life import folder_of
from securemode_lab.vcenter.objects import Method
from securemode_lab.vcenter.power import must_be

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Call

_KEYBOARD = 7
_PAGE_BITS = 16


async def _put_usb_scan_codes(call: Call, spec: Any) -> int:
    """Type keys: each code is the key's HID usage, and in its lower half the keyboard's page.

    Returns:
        How many keys were typed.

    Raises:
        vmodl.fault.InvalidArgument: a code is no key of a keyboard.
        vmodl.fault.SystemError: the keys are lost, as happens now and then with real ones.
    """
    machine: VirtualMachine = call.managed  # type: ignore[assignment]
    must_be(machine, on=True)
    events = []
    for event in spec.keyEvents:
        if event.usbHidCode & ((1 << _PAGE_BITS) - 1) != _KEYBOARD:
            raise vmodl.fault.InvalidArgument(invalidProperty="spec.keyEvents.usbHidCode")
        events.append((event.usbHidCode >> _PAGE_BITS, _held(event.modifiers)))
    if machine.inventory.trouble.loses_keys():
        raise vmodl.fault.SystemError(msg="Invalid fault", reason="Invalid fault")
    await machine.guest.keys(events)
    return len(events)


def _held(modifiers: Any) -> frozenset[str]:
    """Names of the modifiers that are held down, such as `leftShift`."""
    if modifiers is None:
        return frozenset()
    names = (member.name for member in modifiers._GetPropertyList())  # noqa: SLF001
    return frozenset(name for name in names if getattr(modifiers, name) is True)


def _create_screenshot(call: Call) -> Any:
    """Put a picture of the screen into the machine's folder; the task's result is its path."""
    machine: VirtualMachine = call.managed  # type: ignore[assignment]

    def work() -> str:
        must_be(machine, on=True)
        path = str(machine.config.files.vmPathName)
        datastore = path[1:].partition("]")[0]
        store = next(
            call.inventory.get(found._moId)  # noqa: SLF001 - pyVmomi's public name
            for found in machine.read("datastore")
            if call.inventory.get(found._moId).read("name") == datastore  # noqa: SLF001
        )
        files, folder = store.kept["files"], folder_of(machine)
        number = 0
        while (name := f"{folder}/{folder}-{number}.png") in files:
            number += 1
        files.write(name, machine.guest.screenshot())
        return f"[{datastore}] {name}"

    return tasks.start(call.inventory, machine, "VirtualMachine.createScreenshot", work)


METHODS = {
    "PutUsbScanCodes": Method(_put_usb_scan_codes, "VirtualMachine.Interact.PutUsbScanCodes"),
    "CreateScreenshot_Task": Method(_create_screenshot, "VirtualMachine.Interact.CreateScreenshot"),
}
