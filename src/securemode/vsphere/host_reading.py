"""From the properties of a host to what is seen of it: adapters, port groups, what starts with it.

A frame of a port group may leave by the adapters that its teaming names as active or standby. Where
no teaming is told, it may leave by any adapter of the switch: the answer errs towards "shared".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode.observations.vsphere import (
    HostSeen,
    KernelAdapterSeen,
    PortGroupSeen,
    Tagging,
    Vlan,
)
from securemode.vsphere.references import moid_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from securemode.vsphere.session import Properties

HOST_PATHS = (
    "name",
    "config.network",
    "config.virtualNicManagerInfo",
    "config.autoStart",
    "hardware.cpuInfo.hz",
    "summary.hardware.cpuMhz",
    "runtime.connectionState",
)

_HZ_IN_MHZ = 1_000_000
_STARTS = frozenset({"poweron", "systemdefault"})


class Distributed:
    """The distributed switches of a vCenter and their port groups.

    Args:
        switches: properties of every vim.DistributedVirtualSwitch.
        groups: properties of every vim.dvs.DistributedVirtualPortgroup.
    """

    def __init__(self, switches: Properties, groups: Properties) -> None:
        self._by_uuid = {values.get("uuid", ""): moid for moid, values in switches.items()}
        self._defaults = {
            moid: values.get("config.defaultPortConfig") for moid, values in switches.items()
        }
        self._groups = [values["config"] for values in groups.values() if "config" in values]

    def on(self, proxy: Any, adapters: Mapping[str, str]) -> Iterator[PortGroupSeen]:
        """Every port group of a distributed switch as it is on the host of this proxy switch.

        Args:
            proxy: the switch as the host has it.
            adapters: key of every physical adapter to its device name.
        """
        switch = self._by_uuid.get(proxy.dvsUuid, "")
        for group in self._groups:
            if moid_of(group.distributedVirtualSwitch) == switch and not _is_for_uplinks(group):
                yield PortGroupSeen(
                    key=group.key,
                    name=group.name or group.key,
                    switch=proxy.dvsName or proxy.dvsUuid,
                    vlan=_distributed_vlan(self._setting(group, switch, "vlan")),
                    uplinks=_distributed_uplinks(
                        proxy, self._setting(group, switch, "uplinkTeamingPolicy"), adapters
                    ),
                )

    def _setting(self, group: Any, switch: str, name: str) -> Any:
        """A setting of the port group, or of its switch where the group has none of its own."""
        own = getattr(group.defaultPortConfig, name, None)
        return own if own is not None else getattr(self._defaults.get(switch), name, None)


def host_seen(moid: str, values: Mapping[str, Any], distributed: Distributed) -> HostSeen:
    """One host.

    Args:
        moid: its managed object id.
        values: property path to value; what the server did not send is missing.
        distributed: the distributed switches of the vCenter.
    """
    network = values.get("config.network")
    hz = values.get("hardware.cpuInfo.hz")
    return HostSeen(
        moid=moid,
        name=str(values.get("name", "")),
        is_connected=str(values.get("runtime.connectionState", "connected")) == "connected",
        core_mhz=hz / _HZ_IN_MHZ if hz else None,
        summary_mhz=values.get("summary.hardware.cpuMhz"),
        link_mbit=tuple(_links(network.pnic or ())) if network else None,
        port_groups=tuple(_port_groups(network, distributed)) if network else (),
        kernel_adapters=_kernel_adapters(network, values.get("config.virtualNicManagerInfo")),
        autostarted=tuple(_autostarted(values.get("config.autoStart"))),
    )


def _links(adapters: Sequence[Any]) -> Iterator[tuple[str, int | None]]:
    for adapter in adapters:
        speed = adapter.linkSpeed
        yield adapter.device, speed.speedMb if speed is not None else None


def _port_groups(network: Any, distributed: Distributed) -> Iterator[PortGroupSeen]:
    adapters = {adapter.key: adapter.device for adapter in network.pnic or ()}
    switches = {switch.name: switch for switch in network.vswitch or ()}
    for group in network.portgroup or ():
        spec = group.spec
        yield PortGroupSeen(
            key=spec.name,
            name=spec.name,
            switch=spec.vswitchName,
            vlan=Vlan(tagging=Tagging.ONE, ids=((spec.vlanId, spec.vlanId),)),
            uplinks=_standard_uplinks(group, switches.get(spec.vswitchName), adapters),
        )
    for proxy in network.proxySwitch or ():
        yield from distributed.on(proxy, adapters)


def _standard_uplinks(group: Any, switch: Any, adapters: Mapping[str, str]) -> tuple[str, ...]:
    bridge = getattr(getattr(switch, "spec", None), "bridge", None)
    keyed = [adapters.get(key, key) for key in getattr(switch, "pnic", None) or ()]
    fitted = dict.fromkeys([*keyed, *(getattr(bridge, "nicDevice", None) or ())])
    whole = getattr(switch, "spec", None)
    for policy in (group.computedPolicy, group.spec.policy, getattr(whole, "policy", None)):
        order = _nic_order(policy)
        if order is not None:
            used = [*(order.activeNic or ()), *(order.standbyNic or ())]
            return tuple(device for device in used if device in fitted)
    return tuple(fitted)


def _nic_order(policy: Any) -> Any:
    return getattr(getattr(policy, "nicTeaming", None), "nicOrder", None)


def _is_for_uplinks(group: Any) -> bool:
    """Uplink groups carry every VLAN by nature, and no machine is attached to them."""
    return bool(group.uplink)


def _distributed_vlan(spec: Any) -> Vlan:
    kinds = vim.dvs.VmwareDistributedVirtualSwitch
    if isinstance(spec, kinds.VlanIdSpec):
        return Vlan(tagging=Tagging.ONE, ids=((spec.vlanId, spec.vlanId),))
    if isinstance(spec, kinds.TrunkVlanSpec):
        ranges = tuple((each.start, each.end) for each in spec.vlanId or ())
        return Vlan(tagging=Tagging.TRUNK, ids=ranges)
    if isinstance(spec, kinds.PvlanSpec):
        return Vlan(tagging=Tagging.PRIVATE, ids=((spec.pvlanId, spec.pvlanId),))
    return Vlan(tagging=Tagging.UNKNOWN)


def _distributed_uplinks(proxy: Any, teaming: Any, adapters: Mapping[str, str]) -> tuple[str, ...]:
    fitted = {adapters.get(key, key): "" for key in proxy.pnic or ()}
    backing = getattr(proxy.spec, "backing", None)
    for pnic in getattr(backing, "pnicSpec", None) or ():
        fitted[pnic.pnicDevice] = pnic.uplinkPortKey or ""
    names = {port.key: port.value for port in proxy.uplinkPort or ()}
    order = getattr(teaming, "uplinkPortOrder", None)
    if order is None or not all(names.get(port) for port in fitted.values()):
        return tuple(fitted)
    used = {*(order.activeUplinkPort or ()), *(order.standbyUplinkPort or ())}
    if not used <= set(names.values()):  # an aggregated link: any adapter may be part of it
        return tuple(fitted)
    return tuple(device for device, port in fitted.items() if names[port] in used)


def _kernel_adapters(network: Any, manager: Any) -> tuple[KernelAdapterSeen, ...]:
    services: dict[str, set[str]] = {}
    for configured in getattr(manager, "netConfig", None) or ():
        devices = {each.key: each.device for each in configured.candidateVnic or ()}
        for key in configured.selectedVnic or ():
            device = devices.get(key, key.rpartition("-")[2])
            services.setdefault(device, set()).add(configured.nicType)
    return tuple(
        KernelAdapterSeen(
            device=adapter.device,
            services=tuple(sorted(services.get(adapter.device, ()))),
            port_group=_attached_to(adapter),
        )
        for adapter in getattr(network, "vnic", None) or ()
    )


def _attached_to(adapter: Any) -> str:
    port = getattr(adapter.spec, "distributedVirtualPort", None)
    if port is not None:
        return str(port.portgroupKey or "")
    return str(adapter.portgroup or getattr(adapter.spec, "portgroup", None) or "")


def _autostarted(configuration: Any) -> Iterator[str]:
    """Machines that have an entry by which the host starts them when it starts."""
    for entry in getattr(configuration, "powerInfo", None) or ():
        if str(entry.startAction).lower() in _STARTS:
            yield moid_of(entry.key)
