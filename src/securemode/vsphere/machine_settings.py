"""From the properties of a virtual machine to the plain values that a STIG is judged by."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_STATED = ("config.migrateEncryption", "config.ftEncryptionMode", "config.flags.enableLogging")

PATHS = ("name", "config.extraConfig", "config.hardware.device", "config.ftInfo", *_STATED)
"""What is read of a virtual machine."""

_DEVICES = vim.vm.device
KINDS: dict[str, tuple[type, ...]] = {
    "VirtualFloppy": (_DEVICES.VirtualFloppy,),
    "VirtualParallelPort": (_DEVICES.VirtualParallelPort,),
    "VirtualSerialPort": (_DEVICES.VirtualSerialPort,),
    "USB": (
        _DEVICES.VirtualUSBController,
        _DEVICES.VirtualUSBXHCIController,
        _DEVICES.VirtualUSB,
    ),
    "passthrough": (
        _DEVICES.VirtualPCIPassthrough,
        _DEVICES.VirtualSriovEthernetCard,
        _DEVICES.VirtualSCSIPassthrough,
    ),
}
"""Kinds of devices by the name under which controls ask for them."""


def settings(machine: Mapping[str, Any], sources: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Every value that the properties of a virtual machine give.

    Args:
        machine: its properties; unset ones are absent.
        sources: what the controls ask for.
    """
    if "config.extraConfig" in machine:
        parameters = {one.key.lower(): str(one.value) for one in machine["config.extraConfig"]}
        for source in sources:
            kind, _, name = source.partition(" ")
            if kind == "setting":
                yield from _parameter(parameters, name)
    if "config.hardware.device" in machine:
        yield from _devices(machine["config.hardware.device"])
    for path in _STATED:
        if (value := machine.get(path)) is not None:
            yield f"property {path}", value
    yield "fact fault_tolerance", machine.get("config.ftInfo") is not None


def unsent(machine: Mapping[str, Any]) -> dict[str, str]:
    """Whole kinds of sources that vCenter sent nothing of, each with the reason."""
    kinds = {"setting ": "config.extraConfig", "device ": "config.hardware.device"}
    return {
        kind: f"vCenter does not tell {path} of this virtual machine"
        for kind, path in kinds.items()
        if path not in machine
    }


def _parameter(parameters: Mapping[str, str], name: str) -> Iterator[tuple[str, Any]]:
    """One parameter, or all whose keys look like the name, without regard to case."""
    if "*" not in name:
        if name.lower() in parameters:
            yield f"setting {name}", parameters[name.lower()]
        return
    found = {key: value for key, value in parameters.items() if fnmatchcase(key, name.lower())}
    if found:
        yield f"setting {name}", found


def _devices(devices: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    present = tuple(devices)
    for name, kinds in KINDS.items():
        yield f"device {name}", [_label(one) for one in present if isinstance(one, kinds)]
    disks = [one for one in present if isinstance(one, _DEVICES.VirtualDisk)]
    modes = {_label(one): getattr(one.backing, "diskMode", None) for one in disks}
    yield "fact disk_modes", {label: mode for label, mode in modes.items() if mode is not None}
    drives = [one for one in present if isinstance(one, _DEVICES.VirtualCdrom)]
    yield "fact cd_drives_connected", {_label(one): _connects(one) for one in drives}


def _label(device: Any) -> str:
    """How a device is called on its page; the type where it has no name."""
    stated = device.deviceInfo.label if device.deviceInfo else ""
    return stated or f"{type(device).__name__.rpartition('.')[2]} {device.key}"


def _connects(device: Any) -> bool:
    """Whether a device is connected now, or will be at the next power on."""
    how = device.connectable
    return bool(how and (how.connected or how.startConnected))
