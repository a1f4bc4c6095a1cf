"""What a virtual machine is made of: its configuration as vCenter tells it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_GUEST_ID, _GUEST = "other5xLinux64Guest", "Other 5.x or later Linux (64-bit)"
_SCSI_KEY, FIRST_DISK_KEY, _FIRST_CARD_KEY = 1000, 2000, 4000
_IDE_KEYS, _PS2_KEY, _PCI_KEY = (200, 201), 300, 100
_SCSI_OWN_UNIT = 7
_NORMAL_DISK_SHARES = 1000
_SHARES_PER_CPU, _SHARES_PER_MB = 1000, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """One virtual disk: its size, and how many I/Os a second it may do at most, -1 for any."""

    capacity_gb: int
    limit_iops: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a virtual machine is made of.

    Attributes:
        name: as it is listed, and of its folder on the datastore.
        cpus: virtual processors.
        memory_mb: memory in MB.
        datastore: name of the datastore and reference to it.
        disks: on the SCSI bus from unit 0 on.
        networks: `backing` of each network card.
        extra: advanced settings.
    """

    name: str
    cpus: int
    memory_mb: int
    datastore: tuple[str, Any]
    disks: Sequence[Disk]
    networks: Sequence[Any]
    extra: Mapping[str, str]


def config(shape: Shape) -> Any:
    """A machine that is configured like that, with nothing reserved and no limit."""
    now = datetime.now(UTC)
    own = str(uuid.uuid5(uuid.NAMESPACE_DNS, shape.name))
    return vim.vm.ConfigInfo(
        changeVersion=now.isoformat(),
        modified=now,
        createDate=now,
        name=shape.name,
        guestFullName=_GUEST,
        guestId=_GUEST_ID,
        version="vmx-19",
        uuid=own,
        instanceUuid=str(uuid.uuid5(uuid.NAMESPACE_URL, shape.name)),
        template=False,
        files=_files(shape),
        flags=vim.vm.FlagInfo(enableLogging=True, snapshotDisabled=False),
        defaultPowerOps=vim.vm.DefaultPowerOpInfo(powerOffType="soft", resetType="soft"),
        hardware=vim.vm.VirtualHardware(
            numCPU=shape.cpus,
            numCoresPerSocket=1,
            memoryMB=shape.memory_mb,
            device=devices(shape),
        ),
        cpuAllocation=allocation(_SHARES_PER_CPU * shape.cpus),
        memoryAllocation=allocation(_SHARES_PER_MB * shape.memory_mb),
        memoryReservationLockedToMax=False,
        bootOptions=vim.vm.BootOptions(
            bootDelay=0, enterBIOSSetup=False, efiSecureBootEnabled=False, bootRetryEnabled=False
        ),
        firmware="bios",
        maxMksConnections=40,
        migrateEncryption="opportunistic",
        ftEncryptionMode="ftEncryptionOpportunistic",
        extraConfig=[vim.option.OptionValue(key=k, value=v) for k, v in shape.extra.items()],
    )


def _files(shape: Shape) -> Any:
    folder = f"[{shape.datastore[0]}] {shape.name}/"
    return vim.vm.FileInfo(
        vmPathName=f"{folder}{shape.name}.vmx",
        snapshotDirectory=folder,
        suspendDirectory=folder,
        logDirectory=folder,
    )


def allocation(shares: int) -> Any:
    """Nothing reserved, no limit, shares as usual."""
    return vim.ResourceAllocationInfo(
        reservation=0,
        limit=-1,
        expandableReservation=False,
        shares=vim.SharesInfo(level="normal", shares=shares),
    )


def shares_of(level: str, config: Any, *, memory: bool) -> int:
    """The number that a level of shares stands for."""
    per_unit = _SHARES_PER_MB if memory else _SHARES_PER_CPU
    units = config.hardware.memoryMB if memory else config.hardware.numCPU
    factor = {"low": 0.5, "normal": 1, "high": 2}[level]
    return int(per_unit * units * factor)


