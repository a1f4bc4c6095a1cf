"""Devices that no hardened virtual machine has, as somebody adds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyVmomi import vim

from securemode_lab.vcenter.objects import copied
from securemode_lab.vcenter.required import filled

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine

_IDE: Final = 200
_SIO: Final = 400
_PCI: Final = 100


def floppy_drive() -> Any:
    """An empty floppy drive."""
    return _connected(
        vim.vm.device.VirtualFloppy,
        8000,
        "Floppy drive 1",
        _SIO,
        vim.vm.device.VirtualFloppy.RemoteDeviceBackingInfo(deviceName=""),
    )


def cd_drive() -> Any:
    """A CD drive with an image in it."""
    return _connected(
        vim.vm.device.VirtualCdrom,
        3000,
        "CD/DVD drive 1",
        _IDE,
        filled(vim.vm.device.VirtualCdrom.IsoBackingInfo, fileName="[datastore1] install.iso"),
    )


def parallel_port() -> Any:
    """A parallel port of the host's."""
    return _connected(
        vim.vm.device.VirtualParallelPort,
        10000,
        "Parallel port 1",
        _SIO,
        vim.vm.device.VirtualParallelPort.DeviceBackingInfo(deviceName="/dev/parport0"),
    )


def serial_port() -> Any:
    """A serial port that a program on the network may use."""
    return filled(
        vim.vm.device.VirtualSerialPort,
        key=9000,
        deviceInfo=vim.Description(label="Serial port 1", summary="Remote"),
        controllerKey=_SIO,
        backing=vim.vm.device.VirtualSerialPort.URIBackingInfo(
            serviceURI="telnet://:2001", direction="server"
        ),
        connectable=_connection(),
        yieldOnPoll=True,
    )


def usb_controller() -> Any:
    """A controller to which USB devices can be connected."""
    return vim.vm.device.VirtualUSBXHCIController(
        key=14000,
        deviceInfo=vim.Description(label="USB xHCI controller", summary="USB xHCI controller"),
        controllerKey=_PCI,
        busNumber=0,
        autoConnectDevices=False,
    )


def passed_through() -> Any:
    """A PCI device of the host's, handed over."""
    return filled(
        vim.vm.device.VirtualPCIPassthrough,
        key=13000,
        deviceInfo=vim.Description(label="PCI device 0", summary="Graphics"),
        controllerKey=_PCI,
        backing=filled(
            vim.vm.device.VirtualPCIPassthrough.DeviceBackingInfo,
            id="0000:5e:00.0",
            deviceId="0x1eb8",
            vendorId=0x10DE,
            deviceName="Graphics",
            systemId="lab",
        ),
    )


def further_disk(machine: VirtualMachine) -> Any:
    """A disk like a machine's last, at the next place on its bus."""
    number = len(machine.devices(vim.vm.device.VirtualDisk))
    last = machine.devices(vim.vm.device.VirtualDisk)[-1]
    disk = copied(last)
    disk.key, disk.unitNumber = last.key + 1, last.unitNumber + 1
    disk.deviceInfo.label = f"Hard disk {number + 1}"
    disk.backing.fileName = last.backing.fileName.replace(".vmdk", f"_{number}.vmdk")
    return disk


def add(machine: VirtualMachine, device: Any) -> None:
    """Put a device into a machine."""
    machine.config.hardware.device = [*machine.config.hardware.device, device]


def _connected(kind: Any, key: int, label: str, controller: int, backing: Any) -> Any:
    return kind(
        key=key,
        deviceInfo=vim.Description(label=label, summary=label),
        controllerKey=controller,
        unitNumber=0,
        backing=backing,
        connectable=_connection(),
    )


def _connection() -> Any:
    return vim.vm.device.VirtualDevice.ConnectInfo(
        startConnected=True, allowGuestControl=True, connected=True, status="ok"
    )
