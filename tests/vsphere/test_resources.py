from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pyVmomi import vim

from securemode.errors import UnexpectedAnswer
from securemode.vsphere import machines
from securemode.vsphere.machines import Machine, remove
from securemode.vsphere.resources import Reserved, lacking

ALL_MHZ = 8000
DISKS = vim.vm.device.VirtualDisk
ORDER = vim.vm.BootOptions


def allocation(reservation: int, limit: int, level: str = "normal", shares: int = 1000) -> Any:
    return vim.ResourceAllocationInfo(
        reservation=reservation, limit=limit, shares=vim.SharesInfo(level=level, shares=shares)
    )


def disk(key: int, unit: int, iops: int | None = 500, level: str = "normal") -> Any:
    io = vim.StorageResourceManager.IOAllocationInfo(
        limit=iops, shares=vim.SharesInfo(level=level, shares=1000), reservation=7
    )
    info = vim.Description(label=f"Hard disk {unit + 1}", summary="")
    return DISKS(
        key=key, controllerKey=1000, unitNumber=unit, storageIOAllocation=io, deviceInfo=info
    )


def boot(*keys: int, **more: Any) -> Any:
    return ORDER(bootOrder=[ORDER.BootableDiskDevice(deviceKey=key) for key in keys], **more)


def machine(**changed: Any) -> dict[str, Any]:
    controller = vim.vm.device.ParaVirtualSCSIController(key=1000, busNumber=0)
    disks = changed.pop("disks", (disk(2000, 0), disk(2001, 1)))
    return {
        "config.hardware.numCPU": 4,
        "config.hardware.memoryMB": 4096,
        "config.hardware.device": [controller, *disks],
        "config.cpuAllocation": allocation(8000, 8000),
        "config.memoryAllocation": allocation(4096, 4096),
        "config.memoryReservationLockedToMax": True,
        "config.bootOptions": boot(2000),
    } | {f"config.{name}": value for name, value in changed.items()}


def found(iops: int | None = 500, **changed: Any) -> Reserved:
    return lacking(machine(**changed), ALL_MHZ, iops)


def test_a_machine_that_is_as_wanted_is_left_alone() -> None:
    assert found() == Reserved()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cpuAllocation": allocation(0, -1)}, "0 MHz → 8000 MHz VMRES-01"),
        ({"cpuAllocation": allocation(8000, -1)}, "none → 8000 MHz VMRES-02"),
        ({"cpuAllocation": allocation(8000, 9000)}, "9000 MHz → 8000 MHz VMRES-02"),
        ({"cpuAllocation": allocation(8000, 8000, "high")}, "high → normal VMRES-03"),
        ({"cpuAllocation": allocation(8000, 8000, "custom", 4000)}, "custom → normal VMRES-03"),
        ({"memoryReservationLockedToMax": False}, "not locked → locked VMRES-04"),
        ({"memoryAllocation": allocation(4000, 4096)}, "4000 MB → 4096 MB VMRES-04"),
        ({"memoryAllocation": allocation(4096, -1)}, "none → 4096 MB VMRES-05"),
        ({"memoryAllocation": allocation(4096, 4096, "low")}, "low → normal VMRES-06"),
        ({"disks": (disk(2000, 0), disk(2001, 1, level="high"))}, "high → normal VMRES-07"),
        ({"disks": (disk(2000, 0), disk(2001, 1, iops=-1))}, "none → 500 VMRES-08"),
        ({"disks": (disk(2000, 0, iops=900),)}, "900 → 500 VMRES-08"),
        ({"bootOptions": None}, "left to the BIOS → Hard disk 1, SCSI (0:0) BIOS-01"),
        ({"bootOptions": boot(2001, 2000)}, "→ Hard disk 1, SCSI (0:0) BIOS-02"),
    ],
)
def test_each_deviation_is_named_and_put_right(changed: dict[str, Any], said: str) -> None:
    lacks = found(**changed)
    lines = [f"{each.now} → {each.wanted} {each.requirement}" for each in lacks.differences]
    assert any(line.endswith(said) for line in lines), lines
    assert lacks.spec is not None


