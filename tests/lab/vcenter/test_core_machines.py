"""How a virtual machine is changed, switched on and off, looked at and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from lab.vcenter.serving import machine
from securemode_lab.vcenter.guests import PlainGuest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.vcenter.serving import Inside, Served


@pytest.fixture
def node(instance: Any) -> Any:
    """The machine of the first node, which runs."""
    return machine(instance, "node0")


@pytest.fixture
def idle(node: Any) -> Any:
    """The same, switched off."""
    WaitForTask(node.PowerOffVM_Task())
    return node


def guest(served: Served, name: str = "node0") -> Inside:
    return served.vcenter.machine(name).guest  # type: ignore[return-value]


def reconfigured(found: Any, **spec: Any) -> None:
    WaitForTask(found.ReconfigVM_Task(vim.vm.ConfigSpec(**spec)))


def disk_of(found: Any) -> Any:
    devices = found.config.hardware.device
    return next(d for d in devices if isinstance(d, vim.vm.device.VirtualDisk))


def test_a_node_has_everything_that_the_guide_reserves(node: Any) -> None:
    config = node.config
    cpu, memory = config.cpuAllocation, config.memoryAllocation
    hz = node.runtime.host.hardware.cpuInfo.hz
    assert cpu.reservation == cpu.limit == config.hardware.numCPU * hz // 1_000_000
    assert memory.reservation == memory.limit == config.hardware.memoryMB
    assert config.memoryReservationLockedToMax
    assert {cpu.shares.level, memory.shares.level} == {"normal"}
    disk = disk_of(node)
    assert disk.storageIOAllocation.limit == 500
    assert disk.storageIOAllocation.shares.level == "normal"
    assert [device.deviceKey for device in config.bootOptions.bootOrder] == [disk.key]
    assert (config.firmware, config.bootOptions.enterBIOSSetup) == ("bios", False)


def test_unset_members_mean_no_change(node: Any) -> None:
    before = node.config.cpuAllocation
    partial = vim.ResourceAllocationInfo(shares=vim.SharesInfo(level="high", shares=0))
    reconfigured(node, cpuAllocation=partial, bootOptions=vim.vm.BootOptions(bootDelay=5000))
    after = node.config
    assert after.cpuAllocation.reservation == before.reservation
    assert after.cpuAllocation.limit == before.limit
    assert after.cpuAllocation.shares.level == "high"
    assert after.cpuAllocation.shares.shares == 8000
    assert after.bootOptions.bootDelay == 5000
    assert len(after.bootOptions.bootOrder) == 1


def test_locking_memory_raises_the_reservation(node: Any) -> None:
    free = vim.ResourceAllocationInfo(reservation=0, limit=-1)
    reconfigured(node, memoryReservationLockedToMax=False, memoryAllocation=free)
    assert (node.config.memoryAllocation.reservation, node.config.memoryAllocation.limit) == (0, -1)
    reconfigured(node, memoryReservationLockedToMax=True)
    assert node.config.memoryAllocation.reservation == node.config.hardware.memoryMB
    with pytest.raises(vmodl.fault.InvalidArgument):
        reconfigured(node, memoryAllocation=vim.ResourceAllocationInfo(reservation=100))


@pytest.mark.parametrize(
    ("member", "amount", "fault"),
    [
        ("cpuAllocation", 10_000_000, vim.fault.InsufficientCpuResourcesFault),
        ("cpuAllocation", -5, vmodl.fault.InvalidArgument),
        ("memoryAllocation", 10_000_000, vmodl.fault.InvalidArgument),
    ],
)
def test_what_is_not_there_is_not_reserved(
    node: Any, member: str, amount: int, fault: type[Exception]
) -> None:
    before = getattr(node.config, member).reservation
    wanted = vim.ResourceAllocationInfo(reservation=amount, limit=-1)
    with pytest.raises(fault):
        reconfigured(node, memoryReservationLockedToMax=False, **{member: wanted})
    assert getattr(node.config, member).reservation == before
    assert node.config.memoryReservationLockedToMax


def test_a_machine_that_asks_for_too_much_does_not_start(idle: Any) -> None:
    reconfigured(idle, memoryMB=900 * 1024, memoryAllocation=vim.ResourceAllocationInfo(limit=-1))
    with pytest.raises(vim.fault.InsufficientMemoryResourcesFault) as refused:
        WaitForTask(idle.PowerOnVM_Task())
    assert refused.value.requested == 900 << 30
    assert refused.value.unreserved < 512 << 30
    assert idle.runtime.powerState == "poweredOff"


def test_a_limit_below_the_reservation_is_refused(node: Any) -> None:
    with pytest.raises(vmodl.fault.InvalidArgument) as refused:
        reconfigured(node, cpuAllocation=vim.ResourceAllocationInfo(limit=10))
    assert refused.value.invalidProperty == "configSpec.cpuAllocation"


def test_hardware_changes_while_the_machine_is_off_only(node: Any) -> None:
    with pytest.raises(vim.fault.InvalidPowerState):
        reconfigured(node, numCPUs=8)
    WaitForTask(node.PowerOffVM_Task())
    reconfigured(node, numCPUs=8)
    assert node.config.hardware.numCPU == 8


def test_one_device_is_edited_and_the_others_stay(node: Any) -> None:
    before = [device.key for device in node.config.hardware.device]
    edited = disk_of(node)
    edited.storageIOAllocation = vim.StorageResourceManager.IOAllocationInfo(limit=100)
    edit = vim.vm.device.VirtualDeviceSpec(operation="edit", device=edited)
    reconfigured(node, deviceChange=[edit])
    assert disk_of(node).storageIOAllocation.limit == 100
    assert disk_of(node).storageIOAllocation.shares.level == "normal"
    assert [device.key for device in node.config.hardware.device] == before


def test_devices_come_and_go(node: Any) -> None:
    added = vim.vm.device.VirtualDeviceSpec(
        operation="add",
        device=vim.vm.device.VirtualCdrom(
            key=-1,
            controllerKey=200,
            backing=vim.vm.device.VirtualCdrom.AtapiBackingInfo(deviceName=""),
        ),
    )
    reconfigured(node, deviceChange=[added])
    (drive,) = [d for d in node.config.hardware.device if isinstance(d, vim.vm.device.VirtualCdrom)]
    assert drive.key > 0
    assert drive.key in node.config.hardware.device[0].device
    removed = vim.vm.device.VirtualDeviceSpec(operation="remove", device=drive)
    reconfigured(node, deviceChange=[removed])
    with pytest.raises(vim.fault.InvalidDeviceSpec) as refused:
        reconfigured(node, deviceChange=[removed])
    assert refused.value.deviceIndex == 0


def test_settings_replace_one_another_and_an_empty_one_goes(node: Any) -> None:
    def settings() -> dict[str, str]:
        return {option.key: option.value for option in node.config.extraConfig}

    before = settings()
    option = vim.option.OptionValue
    reconfigured(node, extraConfig=[option(key="own.setting", value="1")])
    reconfigured(node, extraConfig=[option(key="own.setting", value="2")])
    assert settings() == before | {"own.setting": "2"}
    reconfigured(node, extraConfig=[option(key="own.setting", value="")])
    assert settings() == before


def test_an_old_version_is_not_changed(node: Any) -> None:
    version = node.config.changeVersion
    reconfigured(node, annotation="first", changeVersion=version)
    with pytest.raises(vim.fault.ConcurrentAccess):
        reconfigured(node, annotation="second", changeVersion=version)
    assert node.config.annotation == "first"


def test_power_reaches_the_guest(served: Served, node: Any) -> None:
    pool = node.resourcePool
    free = pool.runtime.cpu.unreservedForVm
    WaitForTask(node.PowerOffVM_Task())
    assert (node.runtime.powerState, node.runtime.bootTime) == ("poweredOff", None)
    assert pool.runtime.cpu.unreservedForVm == free + node.config.cpuAllocation.reservation
    WaitForTask(node.PowerOnVM_Task())
    WaitForTask(node.ResetVM_Task())
    assert guest(served).happened == ["stop", "start", "stop", "start"]
    assert node.runtime.powerState == node.summary.runtime.powerState == "poweredOn"
    assert node.runtime.bootTime is not None


@pytest.mark.parametrize(
    ("state", "work"),
    [
        ("poweredOn", lambda found: found.PowerOnVM_Task()),
        ("poweredOff", lambda found: found.PowerOffVM_Task()),
        ("poweredOff", lambda found: found.ResetVM_Task()),
        ("poweredOn", lambda found: found.Destroy_Task()),
        ("poweredOff", lambda found: found.CreateScreenshot_Task()),
    ],
)
def test_what_does_not_fit_the_power_state_fails(
    node: Any, state: str, work: Callable[[Any], Any]
) -> None:
    if state == "poweredOff":
        WaitForTask(node.PowerOffVM_Task())
    with pytest.raises(vim.fault.InvalidPowerState) as refused:
        WaitForTask(work(node))
    assert refused.value.existingState == state
    assert node.runtime.powerState == state


def test_the_set_up_utility_is_entered_once(served: Served, idle: Any) -> None:
    reconfigured(idle, bootOptions=vim.vm.BootOptions(enterBIOSSetup=True))
    assert idle.config.bootOptions.enterBIOSSetup
    WaitForTask(idle.PowerOnVM_Task())
    assert not idle.config.bootOptions.enterBIOSSetup
    assert len(idle.config.bootOptions.bootOrder) == 1
    WaitForTask(idle.ResetVM_Task())
    assert guest(served).happened == ["stop", "set-up", "stop", "start"]


def test_keys_reach_the_guest(served: Served, node: Any) -> None:
    codes = vim.vm.UsbScanCodeSpec
    spec = codes(
        keyEvents=[
            codes.KeyEvent(
                usbHidCode=(0x04 << 16) | 7, modifiers=codes.ModifierType(leftShift=True)
            ),
            codes.KeyEvent(usbHidCode=(0x28 << 16) | 7),
        ]
    )
    assert node.PutUsbScanCodes(spec) == 2
    assert guest(served).happened == [(4, frozenset({"leftShift"})), (0x28, frozenset())]
    with pytest.raises(vmodl.fault.InvalidArgument):
        node.PutUsbScanCodes(codes(keyEvents=[codes.KeyEvent(usbHidCode=0x28)]))
    WaitForTask(node.PowerOffVM_Task())
    with pytest.raises(vim.fault.InvalidPowerState):
        node.PutUsbScanCodes(spec)


def test_pictures_of_the_screen_are_files(served: Served, node: Any) -> None:
    files = served.vcenter.inventory.named(vim.Datastore, "datastore1").kept["files"]
    paths = []
    for _ in range(2):
        task = node.CreateScreenshot_Task()
        WaitForTask(task)
        paths.append(task.info.result)
    assert paths == ["[datastore1] node0/node0-0.png", "[datastore1] node0/node0-1.png"]
    assert files["node0/node0-1.png"] == PlainGuest().screenshot()


def test_a_machine_on_a_silent_host_is_out_of_reach(served: Served, node: Any) -> None:
    served.run(lambda: served.vcenter.be_in_trouble({"silent_hosts": ["esxi1.lab.example"]}))
    assert node.runtime.connectionState == "disconnected"
    assert node.runtime.host.runtime.connectionState == "notResponding"
    with pytest.raises(vmodl.fault.HostNotConnected):
        WaitForTask(node.PowerOffVM_Task())
    with pytest.raises(vmodl.fault.HostNotConnected):
        reconfigured(node, annotation="x")
    served.run(lambda: served.vcenter.be_in_trouble({"silent_hosts": []}))
    WaitForTask(node.PowerOffVM_Task())
    assert node.runtime.host.runtime.connectionState == "connected"
