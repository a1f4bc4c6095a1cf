"""From the networks of a host to the plain values that the controls of a STIG are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PATHS = (
    "config.network.portgroup",
    "config.network.vswitch",
    "config.virtualNicManagerInfo",
    "vm",
)
"""What is read of a host for its networks."""

DISTRIBUTED_PATHS = ("key", "name", "config.defaultPortConfig")
MACHINE_PATHS = ("name", "config.hardware.device")

SECURITY = ("forgedTransmits", "macChanges", "allowPromiscuous")
SEPARATE = ("management", "vmotion", "vsan")
"""Services of VMkernel adapters that have to have an adapter of their own."""


@dataclass(frozen=True, slots=True)
class PortGroup:
    """A port group as this host sees it.

    Attributes:
        name: for readers.
        switch: of which switch, by name or UUID.
        vlan: its VLAN id; a text where it is a range or a private one.
    """

    name: str
    switch: str
    vlan: int | str


@dataclass(frozen=True, slots=True)
class Adapter:
    """A VMkernel adapter that is selected for at least one service."""

    device: str
    services: frozenset[str]
    port_group: PortGroup | None


@dataclass(frozen=True, slots=True)
class Network:
    """Everything that concerns the networks of one host.

    Attributes:
        host: its properties.
        distributed: properties of every distributed port group.
        machines: properties of the virtual machines on the host.
    """

    host: Mapping[str, Any]
    distributed: Iterable[Mapping[str, Any]]
    machines: Iterable[Mapping[str, Any]]

    def values(self) -> Iterator[tuple[str, Any]]:
        """Every value that the controls ask for."""
        if "config.network.vswitch" in self.host and "config.network.portgroup" in self.host:
            yield from self._standard()
        if "config.virtualNicManagerInfo" in self.host:
            yield from self._adapters()

    def _standard(self) -> Iterator[tuple[str, Any]]:
        groups, switches = (
            self.host["config.network.portgroup"],
            self.host["config.network.vswitch"],
        )
        yield "fact standard_switches", [switch.name for switch in switches]
        yield "fact port_group_vlans", {one.spec.name: one.spec.vlanId for one in groups}
        for name in SECURITY:
            said = {switch.name: _security(switch, name) for switch in switches}
            of_groups = {f'port group "{one.spec.name}"': _security(one, name) for one in groups}
            overriding = {name: value for name, value in of_groups.items() if value is not None}
            yield f"fact security.{name}", said | overriding

    def _adapters(self) -> Iterator[tuple[str, Any]]:
        adapters = tuple(self._selected())
        for service in SEPARATE:
            having = [adapter for adapter in adapters if service in adapter.services]
            yield (
                f"fact {service}.vlans",
                {one.device: one.port_group.vlan if one.port_group else "?" for one in having},
            )
            yield (
                f"fact {service}.other_services",
                {
                    one.device: sorted(one.services - {service})
                    for one in having
                    if one.services > {service}
                },
            )
        management = [one.port_group for one in adapters if "management" in one.services]
        yield "fact management.shared_with", sorted(self._sharing([g for g in management if g]))

    def _selected(self) -> Iterator[Adapter]:
        """Every adapter with the services for which it is selected."""
        services: dict[str, set[str]] = {}
        groups: dict[str, PortGroup | None] = {}
        for chosen in self.host["config.virtualNicManagerInfo"].netConfig:
            for candidate in chosen.candidateVnic:
                if candidate.key in chosen.selectedVnic:
                    services.setdefault(candidate.device, set()).add(chosen.nicType)
                    groups[candidate.device] = self._group_of(candidate)
        for device, names in sorted(services.items()):
            yield Adapter(device, frozenset(names), groups[device])

    def _group_of(self, adapter: Any) -> PortGroup | None:
        port = adapter.spec.distributedVirtualPort if adapter.spec else None
        if port is not None:
            return self._distributed(port.portgroupKey, port.switchUuid)
        return self._standard_named(adapter.portgroup)

    def _standard_named(self, name: str) -> PortGroup | None:
        for one in self.host.get("config.network.portgroup", ()):
            if one.spec.name == name:
                return PortGroup(name, one.spec.vswitchName, one.spec.vlanId)
        return None

    def _distributed(self, key: str, switch: str) -> PortGroup | None:
        for one in self.distributed:
            if one.get("key") == key:
                return PortGroup(one["name"], switch, _vlan(one.get("config.defaultPortConfig")))
        return None

    def _sharing(self, management: list[PortGroup]) -> Iterator[str]:
        """Every virtual machine in a port group, or in a VLAN of a switch, of the management."""
        segments = {(one.switch, one.vlan) for one in management}
        for machine in self.machines:
            for device in machine.get("config.hardware.device", ()):
                group = self._group_behind(device)
                if group and (group in management or (group.switch, group.vlan) in segments):
                    yield f'{machine["name"]} in port group "{group.name}"'

    def _group_behind(self, device: Any) -> PortGroup | None:
        """The port group to which a network card is connected; none for other devices."""
        backing = device.backing
        if isinstance(backing, vim.vm.device.VirtualEthernetCard.NetworkBackingInfo):
            return self._standard_named(backing.deviceName)
        if isinstance(backing, vim.vm.device.VirtualEthernetCard.DistributedVirtualPortBackingInfo):
            return self._distributed(backing.port.portgroupKey, backing.port.switchUuid)
        return None


def _security(owner: Any, name: str) -> bool | None:
    """A rule of a switch or port group; None where it is inherited."""
    policy = owner.spec.policy
    rules = policy.security if policy else None
    stated: bool | None = getattr(rules, name, None)
    return stated


def _vlan(config: Any) -> int | str:
    """The VLAN of a distributed port group."""
    vlan = getattr(config, "vlan", None)
    if isinstance(vlan, vim.dvs.VmwareDistributedVirtualSwitch.VlanIdSpec):
        return int(vlan.vlanId)
    if isinstance(vlan, vim.dvs.VmwareDistributedVirtualSwitch.TrunkVlanSpec):
        return ", ".join(f"{one.start}-{one.end}" for one in vlan.vlanId)
    if isinstance(vlan, vim.dvs.VmwareDistributedVirtualSwitch.PvlanSpec):
        return f"private {vlan.pvlanId}"
    return "?"
