"""Network of an ESXi host: physical adapters, switches, port groups and kernel adapters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyVmomi import vim

from securemode_lab.vcenter.hardened_values import MANAGEMENT_VLAN, VMOTION_VLAN
from securemode_lab.vcenter.required import filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MANAGEMENT_SWITCH: Final = "vSwitch0"
MACHINE_SWITCH: Final = "vSwitch1"
MANAGEMENT_GROUP: Final = "Management Network"
VMOTION_GROUP: Final = "vMotion"
PHYSICAL: Final = ("vmnic0", "vmnic1", "vmnic2", "vmnic3")
_NIC_SPEED_MB: Final = 10_000
_PORTS: Final = 128
_SECURITY: Final = ("allowPromiscuous", "macChanges", "forgedTransmits")
_TEAMING: Final = ("policy", "nicOrder")


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributedUplinks:
    """The distributed switch to which a host's last two physical adapters belong.

    Attributes:
        name: of the switch.
        uuid: of the switch.
        uplink_group: key of its port group of uplinks.
    """

    name: str
    uuid: str
    uplink_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Networking:
    """How a host is connected.

    Attributes:
        address: of its management adapter.
        groups: VLAN ids of the port groups for virtual machines on its own switch, by name.
        distributed: the switch that carries virtual machines instead of one of its own.
    """

    address: str
    groups: Mapping[str, int] = field(default_factory=dict)
    distributed: DistributedUplinks | None = None


def network_info(networking: Networking, host_number: int, *, hardened: bool) -> Any:
    """Network of a host with four physical adapters, two of them for management."""
    network = vim.host.NetworkInfo(
        pnic=[_physical(device, host_number) for device in PHYSICAL],
        vswitch=[_switch(MANAGEMENT_SWITCH, PHYSICAL[:2], hardened=hardened)],
        portgroup=[],
        vnic=[],
        proxySwitch=[],
        dnsConfig=filled(vim.host.DnsConfig, dhcp=False, hostName=f"esxi{host_number}"),
    )
    if networking.distributed:
        network.proxySwitch = [_proxy(networking.distributed)]
    else:
        network.vswitch.append(_switch(MACHINE_SWITCH, PHYSICAL[2:], hardened=hardened))
    add_group(network, MANAGEMENT_GROUP, MANAGEMENT_VLAN, MANAGEMENT_SWITCH)
    add_group(network, VMOTION_GROUP, VMOTION_VLAN, MANAGEMENT_SWITCH)
    for name, vlan in networking.groups.items():
        add_group(network, name, vlan, MACHINE_SWITCH)
    return network


def add_group(network: Any, name: str, vlan: int, switch: str) -> Any:
    """A further port group on a switch of the host's own, which says nothing of its policy."""
    group = vim.host.PortGroup(
        key=f"key-vim.host.PortGroup-{name}",
        port=[],
        vswitch=f"key-vim.host.VirtualSwitch-{switch}",
        spec=vim.host.PortGroup.Specification(
            name=name, vlanId=vlan, vswitchName=switch, policy=_silent_policy()
        ),
    )
    network.portgroup.append(group)
    list_groups(network)
    apply_policies(network)
    return group


def group_named(network: Any, name: str) -> Any:
    """The host's own port group of that name.

    Raises:
        LookupError: there is none.
    """
    return _named(network.portgroup, name, lambda group: group.spec.name)


def switch_named(network: Any, name: str) -> Any:
    """The host's own switch of that name.

    Raises:
        LookupError: there is none.
    """
    return _named(network.vswitch, name, lambda switch: switch.name)


def give_uplinks(network: Any, switch: str, devices: Sequence[str]) -> None:
    """Have a switch of the host's own use these physical adapters."""
    found = switch_named(network, switch)
    found.pnic = [f"key-vim.host.PhysicalNic-{device}" for device in devices]
    found.spec.bridge = vim.host.VirtualSwitch.BondBridge(nicDevice=list(devices))
    found.spec.policy.nicTeaming.nicOrder = _order(devices)
    apply_policies(network)


def apply_policies(network: Any) -> None:
    """Have every port group's effective policy follow from its own and its switch's."""
    for group in network.portgroup:
        inherited = switch_named(network, group.spec.vswitchName).spec.policy
        own = group.spec.policy
        group.computedPolicy = vim.host.NetworkPolicy(
            security=_over(own.security, inherited.security, _SECURITY),
            nicTeaming=_over(own.nicTeaming, inherited.nicTeaming, _TEAMING),
        )