def devices(shape: Shape) -> list[Any]:
    """Controllers, a keyboard, a screen, the disks and the network cards."""
    device = vim.vm.device
    disks = [_disk(number, disk, shape) for number, disk in enumerate(shape.disks)]
    scsi = device.ParaVirtualSCSIController(
        key=_SCSI_KEY,
        deviceInfo=_described("SCSI controller 0", "VMware paravirtual SCSI"),
        controllerKey=_PCI_KEY,
        busNumber=0,
        scsiCtlrUnitNumber=_SCSI_OWN_UNIT,
        hotAddRemove=True,
        sharedBus="noSharing",
        device=[disk.key for disk in disks],
    )
    return [
        *(
            device.VirtualIDEController(
                key=key, deviceInfo=_described(f"IDE {bus}", f"IDE {bus}"), busNumber=bus
            )
            for bus, key in enumerate(_IDE_KEYS)
        ),
        device.VirtualPS2Controller(
            key=_PS2_KEY, deviceInfo=_described("PS2 controller 0", "PS2 controller 0")
        ),
        device.VirtualPCIController(
            key=_PCI_KEY, deviceInfo=_described("PCI controller 0", "PCI controller 0")
        ),
        device.VirtualKeyboard(
            key=600, deviceInfo=_described("Keyboard", "Keyboard"), controllerKey=_PS2_KEY
        ),
        device.VirtualVideoCard(
            key=500, deviceInfo=_described("Video card", "Video card"), videoRamSizeInKB=4096
        ),
        scsi,
        *disks,
        *(_card(number, backing, shape) for number, backing in enumerate(shape.networks)),
    ]


def _disk(number: int, disk: Disk, shape: Shape) -> Any:
    name, datastore = shape.datastore
    suffix = f"_{number}" if number else ""
    size_kb = disk.capacity_gb * 1024 * 1024
    return vim.vm.device.VirtualDisk(
        key=FIRST_DISK_KEY + number,
        deviceInfo=_described(f"Hard disk {number + 1}", f"{size_kb:,} KB"),
        backing=vim.vm.device.VirtualDisk.FlatVer2BackingInfo(
            fileName=f"[{name}] {shape.name}/{shape.name}{suffix}.vmdk",
            datastore=datastore,
            diskMode="persistent",
            thinProvisioned=True,
            uuid=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{shape.name}-{number}")),
        ),
        controllerKey=_SCSI_KEY,
        unitNumber=number if number < _SCSI_OWN_UNIT else number + 1,
        capacityInKB=size_kb,
        capacityInBytes=size_kb * 1024,
        shares=vim.SharesInfo(level="normal", shares=_NORMAL_DISK_SHARES),
        storageIOAllocation=vim.StorageResourceManager.IOAllocationInfo(
            limit=disk.limit_iops,
            shares=vim.SharesInfo(level="normal", shares=_NORMAL_DISK_SHARES),
            reservation=0,
        ),
    )


def _card(number: int, backing: Any, shape: Shape) -> Any:
    digits = uuid.uuid5(uuid.NAMESPACE_X500, f"{shape.name}-{number}").hex
    middle = f"{int(digits[:2], 16) & 0x3F:02x}"
    return vim.vm.device.VirtualVmxnet3(
        key=_FIRST_CARD_KEY + number,
        deviceInfo=_described(f"Network adapter {number + 1}", network_name(backing)),
        backing=backing,
        connectable=vim.vm.device.VirtualDevice.ConnectInfo(
            startConnected=True, allowGuestControl=True, connected=True, status="ok"
        ),
        controllerKey=_PCI_KEY,
        unitNumber=_SCSI_OWN_UNIT + number,
        addressType="assigned",
        macAddress=f"00:50:56:{middle}:{digits[2:4]}:{digits[4:6]}",
        wakeOnLanEnabled=True,
    )


def network_name(backing: Any) -> str:
    """What the label of a network card says of where it is connected."""
    if isinstance(backing, vim.vm.device.VirtualEthernetCard.NetworkBackingInfo):
        return str(backing.deviceName)
    return f"DVSwitch: {backing.port.switchUuid}"


def _described(label: str, summary: str) -> Any:
    return vim.Description(label=label, summary=summary)
