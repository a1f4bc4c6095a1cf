"""Reading many properties of many objects at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import VmomiSupport, vim, vmodl

from lab.vcenter.serving import (
    READER,
    Collector,
    filter_spec,
    machine,
    read,
    serving,
    vcenter,
    view,
)
from securemode_lab.vcenter.places import HostPlace

if TYPE_CHECKING:
    from pathlib import Path

    from lab.vcenter.serving import Served


def test_unset_properties_are_absent(instance: Any) -> None:
    found = read(instance, vim.VirtualMachine, "name", "snapshot", "config.bootOptions.bootOrder")
    by_name = {properties["name"]: properties for properties in found.values()}
    assert set(by_name["node0"]) == {"name", "config.bootOptions.bootOrder"}
    assert set(by_name["jump-host"]) == {"name"}
    stores = read(instance, vim.Datastore, "name", "iormConfiguration.enabled")
    assert [set(properties) for properties in stores.values()] == [{"name"}, {"name"}]
    assert machine(instance, "node0").snapshot is None


def test_values_have_their_declared_types(instance: Any) -> None:
    paths = {
        "runtime.powerState": vim.VirtualMachine.PowerState,
        "config.cpuAllocation.reservation": VmomiSupport.long,
        "config.cpuAllocation.shares.level": vim.SharesInfo.Level,
        "config.memoryReservationLockedToMax": bool,
        "config.hardware.numCPU": int,
        "runtime.host": vim.HostSystem,
        "config.firmware": str,
    }
    for properties in read(instance, vim.VirtualMachine, *paths).values():
        assert {name: type(value) for name, value in properties.items()} == paths


@pytest.mark.parametrize("path", ["nonsense", "config.nonsense", "snapshot.nonsense"])
def test_a_property_that_does_not_exist_is_a_fault(instance: Any, path: str) -> None:
    with pytest.raises(vmodl.query.InvalidProperty) as refused:
        read(instance, vim.VirtualMachine, "name", path)
    assert refused.value.name == path


def test_pages_follow_one_another(instance: Any) -> None:
    collector = instance.content.propertyCollector
    spec = filter_spec(instance, vim.VirtualMachine, ["name"])
    page = collector.RetrievePropertiesEx([spec], Collector.RetrieveOptions(maxObjects=3))
    assert len(page.objects) == 3
    token = page.token
    last = collector.ContinueRetrievePropertiesEx(token)
    assert len(last.objects) == 1
    assert last.token is None
    with pytest.raises(vmodl.fault.InvalidArgument):
        collector.ContinueRetrievePropertiesEx(token)


def test_a_page_that_nobody_wants_is_forgotten(instance: Any) -> None:
    collector = instance.content.propertyCollector
    spec = filter_spec(instance, vim.VirtualMachine, ["name"])
    page = collector.RetrievePropertiesEx([spec], Collector.RetrieveOptions(maxObjects=1))
    collector.CancelRetrievePropertiesEx(page.token)
    with pytest.raises(vmodl.fault.InvalidArgument):
        collector.ContinueRetrievePropertiesEx(page.token)


def test_traversals_refer_to_one_another_by_name(instance: Any) -> None:
    """Folder to folder and to datacenter, as every tool walks the tree."""
    again = Collector.SelectionSpec(name="folders")
    to_machines = Collector.TraversalSpec(
        type=vim.Datacenter, path="vmFolder", skip=False, selectSet=[again]
    )
    folders = Collector.TraversalSpec(
        name="folders",
        type=vim.Folder,
        path="childEntity",
        skip=False,
        selectSet=[again, to_machines],
    )
    root = instance.content.rootFolder
    start = Collector.ObjectSpec(obj=root, skip=False, selectSet=[folders])
    wanted = Collector.PropertySpec(type=vim.ManagedEntity, pathSet=["name"])
    spec = Collector.FilterSpec(objectSet=[start], propSet=[wanted])
    contents = instance.content.propertyCollector.RetrieveContents([spec])
    assert [content.propSet[0].val for content in contents] == [
        "Datacenters",
        "Lab",
        "vm",
        "Pexip",
        "jump-host",
        "node0",
        "node1",
        "node2",
    ]


def test_all_properties_of_every_kind_can_be_read(instance: Any) -> None:
    kinds = (
        vim.Folder,
        vim.Datacenter,
        vim.ClusterComputeResource,
        vim.ResourcePool,
        vim.HostSystem,
        vim.VirtualMachine,
        vim.Datastore,
        vim.Network,
        vim.DistributedVirtualSwitch,
    )
    for kind in kinds:
        for properties in read(instance, kind).values():
            assert properties["name"]


def test_what_points_at_one_another_agrees(instance: Any) -> None:
    hosts = read(instance, vim.HostSystem, "name", "vm", "datastore", "network")
    names = {
        moid: properties["name"]
        for moid, properties in read(instance, vim.ManagedEntity, "name").items()
    }
    shown = {
        properties["name"]: {
            kind: {names[reference._moId] for reference in properties[kind]}
            for kind in ("vm", "datastore", "network")
        }
        for properties in hosts.values()
    }
    assert shown == {
        "esxi1.lab.example": {
            "vm": {"node0", "node1", "jump-host"},
            "datastore": {"datastore1"},
            "network": {"VM Management", "VM Conferencing"},
        },
        "esxi2.lab.example": {
            "vm": {"node2"},
            "datastore": {"datastore2"},
            "network": {"dvs-conferencing-uplinks", "dvs-conferencing-nodes"},
        },
    }


def test_the_distributed_switch_tells_of_its_groups(instance: Any) -> None:
    groups = read(instance, vim.dvs.DistributedVirtualPortgroup, "name", "config")
    by_name = {found["name"]: found["config"] for found in groups.values()}
    device = vim.dvs.VmwareDistributedVirtualSwitch
    uplinks = by_name["dvs-conferencing-uplinks"]
    assert uplinks.uplink
    assert isinstance(uplinks.defaultPortConfig.vlan, device.TrunkVlanSpec)
    nodes = by_name["dvs-conferencing-nodes"]
    assert not nodes.uplink
    assert nodes.defaultPortConfig.vlan.vlanId == 120
    (switch,) = read(
        instance, vim.DistributedVirtualSwitch, "uuid", "config.uplinkPortgroup"
    ).values()
    assert [group._moId for group in switch["config.uplinkPortgroup"]] == [uplinks.key]
    card = machine(instance, "node2").config.hardware.device[-1]
    assert card.backing.port.switchUuid == switch["uuid"]
    assert card.backing.port.portgroupKey == nodes.key


def test_views_see_what_is_below_a_place(instance: Any) -> None:
    content = instance.content
    host = content.searchIndex.FindByDnsName(dnsName="esxi2.lab.example", vmSearch=False)
    for place, expected in ((host, ["node2"]), (content.rootFolder, None)):
        listed = content.viewManager.CreateContainerView(
            container=place, type=[vim.VirtualMachine], recursive=True
        )
        names = [found.name for found in listed.view]
        assert names == (expected or ["node0", "node1", "node2", "jump-host"])
        listed.DestroyView()
        with pytest.raises(vmodl.fault.ManagedObjectNotFound):
            assert listed.view


def test_a_flat_view_sees_children_only(instance: Any) -> None:
    content = instance.content
    flat = content.viewManager.CreateContainerView(container=content.rootFolder, recursive=False)
    assert [found.name for found in flat.view] == ["Lab"]


def test_the_search_index_finds_machines_and_hosts(instance: Any) -> None:
    index, node = instance.content.searchIndex, machine(instance, "node1")
    uuid, own = node.config.uuid, node.config.instanceUuid
    assert index.FindByUuid(uuid=uuid, vmSearch=True) == node
    assert index.FindByUuid(uuid=own, vmSearch=True, instanceUuid=True) == node
    assert index.FindByUuid(uuid=own, vmSearch=True, instanceUuid=False) is None
    assert index.FindByIp(ip="198.51.100.1", vmSearch=True) == node
    assert list(index.FindAllByDnsName(dnsName="NODE1.lab.example", vmSearch=True)) == [node]
    assert index.FindByDnsName(dnsName="nobody.lab.example", vmSearch=True) is None
    assert index.FindByIp(ip="192.0.2.12", vmSearch=False).name == "esxi2.lab.example"
    assert index.FindChild(node.parent, "node1") == node
    assert index.FindByInventoryPath("lab/VM/pexip/node1") == node
    assert index.FindByInventoryPath("Lab/vm/Pexip/nothing") is None


def test_a_machine_that_is_off_has_no_address(served: Served, instance: Any) -> None:
    node = machine(instance, "node1")
    assert node.guest.ipAddress == "198.51.100.1"
    served.run(lambda: served.vcenter.machine("node1").kept.update(on=False))
    assert node.guest.ipAddress is None
    assert instance.content.searchIndex.FindByIp(ip="198.51.100.1", vmSearch=True) is None


def test_two_hundred_machines_are_read_in_one_request(tmp_path: Path) -> None:
    hosts = [
        HostPlace(n, f"esxi{n}.lab.example", f"192.0.2.{n}", f"datastore{n}", n % 2 == 1)
        for n in range(1, 21)
    ]
    for served in serving(vcenter(200, hosts), tmp_path):
        instance = served.connect(READER)
        paths = ("name", "config", "runtime.powerState", "runtime.host", "guest", "summary.config")
        began = time.process_time()
        machines = read(instance, vim.VirtualMachine, *paths)
        found = read(instance, vim.HostSystem, "name", "config", "hardware.cpuInfo", "vm")
        elapsed = time.process_time() - began
        assert (len(machines), len(found)) == (201, 20)
        assert elapsed < 3, f"{elapsed:.1f} s"


def test_a_collector_of_ones_own_can_be_made(instance: Any) -> None:
    own = instance.content.propertyCollector.CreatePropertyCollector()
    spec = filter_spec(instance, vim.HostSystem, ["name"])
    assert len(own.RetrieveContents([spec])) == 2
    own.Destroy()
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        own.RetrieveContents([spec])


def test_nothing_to_report_is_no_result(instance: Any) -> None:
    nothing = view(instance, vim.StoragePod)
    assert list(nothing.view) == []
