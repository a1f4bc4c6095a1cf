"""Port groups of a host, standard and distributed, from the API's own objects."""

from __future__ import annotations

from typing import Any

import pytest
from pyVmomi import vim

from securemode.observations.vsphere import HostSeen, KernelAdapterSeen, Tagging, Vlan
from securemode.vsphere.host_reading import Distributed, host_seen

ADAPTERS = ("vmnic0", "vmnic1", "vmnic2", "vmnic3")
SWITCH = "50 1e 2b"
DVS = vim.dvs.VmwareDistributedVirtualSwitch
Teaming = vim.host.NetworkPolicy.NicTeamingPolicy
Order = vim.host.NetworkPolicy.NicOrderPolicy
UNSTATED = vim.host.NetworkPolicy()


def key(device: str) -> str:
    return f"key-vim.host.PhysicalNic-{device}"


def teaming(*active: str, standby: tuple[str, ...] = ()) -> Any:
    order = Order(activeNic=list(active), standbyNic=list(standby))
    return vim.host.NetworkPolicy(nicTeaming=Teaming(nicOrder=order))


def group(name: str, vlan: int = 0, **policies: Any) -> Any:
    spec = vim.host.PortGroup.Specification(
        name=name, vlanId=vlan, vswitchName="vSwitch0", policy=policies.get("own", UNSTATED)
    )
    return vim.host.PortGroup(spec=spec, computedPolicy=policies.get("computed", UNSTATED))


def switch(policy: Any = UNSTATED, *, bridge: tuple[str, ...] = ()) -> Any:
    backing = vim.host.VirtualSwitch.BondBridge(nicDevice=list(bridge)) if bridge else None
    return vim.host.VirtualSwitch(
        name="vSwitch0",
        pnic=[key("vmnic0"), key("vmnic1")],
        spec=vim.host.VirtualSwitch.Specification(policy=policy, bridge=backing),
    )


def network(**parts: Any) -> Any:
    speed = vim.host.PhysicalNic.LinkSpeedDuplex(speedMb=10_000, duplex=True)
    pnics = [
        vim.host.PhysicalNic(
            key=key(each), device=each, linkSpeed=speed if each < "vmnic3" else None
        )
        for each in ADAPTERS
    ]
    return vim.host.NetworkInfo(pnic=pnics, **parts)


def seen_with(configured: Any, distributed: Distributed | None = None, **more: Any) -> HostSeen:
    values = {"name": "esxi1", "config.network": configured, **more}
    return host_seen("host-1", values, distributed or Distributed({}, {}))


def uplinks(seen: HostSeen, name: str) -> tuple[str, ...]:
    found = seen.port_group(name)
    assert found is not None
    return found.uplinks


@pytest.mark.parametrize(
    ("of_group", "of_switch", "expected"),
    [
        ({}, switch(), ("vmnic0", "vmnic1")),
        ({}, switch(teaming("vmnic0")), ("vmnic0",)),
        ({}, switch(teaming("vmnic0", standby=("vmnic1",))), ("vmnic0", "vmnic1")),
        ({"own": teaming("vmnic1")}, switch(teaming("vmnic0")), ("vmnic1",)),
        ({"computed": teaming("vmnic1")}, switch(teaming("vmnic0")), ("vmnic1",)),
        ({"own": vim.host.NetworkPolicy()}, switch(teaming("vmnic0")), ("vmnic0",)),
        ({"own": teaming("vmnic3")}, switch(), ()),
        ({}, switch(bridge=("vmnic2",)), ("vmnic0", "vmnic1", "vmnic2")),
    ],
)
def test_adapters_of_a_standard_port_group(
    of_group: dict[str, Any], of_switch: Any, expected: tuple[str, ...]
) -> None:
    seen = seen_with(network(vswitch=[of_switch], portgroup=[group("VMs", **of_group)]))
    assert uplinks(seen, "VMs") == expected


def test_links_and_speeds() -> None:
    seen = seen_with(network())
    assert seen.link_mbit == (*((each, 10_000) for each in ADAPTERS[:3]), ("vmnic3", None))


def proxy(**changes: Any) -> Any:
    backing = vim.dvs.HostMember.PnicBacking(
        pnicSpec=[
            vim.dvs.HostMember.PnicSpec(pnicDevice="vmnic2", uplinkPortKey="16"),
            vim.dvs.HostMember.PnicSpec(pnicDevice="vmnic3", uplinkPortKey="17"),
        ]
    )
    given = {
        "dvsUuid": SWITCH,
        "dvsName": "dvs-conferencing",
        "pnic": [key("vmnic2"), key("vmnic3")],
        "uplinkPort": [
            vim.KeyValue(key="16", value="Uplink 1"),
            vim.KeyValue(key="17", value="Uplink 2"),
        ],
        "spec": vim.host.HostProxySwitch.Specification(backing=backing),
    }
    return vim.host.HostProxySwitch(**(given | changes))


def settings(vlan: Any = None, *active: str, standby: tuple[str, ...] = ()) -> Any:
    order = DVS.UplinkPortOrderPolicy(
        activeUplinkPort=list(active), standbyUplinkPort=list(standby)
    )
    teamed = DVS.UplinkPortTeamingPolicy(uplinkPortOrder=order) if active else None
    return DVS.VmwarePortConfigPolicy(vlan=vlan, uplinkTeamingPolicy=teamed)


