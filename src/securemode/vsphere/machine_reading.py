"""From the properties of a virtual machine to what is seen of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode.observations.vsphere import (
    Allocation,
    Boot,
    BootDevice,
    DiskSeen,
    MachineIdentity,
    NicSeen,
    VirtualMachineSeen,
)
from securemode.vsphere.references import moid_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IDENTITY_PATHS = (
    "name",
    "config.instanceUuid",
    "config.uuid",
    "config.template",
    "guest.hostName",
    "guest.ipAddress",
    "guest.net",
)

MACHINE_PATHS = (
    *IDENTITY_PATHS,
    "config.hardware",
    "config.cpuAllocation",
    "config.memoryAllocation",
    "config.memoryReservationLockedToMax",
    "config.bootOptions",
    "config.firmware",
    "config.extraConfig",
    "resourcePool",
    "runtime.host",
    "runtime.powerState",
)

DEVICE_CLASSES = "bios.bootDeviceClasses"

_BOOT_DEVICES = (
    (vim.vm.BootOptions.BootableDiskDevice, BootDevice.DISK),
    (vim.vm.BootOptions.BootableEthernetDevice, BootDevice.NETWORK),
    (vim.vm.BootOptions.BootableCdromDevice, BootDevice.CDROM),
    (vim.vm.BootOptions.BootableFloppyDevice, BootDevice.FLOPPY),
)


def identity_of(moid: str, values: Mapping[str, Any]) -> MachineIdentity:
    """By what a virtual machine is known."""
    return MachineIdentity(**_identity(moid, values))


def machine_seen(
    moid: str, values: Mapping[str, Any], pools: Mapping[str, int | None]
) -> VirtualMachineSeen:
    """One virtual machine.

    Args:
        moid: its managed object id.
        values: property path to value; what the server did not send is missing.
        pools: CPU (MHz) of every resource pool, by managed object id.
    """
    hardware = values.get("config.hardware")
    devices: Sequence[Any] = hardware.device if hardware else ()
    return VirtualMachineSeen(
        **_identity(moid, values),
        host=moid_of(values.get("runtime.host")),
        power=str(values.get("runtime.powerState", "")),
        is_readable=hardware is not None,
        cpu_count=hardware.numCPU if hardware else 0,
        memory_mb=hardware.memoryMB if hardware else 0,
        cpu=_allocation(values.get("config.cpuAllocation")),
        memory=_allocation(values.get("config.memoryAllocation")),
        memory_locked=values.get("config.memoryReservationLockedToMax"),
        pool_mhz=pools.get(moid_of(values.get("resourcePool"))),
        disks=_disks(devices),
        nics=tuple(_nic(each) for each in _of_kind(devices, vim.vm.device.VirtualEthernetCard)),
        boot=_boot(values),
    )


def _identity(moid: str, values: Mapping[str, Any]) -> dict[str, Any]:
    reported = [address for nic in values.get("guest.net", ()) for address in nic.ipAddress or ()]
    primary = values.get("guest.ipAddress")
    return {
        "moid": moid,
        "name": str(values.get("name", "")),
        "instance_uuid": values.get("config.instanceUuid") or "",
        "bios_uuid": values.get("config.uuid") or "",
        "guest_name": values.get("guest.hostName") or "",
        "addresses": tuple(dict.fromkeys([*([primary] if primary else []), *reported])),
        "is_template": bool(values.get("config.template")),
    }


def _allocation(given: Any) -> Allocation | None:
    if given is None:
        return None
    return Allocation(
        reservation=given.reservation, limit=given.limit, shares_level=_level(given.shares)
    )


def _level(shares: Any) -> str:
    return str(shares.level) if shares is not None and shares.level else ""


def _of_kind(devices: Sequence[Any], kind: type) -> list[Any]:
    return [device for device in devices if isinstance(device, kind)]


def _disks(devices: Sequence[Any]) -> tuple[DiskSeen, ...]:
    controllers = {
        device.key: device for device in _of_kind(devices, vim.vm.device.VirtualController)
    }
    return tuple(
        _disk(device, controllers.get(device.controllerKey))
        for device in _of_kind(devices, vim.vm.device.VirtualDisk)
    )


def _disk(device: Any, controller: Any) -> DiskSeen:
    allocation = device.storageIOAllocation
    limit = getattr(allocation, "limit", None)
    return DiskSeen(
        key=device.key,
        label=_label(device),
        is_scsi=isinstance(controller, vim.vm.device.VirtualSCSIController),
        bus=controller.busNumber if controller else -1,
        unit=-1 if device.unitNumber is None else device.unitNumber,
        datastore=moid_of(getattr(device.backing, "datastore", None)),
        capacity_kb=device.capacityInKB or 0,
        shares_level=_level(getattr(allocation, "shares", None))
        or _level(device.shares)
        or "normal",
        iops_limit=limit if limit is not None and limit > 0 else None,
    )


def _label(device: Any) -> str:
    info = device.deviceInfo
    return str(info.label) if info is not None and info.label else f"device {device.key}"


def _nic(device: Any) -> NicSeen:
    backing = device.backing
    port_group = ""
    if isinstance(backing, vim.vm.device.VirtualEthernetCard.NetworkBackingInfo):
        port_group = str(backing.deviceName or "")
    elif isinstance(backing, vim.vm.device.VirtualEthernetCard.DistributedVirtualPortBackingInfo):
        port_group = str(backing.port.portgroupKey or "")
    return NicSeen(label=_label(device), port_group=port_group)


def _boot(values: Mapping[str, Any]) -> Boot:
    options = values.get("config.bootOptions")
    settings = {each.key: each.value for each in values.get("config.extraConfig", ())}
    return Boot(
        order=tuple(_boot_device(each) for each in getattr(options, "bootOrder", None) or ()),
        device_classes=str(settings.get(DEVICE_CLASSES, "")),
        enters_setup=None if options is None else bool(options.enterBIOSSetup),
        firmware=values.get("config.firmware") or "",
    )


def _boot_device(given: Any) -> tuple[BootDevice, int]:
    kind = next((kind for of, kind in _BOOT_DEVICES if isinstance(given, of)), BootDevice.OTHER)
    return kind, int(getattr(given, "deviceKey", 0) or 0)
