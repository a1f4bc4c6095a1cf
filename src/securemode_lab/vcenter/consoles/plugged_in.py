"""What connects a virtual machine with the console of its guest: its parts and its nvram file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyVmomi import vim

from securemode_lab.vcenter.consoles.nvram import Hardware, secured

if TYPE_CHECKING:
    from securemode_lab.vcenter.consoles.guest import ConsoleGuest
    from securemode_lab.vcenter.machines import VirtualMachine

_CARDS = {
    vim.vm.device.VirtualVmxnet3: "VMware VMXNET3",
    vim.vm.device.VirtualE1000: "Intel E1000",
    vim.vm.device.VirtualE1000e: "Intel E1000e",
}
_OTHER_CARD = "AMD Am79C970A"


class DatastoreNvram:
    """The file `<name>.nvram` beside the virtual machine's other files.

    Whoever replaces or deletes it on the datastore changes what the firmware knows.
    """

    def __init__(self, machine: VirtualMachine) -> None:
        self._machine = machine

    @property
    def content(self) -> bytes:
        """Empty where there is no file."""
        files, path = self._place
        return files.get(path, b"")

    @content.setter
    def content(self, content: bytes) -> None:
        files, path = self._place
        files[path] = content

    def delete(self) -> None:
        """Make the firmware forget everything."""
        files, path = self._place
        files.pop(path, None)

    @property
    def _place(self) -> tuple[dict[str, bytes], str]:
        """The files of its datastore, and the path there."""
        path = str(self._machine.config.files.vmPathName)
        datastore, _, stem = path.removeprefix("[").removesuffix(".vmx").partition("] ")
        store = self._machine.inventory.named(vim.Datastore, datastore)
        return store.kept["files"], f"{stem}.nvram"


def plug_in(guest: ConsoleGuest, machine: VirtualMachine) -> None:
    """Give a guest the machine in which it is."""
    guest.nvram = DatastoreNvram(machine)
    guest.hardware = lambda: hardware(machine)


def secure(machine: VirtualMachine, password: str) -> None:
    """Set the firmware up as the guide says, with that supervisor password, empty for none."""
    DatastoreNvram(machine).content = secured(password, hardware(machine))


def forget(machine: VirtualMachine) -> None:
    """Delete the firmware's settings, as somebody does who has lost the password."""
    DatastoreNvram(machine).delete()


def hardware(machine: VirtualMachine) -> Hardware:
    """What a firmware finds in a machine that is configured like that."""
    buses = {
        controller.key: controller.busNumber
        for controller in machine.devices(vim.vm.device.VirtualSCSIController)
    }
    disks = sorted(
        (buses[disk.controllerKey], disk.unitNumber)
        for disk in machine.devices(vim.vm.device.VirtualDisk)
        if disk.controllerKey in buses
    )
    cards = machine.devices(vim.vm.device.VirtualEthernetCard)
    return Hardware(
        disks=tuple(f"{bus}:{unit}" for bus, unit in disks),
        network=_CARDS.get(type(cards[0]), _OTHER_CARD) if cards else "",
        memory_mb=machine.config.hardware.memoryMB,
    )
