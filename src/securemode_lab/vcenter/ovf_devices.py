"""From hardware items of an OVF descriptor to virtual devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.ovf_hardware import Resource
from securemode_lab.vcenter.ovf_xml import dangling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from securemode_lab.vcenter.ovf_descriptor import Descriptor, Disk, File
    from securemode_lab.vcenter.ovf_hardware import Item

_device = vim.vm.device
_PCI_KEY, _FIRST_IDE_KEY, _FIRST_SCSI_KEY = 100, 200, 1000
_FIRST_DISK_KEY, _FIRST_CD_KEY, _FIRST_CARD_KEY, _FIRST_FLOPPY_KEY = 2000, 3000, 4000, 8000
_USB_KEY = 7000
_UNITS_OF_A_BUS = 16
_NORMAL_SHARES = 1000
_SCSI = {
    "virtualscsi": _device.ParaVirtualSCSIController,
    "lsilogic": _device.VirtualLsiLogicController,
    "lsilogicsas": _device.VirtualLsiLogicSASController,
    "buslogic": _device.VirtualBusLogicController,
}
_CARDS = {
    "vmxnet3": _device.VirtualVmxnet3,
    "e1000": _device.VirtualE1000,
    "e1000e": _device.VirtualE1000e,
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever imports a descriptor chooses.

    Attributes:
        name: of the virtual machine.
        datastore: where its disks shall be.
        thin: whether disks take no more room than what is on them.
        eager: whether the room that they take is wiped at once.
        networks: `backing` of a card by the descriptor's name of its network.
    """

    name: str
    datastore: Any
    thin: bool
    eager: bool
    networks: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Medium:
    """A device that is filled from a file of the package."""

    device: Any
    controller: Any
    file: File


class Devices:
    """The devices of one virtual machine.

    Args:
        described: the descriptor.
        wishes: the rest.

    Attributes:
        added: the devices, controllers first.
        media: those that wait for a file.
    """

    def __init__(self, described: Descriptor, wishes: Wishes) -> None:
        self.added: list[Any] = []
        self.media: list[Medium] = []
        self._described = described
        self._wishes = wishes
        self._controllers: dict[str, Any] = {}
        makers: dict[Resource, Callable[[Item], Any]] = {
            Resource.IDE_CONTROLLER: self._ide,
            Resource.SCSI_CONTROLLER: self._scsi,
            Resource.USB_CONTROLLER: self._usb,
            Resource.DISK: self._disk,
            Resource.CD: self._cd,
            Resource.FLOPPY: self._floppy,
            Resource.ETHERNET: self._card,
        }
        for resource, make in makers.items():
            for item in described.items:
                if item.resource is resource:
                    self.added.append(make(item))

    def _ide(self, item: Item) -> Any:
        return self._controller(item, _device.VirtualIDEController, _FIRST_IDE_KEY)

    def _scsi(self, item: Item) -> Any:
        kind = _SCSI[item.subtype or "virtualscsi"]
        made = self._controller(item, kind, _FIRST_SCSI_KEY)
        made.controllerKey, made.sharedBus = _PCI_KEY, "noSharing"
        made.hotAddRemove, made.scsiCtlrUnitNumber = True, 7
        return made

    def _usb(self, item: Item) -> Any:
        made = self._controller(item, _device.VirtualUSBController, _USB_KEY)
        made.controllerKey, made.autoConnectDevices = _PCI_KEY, False
        return made

    def _controller(self, item: Item, kind: Any, first_key: int) -> Any:
        bus = len([c for c in self._controllers.values() if first_key <= c.key < first_key + 100])
        made = kind(key=first_key + bus, busNumber=bus, deviceInfo=_named(item))
        self._controllers[item.instance] = made
        return made

    def _disk(self, item: Item) -> Any:
        described = self._source(item)
        controller = self._parent(item)
        size_kb = described.capacity_bytes // 1024
        made = _device.VirtualDisk(
            key=_FIRST_DISK_KEY + _UNITS_OF_A_BUS * controller.busNumber + item.address,
            deviceInfo=_named(item),
            backing=_device.VirtualDisk.FlatVer2BackingInfo(
                fileName="",
                datastore=self._wishes.datastore,
                diskMode="persistent",
                thinProvisioned=self._wishes.thin,
                eagerlyScrub=self._wishes.eager,
            ),
            controllerKey=controller.key,
            unitNumber=item.address,
            capacityInKB=size_kb,
            capacityInBytes=described.capacity_bytes,
            shares=vim.SharesInfo(level="normal", shares=_NORMAL_SHARES),
            storageIOAllocation=vim.StorageResourceManager.IOAllocationInfo(
                limit=-1,
                shares=vim.SharesInfo(level="normal", shares=_NORMAL_SHARES),
                reservation=0,
            ),
        )
        if described.file is not None:
            self.media.append(Medium(made, controller, described.file))
        return made

    def _cd(self, item: Item) -> Any:
        controller = self._parent(item)
        made = _device.VirtualCdrom(
            key=_FIRST_CD_KEY + self._count(_device.VirtualCdrom),
            deviceInfo=_named(item),
            backing=_device.VirtualCdrom.RemotePassthroughBackingInfo(
                deviceName="", useAutoDetect=False, exclusive=False
            ),
            connectable=_connect(start=False),
            controllerKey=controller.key,
            unitNumber=item.address,
        )
        for source in item.sources:
            kind, _, key = source.partition("/")
            if kind != "file" or key not in self._described.files:
                raise dangling(item.element, "HostResource", source)
            self.media.append(Medium(made, controller, self._described.files[key]))
        return made

    def _floppy(self, item: Item) -> Any:
        return _device.VirtualFloppy(
            key=_FIRST_FLOPPY_KEY + self._count(_device.VirtualFloppy),
            deviceInfo=_named(item),
            backing=_device.VirtualFloppy.RemoteDeviceBackingInfo(
                deviceName="", useAutoDetect=False
            ),
            connectable=_connect(start=False),
        )

    def _card(self, item: Item) -> Any:
        number = self._count(_device.VirtualEthernetCard)
        network = next(iter(item.networks), "")
        if network not in self._described.networks:
            raise dangling(item.element, "Connection", network)
        return _CARDS[item.subtype or "vmxnet3"](
            key=_FIRST_CARD_KEY + number,
            deviceInfo=_named(item),
            backing=self._wishes.networks.get(network),
            connectable=_connect(start=True),
            controllerKey=_PCI_KEY,
            unitNumber=7 + number,
            addressType="assigned",
            wakeOnLanEnabled=True,
        )

    def _parent(self, item: Item) -> Any:
        if item.parent not in self._controllers:
            raise dangling(item.element, "Parent", item.parent)
        return self._controllers[item.parent]

    def _source(self, item: Item) -> Disk:
        for source in item.sources:
            kind, _, key = source.partition("/")
            if kind == "disk" and key in self._described.disks:
                return self._described.disks[key]
        raise dangling(item.element, "HostResource", " ".join(item.sources))

    def _count(self, kind: Any) -> int:
        return sum(isinstance(device, kind) for device in self.added)


def import_key(machine: str, device: Any, controller: Any) -> str:
    """By which specification, lease and client speak of the same medium."""
    kind = type(controller)._wsdlName  # noqa: SLF001 - pyVmomi has no other name of it
    return f"/{machine}/{kind}{controller.busNumber}:{device.unitNumber}"


def _named(item: Item) -> Any:
    return vim.Description(label=item.name, summary=item.name)


def _connect(*, start: bool) -> Any:
    return _device.VirtualDevice.ConnectInfo(
        startConnected=start, allowGuestControl=True, connected=start, status="ok"
    )
