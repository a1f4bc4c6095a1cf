"""A guest in a virtual machine of vCenter's: what its firmware finds, and where it is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pyVmomi import vim

from lab.vcenter.consoles.machine import Operator
from securemode_lab.vcenter import hardware
from securemode_lab.vcenter.consoles import plugged_in
from securemode_lab.vcenter.consoles.nvram import Hardware, Nvram
from securemode_lab.vcenter.datastores import datastore
from securemode_lab.vcenter.hardware import Disk, Shape
from securemode_lab.vcenter.machines import Placement, VirtualMachine
from securemode_lab.vcenter.objects import Inventory

FILE = "conf1/conf1.nvram"


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def machine(operator: Operator) -> VirtualMachine:
    inventory = Inventory()
    store = datastore(inventory, "datastore1", vim.Folder("group-1"), [])
    card = vim.vm.device.VirtualEthernetCard.NetworkBackingInfo(deviceName="VM Network")
    shape = Shape(
        name="conf1",
        cpus=4,
        memory_mb=8192,
        datastore=("datastore1", store.ref),
        disks=(Disk(capacity_gb=50), Disk(capacity_gb=10)),
        networks=(card,),
        extra={},
    )
    place = Placement(
        folder=vim.Folder("group-1"), pool=vim.ResourcePool("pool-1"), host=vim.HostSystem("host-1")
    )
    made = VirtualMachine(inventory, hardware.config(shape), place, operator.guest)
    inventory.add(made)
    plugged_in.plug_in(operator.guest, made)
    return made


def _files(machine: VirtualMachine) -> dict[str, bytes]:
    files: dict[str, bytes] = machine.inventory.named(vim.Datastore, "datastore1").kept["files"]
    return files


def test_the_firmware_finds_what_is_configured(machine: VirtualMachine) -> None:
    assert plugged_in.hardware(machine) == Hardware(("0:0", "0:1"), "VMware VMXNET3", 8192)
    devices: list[Any] = machine.config.hardware.device
    for kind in (vim.vm.device.VirtualEthernetCard, vim.vm.device.VirtualDisk):
        devices.remove(machine.devices(kind)[0])
    assert plugged_in.hardware(machine) == Hardware(("0:1",), "", 8192)
    machine.devices(vim.vm.device.VirtualDisk)[0].controllerKey = 200
    assert plugged_in.hardware(machine).disks == ()


def test_what_is_set_up_is_a_file_on_the_datastore(
    machine: VirtualMachine, operator: Operator
) -> None:
    async def set_up() -> None:
        assert FILE not in _files(machine)
        await operator.enter_setup()
        assert "8387584 KB" in operator.sees
        await operator.go_to("Boot")
        await operator.press("Down", "+", "F10", "Enter")
        await operator.guest.power_off()

    asyncio.run(set_up())
    assert Nvram.of(_files(machine)[FILE]).boot_order[0] == "Hard Drive"
    size = next(file.size for file in machine.read("layoutEx").file if file.type == "nvram")
    assert len(_files(machine)[FILE]) == size


def test_the_password_goes_with_the_file(machine: VirtualMachine, operator: Operator) -> None:
    async def enter(text: str) -> None:
        await operator.guest.power_on(enter_setup=True)
        await operator.wait(text)
        await operator.guest.power_off()

    plugged_in.secure(machine, "Secret1")
    asyncio.run(enter("Enter Password"))
    plugged_in.secure(machine, "")
    asyncio.run(enter("PhoenixBIOS Setup Utility"))
    plugged_in.secure(machine, "Secret1")
    plugged_in.forget(machine)
    assert FILE not in _files(machine)
    asyncio.run(enter("PhoenixBIOS Setup Utility"))
    plugged_in.forget(machine)


def test_a_saved_inventory_brings_the_password_back(machine: VirtualMachine) -> None:
    plugged_in.secure(machine, "Secret1")
    saved = machine.inventory.saved()
    plugged_in.secure(machine, "")
    assert not Nvram.of(_files(machine)[FILE]).supervisor
    machine.inventory.restore(saved)
    assert Nvram.of(_files(machine)[FILE]).supervisor