def port_group(moid: str, configured: Any, *, uplink: bool = False) -> dict[str, Any]:
    info = vim.dvs.DistributedVirtualPortgroup.ConfigInfo(
        key=moid,
        name=f"group {moid}",
        distributedVirtualSwitch=vim.DistributedVirtualSwitch("dvs-1"),
        defaultPortConfig=configured,
        uplink=uplink,
    )
    return {moid: {"name": info.name, "config": info}}


def distributed(*groups: dict[str, Any], defaults: Any = None) -> Distributed:
    switches = {"dvs-1": {"uuid": SWITCH, "config.defaultPortConfig": defaults}}
    merged = {moid: values for each in groups for moid, values in each.items()}
    return Distributed(switches, merged)


@pytest.mark.parametrize(
    ("configured", "defaults", "host_side", "expected"),
    [
        (settings(), None, proxy(), ("vmnic2", "vmnic3")),
        (settings(None, "Uplink 1"), None, proxy(), ("vmnic2",)),
        (settings(None, "Uplink 2", standby=("Uplink 1",)), None, proxy(), ("vmnic2", "vmnic3")),
        (settings(), settings(None, "Uplink 2"), proxy(), ("vmnic3",)),
        (settings(None, "lag1"), None, proxy(), ("vmnic2", "vmnic3")),
        (settings(None, "Uplink 1"), None, proxy(uplinkPort=[]), ("vmnic2", "vmnic3")),
        (settings(None, "Uplink 1"), None, proxy(dvsUuid="another"), None),
    ],
)
def test_adapters_of_a_distributed_port_group(
    configured: Any, defaults: Any, host_side: Any, expected: tuple[str, ...] | None
) -> None:
    known = distributed(port_group("dvportgroup-1", configured), defaults=defaults)
    seen = seen_with(network(proxySwitch=[host_side]), known)
    found = seen.port_group("dvportgroup-1")
    assert (found.uplinks if found else None) == expected


@pytest.mark.parametrize(
    ("spec", "vlan"),
    [
        (DVS.VlanIdSpec(vlanId=120), Vlan(tagging=Tagging.ONE, ids=((120, 120),))),
        (
            DVS.TrunkVlanSpec(vlanId=[vim.NumericRange(start=0, end=4094)]),
            Vlan(tagging=Tagging.TRUNK, ids=((0, 4094),)),
        ),
        (DVS.PvlanSpec(pvlanId=130), Vlan(tagging=Tagging.PRIVATE, ids=((130, 130),))),
        (None, Vlan(tagging=Tagging.UNKNOWN)),
    ],
)
def test_vlan_of_a_distributed_port_group(spec: Any, vlan: Vlan) -> None:
    known = distributed(port_group("dvportgroup-1", settings(spec)))
    found = seen_with(network(proxySwitch=[proxy()]), known).port_group("dvportgroup-1")
    assert found is not None
    assert (found.vlan, found.switch) == (vlan, "dvs-conferencing")


def test_groups_of_uplinks_are_left_out() -> None:
    known = distributed(port_group("dvportgroup-9", settings(), uplink=True))
    assert seen_with(network(proxySwitch=[proxy()]), known).port_groups == ()


def test_kernel_adapters_and_what_they_are_for() -> None:
    standard = vim.host.VirtualNic(device="vmk0", key="key-vmk0", portgroup="Management")
    port = vim.dvs.PortConnection(portgroupKey="dvportgroup-1", switchUuid=SWITCH)
    spec = vim.host.VirtualNic.Specification(distributedVirtualPort=port)
    other = vim.host.VirtualNic(device="vmk1", key="key-vmk1", spec=spec, portgroup="")
    net_config = vim.host.VirtualNicManager.NetConfig
    manager = vim.host.VirtualNicManagerInfo(
        netConfig=[
            net_config(
                nicType="management",
                candidateVnic=[standard, other],
                selectedVnic=["key-vmk0"],
            ),
            net_config(nicType="vmotion", selectedVnic=["vmotion.key-vim.host.VirtualNic-vmk1"]),
            net_config(nicType="faultToleranceLogging", candidateVnic=[other]),
        ]
    )
    seen = seen_with(network(vnic=[standard, other]), **{"config.virtualNicManagerInfo": manager})
    assert seen.kernel_adapters == (
        KernelAdapterSeen(device="vmk0", services=("management",), port_group="Management"),
        KernelAdapterSeen(device="vmk1", services=("vmotion",), port_group="dvportgroup-1"),
    )


@pytest.mark.parametrize(
    ("action", "expected"),
    [("powerOn", ("vm-1",)), ("systemDefault", ("vm-1",)), ("none", ()), ("suspend", ())],
)
def test_what_starts_with_its_host(action: str, expected: tuple[str, ...]) -> None:
    entry = vim.host.AutoStartManager.AutoPowerInfo(
        key=vim.VirtualMachine("vm-1"), startAction=action
    )
    configured = vim.host.AutoStartManager.Config(powerInfo=[entry])
    assert seen_with(network(), **{"config.autoStart": configured}).autostarted == expected


def test_a_host_that_shows_no_network_says_nothing_of_it() -> None:
    seen = host_seen("host-1", {"runtime.connectionState": "disconnected"}, Distributed({}, {}))
    assert (seen.is_connected, seen.link_mbit, seen.core_mhz) == (False, None, None)
