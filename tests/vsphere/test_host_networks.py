"""From pyVmomi's objects to plain values: adapters, VLANs, security of switches."""

from __future__ import annotations

from typing import Any

import pytest
from pyVmomi import vim

from securemode.vsphere.host_networks import Network

DVS = vim.dvs.VmwareDistributedVirtualSwitch
CARD = vim.vm.device.VirtualEthernetCard


def _policy(**rules: bool) -> vim.host.NetworkPolicy:
    return vim.host.NetworkPolicy(security=vim.host.NetworkPolicy.SecurityPolicy(**rules))


def _group(name: str, vlan: int, switch: str = "vSwitch0", **rules: bool) -> Any:
    spec = vim.host.PortGroup.Specification(
        name=name, vlanId=vlan, vswitchName=switch, policy=_policy(**rules)
    )
    return vim.host.PortGroup(spec=spec)


def _switch(name: str, **rules: bool) -> Any:
    spec = vim.host.VirtualSwitch.Specification(numPorts=128, policy=_policy(**rules))
    return vim.host.VirtualSwitch(name=name, spec=spec)


def _vnic(device: str, group: str = "", distributed: str = "") -> Any:
    port = vim.dvs.PortConnection(portgroupKey=distributed, switchUuid="50 00")
    spec = vim.host.VirtualNic.Specification(distributedVirtualPort=port if distributed else None)
    return vim.host.VirtualNic(key=f"key-{device}", device=device, portgroup=group, spec=spec)


def _selection(vnics: list[Any], **services: list[str]) -> vim.host.VirtualNicManagerInfo:
    return vim.host.VirtualNicManagerInfo(
        netConfig=[
            vim.host.VirtualNicManager.NetConfig(
                nicType=service,
                multiSelectAllowed=True,
                candidateVnic=vnics,
                selectedVnic=[f"key-{device}" for device in devices],
            )
            for service, devices in services.items()
        ]
    )


def _distributed(key: str, vlan: Any) -> dict[str, Any]:
    return {
        "key": key,
        "name": f"group {key}",
        "config.defaultPortConfig": DVS.VmwarePortConfigPolicy(vlan=vlan),
    }


def _machine(name: str, backing: Any) -> dict[str, Any]:
    devices = [vim.vm.device.VirtualVmxnet3(key=4000, backing=backing)]
    disk = vim.vm.device.VirtualDisk(key=2000)
    return {"name": name, "config.hardware.device": [disk, *devices]}


HOST = {
    "config.network.portgroup": [
        _group("Management Network", 10),
        _group("vMotion", 20),
        _group("VM Network", 110, "vSwitch1"),
    ],
    "config.network.vswitch": [
        _switch("vSwitch0", forgedTransmits=False, macChanges=False, allowPromiscuous=False),
        _switch("vSwitch1", forgedTransmits=False, macChanges=False, allowPromiscuous=False),
    ],
    "config.virtualNicManagerInfo": _selection(
        [_vnic("vmk0", "Management Network"), _vnic("vmk1", "vMotion")],
        management=["vmk0"],
        vmotion=["vmk1"],
        vsan=[],
    ),
}


