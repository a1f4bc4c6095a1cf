"""Virtual devices that are added, edited and removed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.objects import copied

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine

_FIRST_NEW_KEY = 10_000
_MAC_PREFIX = "00:50:56"


def apply(machine: VirtualMachine, config: Any, changes: Any) -> None:
    """Make each change in its turn.

    Raises:
        vim.fault.InvalidDeviceSpec: one of them can't be made; says which.
    """
    for number, change in enumerate(changes):
        operation = change.operation or "edit"
        known = {device.key: device for device in config.hardware.device}
        if operation == "add":
            config.hardware.device.append(_new(machine, change.device, known))
            continue
        if change.device.key not in known:
            raise _invalid(number)
        place = config.hardware.device.index(known[change.device.key])
        if operation == "remove":
            del config.hardware.device[place]
            _detach(config, change.device.key)
        else:
            config.hardware.device[place] = _edited(known[change.device.key], change.device, number)


def _edited(old: Any, new: Any, number: int) -> Any:
    """Unset members mean no change, but the kind of a device and of its backing are given."""
    from securemode_lab.vcenter.reconfigure import merged  # noqa: PLC0415 - the two recur

    if type(old) is not type(new):
        raise _invalid(number)
    limits = getattr(new, "storageIOAllocation", None)
    if limits is not None and limits.limit is not None and limits.limit < -1:
        raise _invalid(number)
    return merged(old, new)


def _new(machine: VirtualMachine, device: Any, known: dict[int, Any]) -> Any:
    made = copied(device)
    if made.key <= 0 or made.key in known:
        made.key = max(_FIRST_NEW_KEY, *known) + 1
    if made.deviceInfo is None:
        label = f"{type(made)._wsdlName.removeprefix('Virtual')} {made.key}"  # noqa: SLF001
        made.deviceInfo = vim.Description(label=label, summary=label)
    if isinstance(made, vim.vm.device.VirtualEthernetCard) and not made.macAddress:
        digits = uuid.uuid5(uuid.NAMESPACE_X500, f"{machine.moid}-{made.key}").hex
        made.macAddress = f"{_MAC_PREFIX}:{digits[:2]}:{digits[2:4]}:{digits[4:6]}"
    controller = known.get(made.controllerKey)
    if isinstance(controller, vim.vm.device.VirtualController):
        controller.device.append(made.key)
    return made


def _detach(config: Any, key: int) -> None:
    for device in config.hardware.device:
        if isinstance(device, vim.vm.device.VirtualController) and key in device.device:
            device.device.remove(key)


def _invalid(number: int) -> Any:
    return vim.fault.InvalidDeviceSpec(
        msg=f"Invalid configuration for device '{number}'.", deviceIndex=number
    )
