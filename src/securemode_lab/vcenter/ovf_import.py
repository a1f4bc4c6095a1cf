"""`ResourcePool.ImportVApp`: a virtual machine is made, and its disks come by a lease."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from securemode_lab.vcenter import hardware, machine_life, ovf_space, power, reconfigure
from securemode_lab.vcenter.consoles.guest import ConsoleGuest
from securemode_lab.vcenter.lease import Import, Lease, Upload
from securemode_lab.vcenter.lease_uploads import Uploads
from securemode_lab.vcenter.machines import Guest, Placement, VirtualMachine
from securemode_lab.vcenter.objects import Method
from securemode_lab.vcenter.ovf_devices import import_key
from securemode_lab.vcenter.ovf_manager import ovf_manager

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.vcenter.lease import Door
    from securemode_lab.vcenter.lease_stream import Received
    from securemode_lab.vcenter.objects import Call, Inventory, Managed
    from securemode_lab.vcenter.vcenter import VCenter

Inside = Callable[[VirtualMachine], Guest]
"""What is inside of an imported machine, by what is on its disks: `kept["disks"]`."""
TASK = "ResourcePool.importVApp"
_KB = 1024
_LOCKED = ("PowerOnVM_Task", "Destroy_Task", "UnregisterVM", "ReconfigVM_Task")


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for."""

    inventory: Inventory
    spec: Any
    placement: Placement
    datastore: Managed


class Imports:
    """Virtual machines that come in.

    Args:
        door: where their disks come in.
        inside: what they are then.
    """

    def __init__(self, door: Door, inside: Inside) -> None:
        self._door = door
        self._inside = inside
        self._leases: dict[str, Lease] = {}
        self._preparing: set[asyncio.Task[None]] = set()

    def offer(self, vcenter: VCenter) -> None:
        """Let a vCenter import, before it starts and once its resource pools are there."""
        vcenter.inventory.add(ovf_manager("OvfManager"))
        vcenter.routes += Uploads(vcenter, self.lease).routes
        for pool in vcenter.inventory.of(vim.ResourcePool):
            pool.methods["ImportVApp"] = Method(self._begin, "VApp.Import")

    def lease(self, ticket: str) -> Lease | None:
        """The lease to which a ticket belongs."""
        return self._leases.get(ticket)

    def stop(self) -> None:
        """No lease waits any longer."""
        for lease in self._leases.values():
            lease.fail(vmodl.fault.RequestCanceled(msg="vCenter is going down."))

    def _begin(self, call: Call, spec: Any, folder: Any = None, host: Any = None) -> Any:
        """Answer with a lease, which is ready once the machine is there."""
        if not isinstance(spec, vim.vm.VmImportSpec):
            raise vmodl.fault.NotSupported(msg="The lab imports single virtual machines.")
        inventory = call.inventory
        datastore = _datastore(inventory, spec.configSpec)
        where = Placement(
            folder=folder or inventory.of(vim.Datacenter)[0].read("vmFolder"),
            pool=call.managed.ref,
            host=host or datastore.read("host")[0].key,
        )
        _must_be_free(inventory, spec.configSpec.name, where.folder)
        lease = Lease(inventory, self._door, call.session.user)
        inventory.add(lease)
        self._leases[lease.ticket] = lease
        order = _Order(inventory, spec.configSpec, where, datastore)
        task = asyncio.get_running_loop().create_task(self._prepare(lease, order))
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)
        return lease.ref

    async def _prepare(self, lease: Lease, order: _Order) -> None:
        trouble = order.inventory.trouble
        await asyncio.sleep(self._door.preparation_s + trouble.slow_tasks_s)
        try:
            _fail_if_asked(trouble.failing_tasks.get(TASK))
            lease.ready(self._made(order))
        except vmodl.MethodFault as fault:
            lease.fail(fault)
        except Exception as defect:  # noqa: BLE001 - whoever waits for the lease must hear of it
            lease.fail(vmodl.fault.SystemError(msg=f"the lab failed: {defect!r}", reason="lab"))

    def _made(self, order: _Order) -> Import:
        """The machine in the inventory, and what it waits for.

        Raises:
            vmodl.MethodFault: there cannot be such a machine.
        """
        inventory, datastore = order.inventory, order.datastore
        machine = _machine(order)
        if machine.is_cut_off:
            raise vmodl.fault.HostNotConnected(msg="The host does not respond.")
        disks = machine.devices(vim.vm.device.VirtualDisk)
        allocated = sum(_allocated_bytes(disk) for disk in disks)
        ovf_space.must_have(datastore, allocated, machine)
        machine.methods |= dict.fromkeys(_LOCKED, Method(_is_locked))
        inventory.add(machine)

        def complete(uploads: Sequence[Upload]) -> None:
            received = {u.device: u.received for u in uploads if u.received is not None}
            machine.kept["disks"] = received
            ovf_space.take(datastore, max(allocated, _populated_bytes(received)))
            machine.guest = self._inside(machine)
            for methods in (reconfigure, power, machine_life):
                machine.methods |= methods.METHODS

        async def discard() -> None:
            inventory.remove(machine.moid)

        return Import(
            entity=machine.ref,
            uploads=_uploads(machine),
            capacity_kb=sum(disk.capacityInKB for disk in disks),
            must_have_room=lambda size: ovf_space.must_have(datastore, allocated + size, machine),
            complete=complete,
            discard=discard,
        )