def _over(own: Any, inherited: Any, members: Iterable[str]) -> Any:
    """What a port group says itself, and for the rest what its switch says."""
    said = {member: getattr(own, member, None) for member in members}
    return type(inherited)(
        **{
            member: getattr(inherited, member) if value is None else value
            for member, value in said.items()
        }
    )


def _named(found: Iterable[Any], name: str, name_of: Any) -> Any:
    for one in found:
        if name_of(one) == name:
            return one
    raise LookupError(f"the host has nothing called {name!r}")


def list_groups(network: Any) -> None:
    """Have each switch list the port groups that are on it."""
    for switch in network.vswitch:
        on_it = [group for group in network.portgroup if group.spec.vswitchName == switch.name]
        switch.portgroup = [group.key for group in on_it]


def _physical(device: str, host_number: int) -> Any:
    link = vim.host.PhysicalNic.LinkSpeedDuplex(speedMb=_NIC_SPEED_MB, duplex=True)
    position = PHYSICAL.index(device)
    return vim.host.PhysicalNic(
        key=f"key-vim.host.PhysicalNic-{device}",
        device=device,
        pci=f"0000:3b:00.{position}",
        driver="ixgben",
        linkSpeed=link,
        validLinkSpecification=[link],
        spec=vim.host.PhysicalNic.Specification(linkSpeed=link),
        wakeOnLanSupported=False,
        mac=f"00:1b:21:{host_number // 256:02x}:{host_number % 256:02x}:{position:02x}",
        autoNegotiateSupported=True,
    )


def _switch(name: str, devices: Sequence[str], *, hardened: bool) -> Any:
    policy = vim.host.NetworkPolicy(
        security=vim.host.NetworkPolicy.SecurityPolicy(
            allowPromiscuous=False, macChanges=not hardened, forgedTransmits=not hardened
        ),
        nicTeaming=vim.host.NetworkPolicy.NicTeamingPolicy(
            policy="loadbalance_srcid", nicOrder=_order(devices)
        ),
    )
    return vim.host.VirtualSwitch(
        name=name,
        key=f"key-vim.host.VirtualSwitch-{name}",
        numPorts=_PORTS,
        numPortsAvailable=_PORTS - len(devices),
        mtu=1500,
        portgroup=[],
        pnic=[f"key-vim.host.PhysicalNic-{device}" for device in devices],
        spec=vim.host.VirtualSwitch.Specification(
            numPorts=_PORTS,
            bridge=vim.host.VirtualSwitch.BondBridge(nicDevice=list(devices)),
            policy=policy,
            mtu=1500,
        ),
    )


def _order(devices: Sequence[str]) -> Any:
    return vim.host.NetworkPolicy.NicOrderPolicy(activeNic=list(devices), standbyNic=[])


def _silent_policy() -> Any:
    """The policy of a port group that leaves everything to its switch."""
    return vim.host.NetworkPolicy(
        security=vim.host.NetworkPolicy.SecurityPolicy(),
        nicTeaming=vim.host.NetworkPolicy.NicTeamingPolicy(),
    )


def _proxy(uplinks: DistributedUplinks) -> Any:
    devices = PHYSICAL[2:]
    pnics = [
        vim.dvs.HostMember.PnicSpec(
            pnicDevice=device, uplinkPortKey=str(port), uplinkPortgroupKey=uplinks.uplink_group
        )
        for port, device in enumerate(devices, start=1)
    ]
    return vim.host.HostProxySwitch(
        dvsUuid=uplinks.uuid,
        dvsName=uplinks.name,
        key=f"DvsPortset-{uplinks.name}",
        numPorts=_PORTS,
        numPortsAvailable=_PORTS - len(devices),
        mtu=1500,
        uplinkPort=[
            vim.KeyValue(key=str(port), value=f"uplink{port}")
            for port in range(1, len(devices) + 1)
        ],
        pnic=[f"key-vim.host.PhysicalNic-{device}" for device in devices],
        spec=vim.host.HostProxySwitch.Specification(
            backing=vim.dvs.HostMember.PnicBacking(pnicSpec=pnics)
        ),
    )