def test_what_is_sent_is_sent_whole() -> None:
    spec = found(cpuAllocation=allocation(8000, -1), bootOptions=boot(2001, bootDelay=5)).spec
    cpu = spec.cpuAllocation
    assert (cpu.reservation, cpu.limit, cpu.shares.level) == (8000, 8000, "normal")
    assert spec.memoryAllocation is None
    assert spec.bootOptions.bootDelay == 5
    assert [each.deviceKey for each in spec.bootOptions.bootOrder] == [2000, 2001]


def test_a_disk_keeps_what_nobody_wants_changed() -> None:
    (edit,) = found(disks=(disk(2000, 0), disk(2001, 1, iops=-1))).spec.deviceChange
    assert (edit.operation, edit.device.key) == ("edit", 2001)
    assert edit.device.storageIOAllocation.reservation == 7
    assert edit.device.storageIOAllocation.limit == 500


def test_a_cd_drive_before_the_disk_is_named_by_the_first_row() -> None:
    order = ORDER(bootOrder=[ORDER.BootableCdromDevice()])
    (difference,) = found(bootOptions=order).differences
    assert difference.requirement == "BIOS-01"


def test_a_reservation_within_rounding_stays_and_the_limit_follows_it() -> None:
    assert found(cpuAllocation=allocation(7990, 7990)).spec is None
    (difference,) = found(cpuAllocation=allocation(7990, 8000)).differences
    assert (difference.requirement, difference.wanted) == ("VMRES-02", "7990 MHz")


def test_a_limit_that_the_site_does_not_state_is_not_made_up() -> None:
    lacks = found(iops=None, disks=(disk(2000, 0, iops=-1), disk(2001, 1)))
    assert lacks.spec is None
    assert lacks.notes == (
        "site.disk_iops is not stated: Hard disk 1 without an IOPS limit (VMRES-08)",
    )


def test_without_a_disk_at_scsi_0_0_the_boot_order_is_left() -> None:
    lacks = found(disks=(disk(2001, 1),), bootOptions=boot(2001))
    assert lacks.differences == ()
    assert "no disk is at SCSI (0:0)" in lacks.notes[0]


class Session:
    """vCenter, in which a lease of somebody else ends after some looks."""

    def __init__(self, fault: Any, looks: int, *, removes: bool = False) -> None:
        self.fault, self.looks, self.removes = fault, looks, removes

    def managed(self, *_: Any) -> Any:
        return SimpleNamespace(Destroy_Task=lambda: "task-1")

    def ask(self, doing: str, work: Any) -> Any:
        self.looks -= 1
        if self.looks >= 0:
            raise UnexpectedAnswer(f"{doing}: busy.") from self.fault
        return work()

    def properties(self, kind: type, *_: Any, **__: Any) -> Any:
        if kind is vim.Task:
            return {"task-1": {"info": vim.TaskInfo(key="task-1", state="success")}}
        return {} if self.removes and self.looks <= 0 else {"vm-1": {"name": "mgmt"}}


LEFT = Machine(moid="vm-1", name="mgmt", is_on=False)


@pytest.mark.parametrize("removes", [False, True])
def test_a_machine_whose_import_still_lasts_is_waited_for(*, removes: bool) -> None:
    session: Any = Session(vim.fault.InvalidState(), 3, removes=removes)
    said: list[str] = []
    remove(session, LEFT, said.append, lambda _: None)
    assert said == ["mgmt: vCenter still waits for the import that was cut off"]


@pytest.mark.parametrize("fault", [vim.fault.NoPermission(), vim.fault.InvalidPowerState()])
def test_what_waiting_does_not_cure_is_told_at_once(fault: Any) -> None:
    session: Any = Session(fault, 9)
    with pytest.raises(UnexpectedAnswer, match="removing mgmt: busy"):
        remove(session, LEFT, lambda _: None, lambda _: None)
    assert session.looks == 8


def test_the_wait_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "LEASE_ENDS_S", 0.0)
    session: Any = Session(vim.fault.InvalidState(), 9)
    with pytest.raises(UnexpectedAnswer, match="removing mgmt: busy"):
        remove(session, LEFT, lambda _: None, lambda _: None)
