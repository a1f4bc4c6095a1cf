"""What vCenter says of the machines of a deployment, and of those beside them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BootDevice(StrEnum):
    """The sorts of device that a boot order names."""

    DISK = "hard disk"
    CDROM = "CD-ROM"
    NETWORK = "network"
    FLOPPY = "floppy"
    OTHER = "another device"


class Tagging(StrEnum):
    """How the frames of a port group are tagged."""

    ONE = "one VLAN"
    TRUNK = "trunk"
    PRIVATE = "private VLAN"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineIdentity:
    """By what a virtual machine is known.

    Attributes:
        moid: managed object id, unique in the vCenter.
        name: in vCenter; not unique.
        instance_uuid, bios_uuid: as vCenter and the guest know it; empty where unreadable.
        guest_name: host name that VMware Tools last told; empty without them.
        addresses: that VMware Tools last told.
        is_template: whether it can't be powered on.
    """

    moid: str
    name: str
    instance_uuid: str = ""
    bios_uuid: str = ""
    guest_name: str = ""
    addresses: tuple[str, ...] = ()
    is_template: bool = False

    def __str__(self) -> str:
        return f"{self.name} ({self.moid})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """CPU (MHz) or memory (MB) that a virtual machine is promised.

    Attributes:
        reservation: what it surely has; None where vCenter does not say.
        limit: what it has at most; -1 is no limit, None where vCenter does not say.
        shares_level: "low", "normal", "high" or "custom"; empty where vCenter does not say.
    """

    reservation: int | None
    limit: int | None
    shares_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSeen:
    """One virtual disk.

    Attributes:
        key: of the device, by which a boot order names it.
        label: "Hard disk 1".
        is_scsi: whether its controller is a SCSI one.
        bus, unit: where it is on its controller: "SCSI (bus:unit)".
        datastore: managed object id; empty where vCenter does not say.
        capacity_kb: its size.
        shares_level: as of an allocation; where nothing was ever set it is "normal".
        iops_limit: None where there is no limit.
    """

    key: int
    label: str
    is_scsi: bool
    bus: int
    unit: int
    datastore: str
    capacity_kb: int
    shares_level: str
    iops_limit: int | None

    @property
    def place(self) -> str:
        """Where it is, as the BIOS names it."""
        return f"{'SCSI' if self.is_scsi else 'not SCSI'} ({self.bus}:{self.unit})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NicSeen:
    """One network adapter of a virtual machine.

    Attributes:
        label: "Network adapter 1".
        port_group: name of a standard port group, key of a distributed one, empty where unknown.
    """

    label: str
    port_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """What a virtual machine starts from.

    Attributes:
        order: device and its key (0 for devices without) from first to last; empty where the API
            states none, and the firmware decides.
        device_classes: the advanced setting bios.bootDeviceClasses; empty where there is none.
        enters_setup: whether BIOS setup comes next time; None where vCenter does not say.
        firmware: "bios" or "efi".
    """

    order: tuple[tuple[BootDevice, int], ...] = ()
    device_classes: str = ""
    enters_setup: bool | None = None
    firmware: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualMachineSeen(MachineIdentity):
    """One virtual machine, of the deployment or of somebody else.

    Attributes:
        host: managed object id.
        power: "poweredOn", "poweredOff" or "suspended".
        is_readable: whether vCenter shows its configuration; without it only its names are known.
        cpu_count, memory_mb: its size.
        pool_mhz: CPU that its resource pool has altogether; None where vCenter does not say.
    """

    host: str
    power: str
    is_readable: bool = True
    cpu_count: int = 0
    memory_mb: int = 0
    cpu: Allocation | None = None
    memory: Allocation | None = None
    memory_locked: bool | None = None
    pool_mhz: int | None = None
    disks: tuple[DiskSeen, ...] = ()
    nics: tuple[NicSeen, ...] = ()
    boot: Boot = Boot()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vlan:
    """How a port group is tagged, and by which ids: ranges, both ends included; 0 is untagged."""

    tagging: Tagging
    ids: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        if self.tagging is Tagging.UNKNOWN:
            return "unknown VLAN"
        ids = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in self.ids)
        named = {Tagging.ONE: "VLAN", Tagging.TRUNK: "trunk of VLANs"}
        return f"{named.get(self.tagging, self.tagging.value)} {ids}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortGroupSeen:
    """One port group as it is on one host.

    Attributes:
        key: what network adapters name it by: its name (standard) or its key (distributed).
        name: for people.
        switch: name of the virtual switch.
        vlan: its tagging.
        uplinks: physical adapters of the host through which its frames may go, active or standby.
    """

    key: str
    name: str
    switch: str
    vlan: Vlan
    uplinks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelAdapterSeen:
    """One VMkernel adapter, what it is for ("management", "vmotion", …), and its port group."""

    device: str
    services: tuple[str, ...]
    port_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeen:
    """One ESXi host.

    Attributes:
        moid, name: by which vCenter knows it.
        is_connected: whether vCenter reaches it; what it says of another is old.
        core_mhz: speed of one core, of hardware.cpuInfo.hz; None where vCenter does not say.
        summary_mhz: the same of summary.hardware.cpuMhz.
        link_mbit: physical adapters and their speed, None without link; None altogether where
            vCenter does not show the network.
        autostarted: managed object ids of the machines that start with it.
    """

    moid: str
    name: str
    is_connected: bool = True
    core_mhz: float | None = None
    summary_mhz: int | None = None
    link_mbit: tuple[tuple[str, int | None], ...] | None = None
    port_groups: tuple[PortGroupSeen, ...] = ()
    kernel_adapters: tuple[KernelAdapterSeen, ...] = ()
    autostarted: tuple[str, ...] = ()

    def port_group(self, key: str) -> PortGroupSeen | None:
        """The port group of this key on this host."""
        return next((group for group in self.port_groups if group.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastoreSeen:
    """One datastore and the managed object ids of the machines that have something on it."""

    moid: str
    name: str
    machines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySeen:
    """Everything of a vCenter that the guide has rules for, read in one pass.

    Attributes:
        restarted: managed object ids of machines that a rule of vSphere HA restarts by name.
    """

    machines: tuple[VirtualMachineSeen, ...] = ()
    hosts: tuple[HostSeen, ...] = ()
    datastores: tuple[DatastoreSeen, ...] = ()
    restarted: tuple[str, ...] = ()

    def host(self, moid: str) -> HostSeen | None:
        """The host of this managed object id."""
        return next((host for host in self.hosts if host.moid == moid), None)