def _machine(order: _Order) -> VirtualMachine:
    """The machine that a specification makes."""
    spec, store = order.spec, order.datastore
    name = store.read("name")
    shape = hardware.Shape(
        name=spec.name,
        cpus=spec.numCPUs,
        memory_mb=spec.memoryMB,
        datastore=(name, store.ref),
        disks=[],
        networks=[],
        extra={},
    )
    config = hardware.config(shape)
    config.uuid, config.instanceUuid = str(uuid.uuid4()), str(uuid.uuid4())
    config.version = spec.version or config.version
    brought = {change.device.key for change in spec.deviceChange}
    config.hardware.device = [
        device
        for device in config.hardware.device
        if not isinstance(device, vim.vm.device.VirtualSCSIController) and device.key not in brought
    ]
    machine = VirtualMachine(order.inventory, config, order.placement, ConsoleGuest(None))
    config = machine.properties["config"] = reconfigure.applied(machine, spec)
    for number, disk in enumerate(machine.devices(vim.vm.device.VirtualDisk)):
        suffix = f"_{number}" if number else ""
        disk.backing.datastore = disk.backing.datastore or store.ref
        disk.backing.fileName = f"[{name}] {spec.name}/{spec.name}{suffix}.vmdk"
        disk.backing.uuid = str(uuid.uuid4())
    return machine


def _uploads(machine: VirtualMachine) -> list[Upload]:
    """A URL for each disk and each CD that is to have an image."""
    controllers = {device.key: device for device in machine.config.hardware.device}
    found: list[Upload] = []
    for device in machine.config.hardware.device:
        is_disk = isinstance(device, vim.vm.device.VirtualDisk)
        if not is_disk and not isinstance(device, vim.vm.device.VirtualCdrom):
            continue
        number = len(found)
        found.append(
            Upload(
                key=f"/{machine.moid}/{device.key}",
                import_key=import_key(machine.name, device, controllers[device.controllerKey]),
                name=f"disk-{number}.vmdk" if is_disk else f"file-{number}.iso",
                is_disk=is_disk,
                device=device.key,
            )
        )
    return found


def _datastore(inventory: Inventory, spec: Any) -> Managed:
    """Where the disks of a specification shall be.

    Raises:
        vmodl.fault.InvalidArgument: it does not say.
    """
    for change in spec.deviceChange:
        if isinstance(change.device, vim.vm.device.VirtualDisk):
            store = change.device.backing.datastore
            if store is not None:
                return inventory.get(store._moId)  # noqa: SLF001 - pyVmomi's own name
    raise vmodl.fault.InvalidArgument(
        msg="No disk of the specification says on which datastore it shall be.",
        invalidProperty="spec.configSpec.deviceChange",
    )


def _must_be_free(inventory: Inventory, name: str, folder: Any) -> None:
    """Refuse a name that the folder has already.

    Raises:
        vim.fault.DuplicateName: so it is.
    """
    for other in inventory.of(vim.VirtualMachine):
        if other.read("name") == name and other.read("parent") == folder:
            raise vim.fault.DuplicateName(
                msg=f"The name '{name}' already exists.", name=name, object=other.ref
            )


def _allocated_bytes(disk: Any) -> int:
    """What a disk takes before anything is on it."""
    return 0 if disk.backing.thinProvisioned else int(disk.capacityInKB) * _KB


def _populated_bytes(received: dict[int, Received]) -> int:
    return sum(one.populated_bytes for one in received.values())


def _fail_if_asked(sentence: str | None) -> None:
    if sentence is not None:
        raise vim.fault.OvfImportFailed(msg=sentence)


def _is_locked(call: Call, **arguments: Any) -> None:
    del call, arguments
    raise vim.fault.InvalidState(msg="The virtual machine is being imported.")
