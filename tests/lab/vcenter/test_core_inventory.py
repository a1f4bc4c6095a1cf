"""The inventory by itself: what is saved comes back, and what is asked for is found."""

from __future__ import annotations

import time
from typing import Any

import pytest
from pyVmomi import vim, vmodl

from lab.vcenter.serving import vcenter
from securemode_lab.vcenter import soap
from securemode_lab.vcenter.objects import Inventory, Managed, copied

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


def enveloped(inner: str) -> bytes:
    return f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body>{inner}</e:Body></e:Envelope>'.encode()


def test_a_restored_inventory_is_what_it_was() -> None:
    made = vcenter(3)
    before = made.saved()
    node = made.machine("node0")
    node.config.cpuAllocation.reservation = 1
    node.config.hardware.device.pop()
    node.kept["on"] = False
    made.host("esxi1.lab.example").properties["config"].lockdownMode = "lockdownDisabled"
    made.inventory.named(vim.Datastore, "datastore1").kept["files"]["a"] = b"b"
    made.inventory.remove(made.machine("node1").moid)
    made.inventory.add(Managed(vim.Folder, "group-new", {"name": "new"}))
    for _ in range(2):  # a state that was restored once can be restored again
        made.restore(before)
        again = made.machine("node0")
        assert again is node
        assert again.config.cpuAllocation.reservation == 9600
        assert len(again.devices(vim.vm.device.VirtualEthernetCard)) == 1
        assert again.is_on
        assert made.host("esxi1.lab.example").read("config").lockdownMode == "lockdownNormal"
        assert made.inventory.named(vim.Datastore, "datastore1").kept["files"] == {}
        assert made.machine("node1").is_on
        assert "group-new" not in made.inventory
        node.config.cpuAllocation.reservation = 1


def test_what_belongs_to_sessions_is_not_saved_and_stays() -> None:
    inventory = Inventory()
    view = Managed(vim.view.ContainerView, "view")
    view.transient = True
    saved = inventory.saved()
    inventory.add(view)
    assert len(inventory.saved().objects) == 0
    inventory.restore(saved)
    assert inventory.get("view") is view


def test_ids_are_given_once() -> None:
    inventory = Inventory()
    inventory.add(Managed(vim.Folder, "group-2"))
    assert [inventory.new_moid("group") for _ in range(2)] == ["group-1", "group-3"]
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        inventory.get("group-1")
    with pytest.raises(LookupError, match="Datastore called 'x'"):
        inventory.named(vim.Datastore, "x")


def test_copies_share_nothing_that_can_change() -> None:
    disk = vim.vm.device.VirtualDisk(key=1, shares=vim.SharesInfo(level="low", shares=1))
    hardware = vim.vm.VirtualHardware(device=[disk])
    made = copied(hardware)
    made.device[0].shares.level = "high"
    assert hardware.device[0].shares.level == "low"
    assert type(made.device) is type(hardware.device)


def test_saving_a_large_inventory_is_quick() -> None:
    made = vcenter(100)
    began = time.thread_time()
    made.restore(made.saved())
    assert time.thread_time() - began < 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"<a/>",
        enveloped(""),
        enveloped('<Login xmlns="urn:vim25"><userName>x</userName></Login>'),
        enveloped('<Login xmlns="urn:vim25"><_this>x</_this></Login>'),
    ],
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    def describe(moid: str, method: str) -> Any:
        raise AssertionError((moid, method))

    with pytest.raises(soap.BadEnvelope):
        soap.read(body, describe)


def test_required_members_that_nobody_set_are_neutral() -> None:
    text = soap.written(vim.vm.RuntimeInfo(), "val", vim.vm.RuntimeInfo)
    assert "<powerState>poweredOff</powerState>" in text
    assert "<toolsInstallerMounted>false</toolsInstallerMounted>" in text
