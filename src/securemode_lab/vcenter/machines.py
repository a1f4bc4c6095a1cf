"""Virtual machines: what vCenter says of them, and the guest that is inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from pyVmomi import vim

from securemode_lab.vcenter import console_calls, machine_life, power, reconfigure, snapshots
from securemode_lab.vcenter.machine_views import guest_info, layout_of, summary_of
from securemode_lab.vcenter.objects import Managed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.vcenter.objects import Inventory
    from securemode_lab.vcenter.sessions import Session


class Guest(Protocol):
    """What is inside of a virtual machine, as far as its virtual hardware notices."""

    @property
    def is_on(self) -> bool:
        """Whether the machine runs."""

    async def power_on(self, *, enter_setup: bool) -> None:
        """Start, with the firmware's set-up utility first if asked to."""

    async def power_off(self) -> None:
        """Lose power."""

    async def keys(self, events: Sequence[tuple[int, frozenset[str]]]) -> None:
        """Hear keys: the HID usage of each, and modifiers such as `leftShift`."""

    def screenshot(self) -> bytes:
        """What its screen shows, as a PNG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a virtual machine is: references to managed objects.

    Attributes:
        folder: in which it is listed.
        pool: from which its resources come.
        host: on which it runs.
    """

    folder: Any
    pool: Any
    host: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestFacts:
    """What VMware Tools tell of the guest while it runs."""

    fqdn: str = ""
    addresses: tuple[str, ...] = ()


class VirtualMachine(Managed):
    """One virtual machine.

    Its `properties["config"]` is the truth about its hardware; `kept["on"]` about its power,
    `kept["placement"]` about its place, `kept["facts"]` about what its guest tells.

    Args:
        inventory: in which it will be.
        config: name, hardware, files and settings; `hardware.config` makes one.
        placement: where it is.
        guest: what is inside.
        facts: what VMware Tools tell.
        on: whether it runs from the start.
    """

    def __init__(
        self,
        inventory: Inventory,
        config: Any,
        placement: Placement,
        guest: Guest,
        *,
        facts: GuestFacts | None = None,
        on: bool = False,
    ) -> None:
        super().__init__(vim.VirtualMachine, inventory.new_moid("vm"))
        self.inventory = inventory
        self.guest = guest
        self.kept |= {
            "on": on,
            "placement": placement,
            "facts": facts or GuestFacts(),
            "boot_time": datetime.now(UTC) if on else None,
            "snapshots": [],
        }
        self.properties = self._first_properties(config)
        for methods in (reconfigure, power, snapshots, console_calls, machine_life):
            self.methods |= methods.METHODS

    @property
    def config(self) -> Any:
        """Its `config`, to read or to edit."""
        return self.properties["config"]

    @property
    def name(self) -> str:
        """As it is listed."""
        return str(self.config.name)

    @property
    def is_on(self) -> bool:
        """Whether it runs, as vCenter has it."""
        return bool(self.kept["on"])

    @property
    def placement(self) -> Placement:
        """Where it is."""
        found: Placement = self.kept["placement"]
        return found

    @property
    def host(self) -> Managed:
        """The host on which it runs."""
        return self.inventory.get(self.placement.host._moId)  # noqa: SLF001 - pyVmomi's public name

    @property
    def is_cut_off(self) -> bool:
        """Whether its host does not respond, so that nothing can be done with it."""
        return self.host.read("name") in self.inventory.trouble.silent_hosts

    def devices(self, kind: Any) -> list[Any]:
        """Its virtual devices of one kind."""
        return [device for device in self.config.hardware.device if isinstance(device, kind)]

    def read(self, name: str, session: Session | None = None) -> Any:
        """A snapshot tree is there only where there are snapshots."""
        if name == "snapshot":
            return snapshots.tree(self)
        return super().read(name, session)

    def _first_properties(self, config: Any) -> dict[str, Any]:
        """What is computed is computed from `config`, so that nothing contradicts it."""
        green = "green"
        return {
            "config": config,
            "name": lambda: self.name,
            "parent": lambda: self.placement.folder,
            "resourcePool": lambda: self.placement.pool,
            "runtime": self._runtime,
            "summary": lambda: summary_of(self),
            "guest": lambda: guest_info(self),
            "layoutEx": lambda: layout_of(self),
            "resourceConfig": self._resource_config,
            "datastore": self._datastores,
            "network": self._networks,
            "overallStatus": green,
            "configStatus": green,
            "guestHeartbeatStatus": lambda: green if self.is_on else "gray",
            "alarmActionsEnabled": True,
            "effectiveRole": [-1],
        }

    def _runtime(self) -> Any:
        config = self.config
        return vim.vm.RuntimeInfo(
            host=self.placement.host,
            connectionState="disconnected" if self.is_cut_off else "connected",
            powerState="poweredOn" if self.is_on else "poweredOff",
            faultToleranceState="notConfigured",
            bootTime=self.kept["boot_time"] if self.is_on else None,
            toolsInstallerMounted=False,
            numMksConnections=0,
            recordReplayState="inactive",
            maxCpuUsage=config.hardware.numCPU * _core_mhz(self.host),
            maxMemoryUsage=config.hardware.memoryMB,
            suspendInterval=0,
            cleanPowerOff=not self.is_on,
            consolidationNeeded=False,
        )

    def _resource_config(self) -> Any:
        """The twin of the allocations in `config`."""
        config = self.config
        return vim.ResourceConfigSpec(
            entity=self.ref,
            changeVersion=config.changeVersion,
            cpuAllocation=config.cpuAllocation,
            memoryAllocation=config.memoryAllocation,
        )

    def _datastores(self) -> list[Any]:
        found = {}
        for disk in self.devices(vim.vm.device.VirtualDisk):
            if disk.backing is not None and disk.backing.datastore is not None:
                found[disk.backing.datastore._moId] = disk.backing.datastore  # noqa: SLF001
        return list(found.values())

    def _networks(self) -> list[Any]:
        found = []
        for card in self.devices(vim.vm.device.VirtualEthernetCard):
            backing = card.backing
            if isinstance(backing, vim.vm.device.VirtualEthernetCard.NetworkBackingInfo):
                found.append(backing.network)
            elif backing is not None:
                found.append(vim.dvs.DistributedVirtualPortgroup(backing.port.portgroupKey))
        return [network for network in found if network is not None]


def _core_mhz(host: Managed) -> int:
    hardware = host.read("hardware")
    return int(hardware.cpuInfo.hz) // 1_000_000