def _values(
    host: dict[str, Any] | None = None,
    distributed: tuple[dict[str, Any], ...] = (),
    machines: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    return dict(Network(HOST | (host or {}), distributed, machines).values())


def test_a_separated_host_has_nothing_in_common() -> None:
    found = _values()
    assert found["fact standard_switches"] == ["vSwitch0", "vSwitch1"]
    assert found["fact port_group_vlans"] == {
        "Management Network": 10,
        "vMotion": 20,
        "VM Network": 110,
    }
    assert found["fact management.vlans"] == {"vmk0": 10}
    assert found["fact vmotion.vlans"] == {"vmk1": 20}
    assert found["fact vsan.vlans"] == {}
    assert found["fact management.other_services"] == {}
    assert found["fact management.shared_with"] == []


def test_rules_are_those_of_switches_and_of_overriding_groups() -> None:
    groups = [_group("Inherits", 1), _group("Lab", 2, macChanges=True)]
    found = _values({"config.network.portgroup": groups})
    assert found["fact security.macChanges"] == {
        "vSwitch0": False,
        "vSwitch1": False,
        'port group "Lab"': True,
    }
    assert found["fact security.forgedTransmits"] == {"vSwitch0": False, "vSwitch1": False}


def test_a_switch_that_states_no_rule_is_shown_without() -> None:
    switch = vim.host.VirtualSwitch(
        name="vSwitch0", spec=vim.host.VirtualSwitch.Specification(numPorts=1)
    )
    found = _values({"config.network.vswitch": [switch]})
    assert found["fact security.macChanges"] == {"vSwitch0": None}


def test_an_adapter_with_two_services_is_named_with_the_other() -> None:
    chosen = _selection([_vnic("vmk0", "vMotion")], management=["vmk0"], vmotion=["vmk0"])
    found = _values({"config.virtualNicManagerInfo": chosen})
    assert found["fact management.other_services"] == {"vmk0": ["vmotion"]}
    assert found["fact vmotion.other_services"] == {"vmk0": ["management"]}


@pytest.mark.parametrize(
    ("vlan", "said"),
    [
        (DVS.VlanIdSpec(vlanId=30, inherited=False), 30),
        (
            DVS.TrunkVlanSpec(vlanId=[vim.NumericRange(start=1, end=9)], inherited=False),
            "1-9",
        ),
        (DVS.PvlanSpec(pvlanId=7, inherited=False), "private 7"),
        (None, "?"),
    ],
)
def test_distributed_port_groups_tell_their_vlan(vlan: Any, said: object) -> None:
    chosen = _selection([_vnic("vmk0", distributed="dvpg-1")], management=["vmk0"])
    found = _values({"config.virtualNicManagerInfo": chosen}, (_distributed("dvpg-1", vlan),))
    assert found["fact management.vlans"] == {"vmk0": said}


@pytest.mark.parametrize("group", ["Management Network", "Beside it"])
def test_a_machine_in_the_segment_of_management_is_named(group: str) -> None:
    groups = [*HOST["config.network.portgroup"], _group("Beside it", 10)]
    machine = _machine("jump-host", CARD.NetworkBackingInfo(deviceName=group))
    found = _values({"config.network.portgroup": groups}, machines=(machine,))
    assert found["fact management.shared_with"] == [f'jump-host in port group "{group}"']


def test_the_same_vlan_on_another_switch_is_another_segment() -> None:
    groups = [*HOST["config.network.portgroup"], _group("Other wire", 10, "vSwitch1")]
    machine = _machine("jump-host", CARD.NetworkBackingInfo(deviceName="Other wire"))
    found = _values({"config.network.portgroup": groups}, machines=(machine,))
    assert found["fact management.shared_with"] == []


def test_a_machine_beside_management_on_a_distributed_switch_is_named() -> None:
    chosen = _selection([_vnic("vmk0", distributed="dvpg-1")], management=["vmk0"])
    vlan = DVS.VlanIdSpec(vlanId=30, inherited=False)
    port = vim.dvs.PortConnection(portgroupKey="dvpg-2", switchUuid="50 00")
    machine = _machine("conf1", CARD.DistributedVirtualPortBackingInfo(port=port))
    found = _values(
        {"config.virtualNicManagerInfo": chosen},
        (_distributed("dvpg-1", vlan), _distributed("dvpg-2", vlan)),
        (machine,),
    )
    assert found["fact management.shared_with"] == ['conf1 in port group "group dvpg-2"']


def test_an_unknown_port_group_is_no_segment() -> None:
    chosen = _selection([_vnic("vmk0", "gone")], management=["vmk0"])
    assert _values({"config.virtualNicManagerInfo": chosen})["fact management.vlans"] == {
        "vmk0": "?"
    }


def test_what_was_not_sent_is_absent() -> None:
    assert dict(Network({}, (), ()).values()) == {}
