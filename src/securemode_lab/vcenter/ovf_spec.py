"""From an OVF descriptor to the specification of the virtual machine that it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.hardware import allocation, shares_of
from securemode_lab.vcenter.ovf_devices import Devices, import_key
from securemode_lab.vcenter.ovf_hardware import Resource

if TYPE_CHECKING:
    from securemode_lab.vcenter.ovf_descriptor import Descriptor
    from securemode_lab.vcenter.ovf_devices import Medium, Wishes

_MB = 1 << 20
_BOOLEANS = {"cpuHotAddEnabled": "cpuHotAddEnabled", "memoryHotAddEnabled": "memoryHotAddEnabled"}


def config_spec(described: Descriptor, wishes: Wishes) -> tuple[Any, list[Medium]]:
    """The machine's specification, and what is filled from files.

    Nothing is reserved, whatever the descriptor says: the guide has that set after deployment.

    Raises:
        vim.fault.OvfFault: the descriptor contradicts itself.
    """
    devices = Devices(described, wishes)
    spec = vim.vm.ConfigSpec(
        name=wishes.name,
        version=described.hardware_version,
        guestId=described.guest,
        annotation=described.annotation or None,
        files=vim.vm.FileInfo(vmPathName=""),
        numCPUs=_amount(described, Resource.PROCESSOR),
        numCoresPerSocket=1,
        memoryMB=_amount(described, Resource.MEMORY) // _MB,
        firmware=described.settings.get("firmware", "bios"),
        extraConfig=[
            vim.option.OptionValue(key=key, value=value) for key, value in described.extra.items()
        ],
        deviceChange=[
            vim.vm.device.VirtualDeviceSpec(
                operation="add",
                fileOperation=_creates(device),
                device=device,
            )
            for device in devices.added
        ],
    )
    for key, member in _BOOLEANS.items():
        if key in described.settings:
            setattr(spec, member, described.settings[key] == "true")
    _reserve_nothing(spec)
    return spec, devices.media


def file_item(machine: str, medium: Medium) -> Any:
    """What the client has to upload for a medium."""
    is_disk = isinstance(medium.device, vim.vm.device.VirtualDisk)
    return vim.OvfManager.FileItem(
        deviceId=import_key(machine, medium.device, medium.controller),
        path=medium.file.path,
        compressionMethod=medium.file.compression or None,
        size=medium.file.size_bytes,
        cimType=int(Resource.DISK if is_disk else Resource.CD),
        create=is_disk,
    )


def _reserve_nothing(spec: Any) -> None:
    hardware = vim.vm.VirtualHardware(numCPU=spec.numCPUs, memoryMB=spec.memoryMB)
    config = vim.vm.ConfigInfo(hardware=hardware)
    spec.cpuAllocation = allocation(shares_of("normal", config, memory=False))
    spec.memoryAllocation = allocation(shares_of("normal", config, memory=True))


def _amount(described: Descriptor, resource: Resource) -> int:
    """How much of a resource that no machine is without.

    Raises:
        vim.fault.OvfMissingHardware: the descriptor does not say.
    """
    found = sum(item.amount for item in described.items if item.resource is resource)
    if not found:
        raise vim.fault.OvfMissingHardware(
            msg=f"The descriptor says nothing of the {resource.name.lower()}.",
            name=resource.name.lower(),
            resourceType=int(resource),
        )
    return found


def _creates(device: Any) -> str | None:
    return "create" if isinstance(device, vim.vm.device.VirtualDisk) else None
