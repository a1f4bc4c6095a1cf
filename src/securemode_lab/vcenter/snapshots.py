"""Snapshots of a virtual machine: their tree, and how one comes and goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter import tasks
from securemode_lab.vcenter.objects import Managed, Method, copied
from securemode_lab.vcenter.power import must_respond

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Call


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot: what it is called, when it was taken, and from which one it follows."""

    moid: str
    number: int
    name: str
    description: str
    taken: datetime
    state: str
    quiesced: bool
    parent: str | None


def tree(machine: VirtualMachine) -> Any:
    """The property `snapshot`: None where there is none, as vCenter has it."""
    known: list[Snapshot] = machine.kept["snapshots"]
    if not known:
        return None
    return vim.vm.SnapshotInfo(
        currentSnapshot=vim.vm.Snapshot(known[-1].moid),
        rootSnapshotList=_below(machine, known, None),
    )


def _below(machine: VirtualMachine, known: list[Snapshot], parent: str | None) -> list[Any]:
    return [
        vim.vm.SnapshotTree(
            snapshot=vim.vm.Snapshot(entry.moid),
            vm=machine.ref,
            name=entry.name,
            description=entry.description,
            id=entry.number,
            createTime=entry.taken,
            state=entry.state,
            quiesced=entry.quiesced,
            replaySupported=False,
            childSnapshotList=_below(machine, known, entry.moid),
        )
        for entry in known
        if entry.parent == parent
    ]


def _create(
    call: Call, name: str, description: str | None = None, *, memory: bool, quiesce: bool
) -> Any:
    machine: VirtualMachine = call.managed  # type: ignore[assignment]
    del memory

    def work() -> Any:
        must_respond(machine)
        known: list[Snapshot] = machine.kept["snapshots"]
        snapshot = Managed(vim.vm.Snapshot, call.inventory.new_moid("snapshot"))
        snapshot.properties = {"config": copied(machine.config), "vm": machine.ref}
        snapshot.methods = {
            "RemoveSnapshot_Task": Method(_remove, "VirtualMachine.State.RemoveSnapshot")
        }
        call.inventory.add(snapshot)
        entry = Snapshot(
            snapshot.moid,
            len(known) + 1,
            name,
            description or "",
            datetime.now(UTC),
            "poweredOn" if machine.is_on else "poweredOff",
            quiesce,
            known[-1].moid if known else None,
        )
        machine.kept["snapshots"] = [*known, entry]
        return snapshot.ref

    return tasks.start(call.inventory, machine, "VirtualMachine.createSnapshot", work)


def _remove(call: Call, *, removeChildren: bool, consolidate: bool | None = None) -> Any:  # noqa: N803
    del consolidate
    snapshot = call.managed
    machine: VirtualMachine = call.inventory.get(  # type: ignore[assignment]
        snapshot.properties["vm"]._moId  # noqa: SLF001 - pyVmomi's public name
    )

    def work() -> None:
        gone = {snapshot.moid}
        if removeChildren:
            for entry in machine.kept["snapshots"]:
                if entry.parent in gone:
                    gone.add(entry.moid)
        _forget(call, machine, gone)

    return tasks.start(call.inventory, machine, "VirtualMachineSnapshot.remove", work)


def _remove_all(call: Call, consolidate: bool | None = None, spec: Any = None) -> Any:  # noqa: FBT001
    del consolidate, spec
    machine: VirtualMachine = call.managed  # type: ignore[assignment]

    def work() -> None:
        _forget(call, machine, {entry.moid for entry in machine.kept["snapshots"]})

    return tasks.start(call.inventory, machine, "VirtualMachine.removeAllSnapshots", work)


def _forget(call: Call, machine: VirtualMachine, gone: set[str]) -> None:
    """What came after a removed snapshot follows from the one before it."""
    parents = {entry.moid: entry.parent for entry in machine.kept["snapshots"]}
    kept = []
    for entry in machine.kept["snapshots"]:
        if entry.moid in gone:
            call.inventory.remove(entry.moid)
            continue
        parent = entry.parent
        while parent in gone:
            parent = parents[parent]
        kept.append(_with_parent(entry, parent))
    machine.kept["snapshots"] = kept


def _with_parent(entry: Snapshot, parent: str | None) -> Snapshot:
    return Snapshot(
        entry.moid,
        entry.number,
        entry.name,
        entry.description,
        entry.taken,
        entry.state,
        entry.quiesced,
        parent,
    )


METHODS = {
    "CreateSnapshot_Task": Method(_create, "VirtualMachine.State.CreateSnapshot"),
    "RemoveAllSnapshots_Task": Method(_remove_all, "VirtualMachine.State.RemoveSnapshot"),
}
