"""Virtual machines that their STIG finds fault with for what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.faults.fault import VSphereMistake
from securemode_lab.faults.vsphere_objects import on_machine
from securemode_lab.faults.vsphere_options import set_machine
from securemode_lab.vcenter import unwanted_devices as devices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode_lab.faults.vsphere_objects import MachineEdit
    from securemode_lab.vcenter.machines import VirtualMachine


def _with(device: Callable[[], Any]) -> MachineEdit:
    """A device is there that should not be."""
    return lambda machine: devices.add(machine, device())


def _moved_in_clear(machine: VirtualMachine) -> None:
    machine.config.migrateEncryption = "disabled"


def _mirrored_in_clear(machine: VirtualMachine) -> None:
    """The control applies to machines that are fault tolerant only."""
    config = machine.config
    config.ftInfo = vim.vm.FaultToleranceConfigInfo(
        role=1, instanceUuids=[config.instanceUuid], configPaths=[config.files.vmPathName]
    )
    config.ftEncryptionMode = "ftEncryptionDisabled"


def _logs_nothing(machine: VirtualMachine) -> None:
    machine.config.flags.enableLogging = False


def _forgetful_disk(machine: VirtualMachine) -> None:
    disk = machine.devices(vim.vm.device.VirtualDisk)[-1]
    disk.backing.diskMode = "independent_nonpersistent"


_MISTAKES: tuple[tuple[str, str, MachineEdit], ...] = (
    # number of the control, with what tells two mistakes apart; what is wrong; how it is made
    (
        "000195-two",
        "may be watched by two at the same time",
        set_machine("RemoteDisplay.maxConnections", "2"),
    ),
    ("000203", "is moved between hosts in the clear", _moved_in_clear),
    ("000204", "is mirrored to another host in the clear", _mirrored_in_clear),
    ("000207", "keeps no log of what happens to it", _logs_nothing),
    ("000208", "has a disk that forgets what was written to it", _forgetful_disk),
    ("000209", "has a floppy drive", _with(devices.floppy_drive)),
    ("000210", "has a CD drive that is connected", _with(devices.cd_drive)),
    ("000211", "has a parallel port", _with(devices.parallel_port)),
    (
        "000212",
        "has a serial port that can be reached over the network",
        _with(devices.serial_port),
    ),
    ("000213", "has a USB controller", _with(devices.usb_controller)),
    ("000214", "has a device of the host's handed over", _with(devices.passed_through)),
)


def _mistakes() -> Iterator[VSphereMistake]:
    for number, text, edit in _MISTAKES:
        control, dash, suffix = number.partition("-")
        yield VSphereMistake.of_control(
            f"VMCH-80-{control}",
            f"a virtual machine {text}",
            on_machine(edit),
            suffix=f"{dash}{suffix}",
        )


FAULTS: tuple[VSphereMistake, ...] = tuple(_mistakes())
