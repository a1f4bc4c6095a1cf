"""From pyVmomi's objects to plain values: advanced parameters and devices of a virtual machine."""

from __future__ import annotations

from typing import Any

import pytest
from pyVmomi import vim

from securemode.vsphere import machine_settings

DEVICE = vim.vm.device


def _named(device: Any, label: str) -> Any:
    device.deviceInfo = vim.Description(label=label, summary="")
    return device


def _read(machine: dict[str, Any], *sources: str) -> dict[str, Any]:
    return dict(machine_settings.settings(machine, sources))


def _parameters(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"config.extraConfig": [vim.option.OptionValue(key=k, value=v) for k, v in pairs]}


def test_parameters_are_found_whatever_their_case_and_the_last_one_counts() -> None:
    machine = _parameters(("TOOLS.setInfo.sizeLimit", "1"), ("tools.setinfo.SIZELIMIT", "2"))
    source = "setting tools.setinfo.sizeLimit"
    assert _read(machine, source)[source] == "2"
    assert "setting other" not in _read(machine, "setting other")


def test_a_pattern_gathers_every_key() -> None:
    machine = _parameters(
        ("ethernet0.filter4.name", "a"), ("ethernet0.filter4.param1", "x"), ("ethernet1.name", "y")
    )
    source = "setting ethernet*.filter*.name"
    assert _read(machine, source)[source] == {"ethernet0.filter4.name": "a"}
    assert source not in _read(_parameters(), source)


def _devices(*devices: Any) -> dict[str, Any]:
    return _read({"config.hardware.device": list(devices)})


@pytest.mark.parametrize(
    ("device", "source"),
    [
        (DEVICE.VirtualFloppy(key=1), "device VirtualFloppy"),
        (DEVICE.VirtualParallelPort(key=1), "device VirtualParallelPort"),
        (DEVICE.VirtualSerialPort(key=1), "device VirtualSerialPort"),
        (DEVICE.VirtualUSBController(key=1), "device USB"),
        (DEVICE.VirtualUSBXHCIController(key=1), "device USB"),
        (DEVICE.VirtualUSB(key=1), "device USB"),
        (DEVICE.VirtualPCIPassthrough(key=1), "device passthrough"),
        (DEVICE.VirtualSriovEthernetCard(key=1), "device passthrough"),
        (DEVICE.VirtualSCSIPassthrough(key=1), "device passthrough"),
    ],
)
def test_devices_are_known_by_their_type(device: Any, source: str) -> None:
    assert _devices(_named(device, "Thing 1"))[source] == ["Thing 1"]
    nothing = _devices(_named(DEVICE.VirtualVmxnet3(key=1), "Network adapter 1"))
    assert nothing[source] == []


def test_a_device_without_a_label_is_called_by_its_type() -> None:
    assert _devices(DEVICE.VirtualFloppy(key=8))["device VirtualFloppy"] == ["VirtualFloppy 8"]


def test_disk_modes_are_told_where_the_backing_has_one() -> None:
    disk = _named(DEVICE.VirtualDisk(key=1), "Hard disk 1")
    disk.backing = DEVICE.VirtualDisk.FlatVer2BackingInfo(diskMode="independent_nonpersistent")
    other = _named(DEVICE.VirtualDisk(key=2), "Hard disk 2")
    other.backing = DEVICE.VirtualDevice.BackingInfo()
    assert _devices(disk, other)["fact disk_modes"] == {"Hard disk 1": "independent_nonpersistent"}


@pytest.mark.parametrize(
    ("how", "connects"),
    [
        ({"connected": False, "startConnected": False}, False),
        ({"connected": True, "startConnected": False}, True),
        ({"connected": False, "startConnected": True}, True),
    ],
)
def test_a_cd_drive_counts_now_and_at_the_next_start(
    how: dict[str, bool], connects: object
) -> None:
    connectable = DEVICE.VirtualDevice.ConnectInfo(allowGuestControl=False, **how)
    drive = _named(DEVICE.VirtualCdrom(key=1, connectable=connectable), "CD/DVD drive 1")
    assert _devices(drive)["fact cd_drives_connected"] == {"CD/DVD drive 1": connects}


def test_unset_properties_are_absent_and_fault_tolerance_is_off() -> None:
    assert _read({}) == {"fact fault_tolerance": False}
    found = _read(
        {"config.ftInfo": vim.vm.FaultToleranceConfigInfo(), "config.ftEncryptionMode": "x"}
    )
    assert found == {"fact fault_tolerance": True, "property config.ftEncryptionMode": "x"}


def test_what_was_not_sent_is_said_for_its_whole_kind() -> None:
    assert machine_settings.unsent({}).keys() == {"setting ", "device "}
    assert machine_settings.unsent({"config.extraConfig": [], "config.hardware.device": []}) == {}
