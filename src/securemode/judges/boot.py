"""What a virtual machine starts from: BIOS-01, BIOS-02 and BIOS-04."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.attestations import is_attested
from securemode.judges.virtual_machines import machine_satisfies
from securemode.observations.vsphere import BootDevice
from securemode.verdicts import Judgement, Verdict, deviates, statement, unclear

if TYPE_CHECKING:
    from securemode.environment.parts import Gate
    from securemode.environment.vsphere import VSphere
    from securemode.observations.attestations import AttestationsSeen
    from securemode.observations.vsphere import InventorySeen, VirtualMachineSeen
    from securemode.targets import Node

FIRST_PLACE = (0, 0)


def hard_disk_is_first(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """BIOS-01: nothing is tried before a hard disk."""
    if not machine.boot.order:
        return _decided_by_firmware()
    return statement(
        good=machine.boot.order[0][0] is BootDevice.DISK,
        what="starts from its hard disk first",
        otherwise="starts from something else before its hard disk",
        expected="hard disk first",
        saw=_shown(machine),
    )


def first_scsi_disk_leads(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """BIOS-02: of the hard disks, SCSI (0:0) comes first."""
    if not machine.boot.order:
        return _decided_by_firmware()
    expected = "SCSI (0:0) before every other hard disk"
    keys = [key for kind, key in machine.boot.order if kind is BootDevice.DISK]
    disks = {disk.key: disk for disk in machine.disks}
    if not keys:
        return deviates(
            "has no hard disk in its boot order", expected=expected, saw=_shown(machine)
        )
    leading = disks.get(keys[0])
    if leading is None:
        return unclear(
            "leads its boot order with a disk that it does not have",
            expected=expected,
            saw=_shown(machine),
            next_step="set the boot order of the virtual machine again.",
        )
    return statement(
        good=leading.is_scsi and (leading.bus, leading.unit) == FIRST_PLACE,
        what="starts from SCSI (0:0) before other hard disks",
        otherwise="starts from another hard disk before SCSI (0:0)",
        expected=expected,
        saw=_shown(machine),
    )


def setup_is_not_forced(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    """BIOS-04: the next start is an ordinary one."""
    forced = machine.boot.enters_setup
    if forced is None:
        return unclear(
            "does not tell whether it will enter BIOS setup", expected="off", saw="no boot options"
        )
    return statement(
        good=not forced,
        what="starts without BIOS setup next time",
        otherwise="will stop in BIOS setup at its next start",
        expected="Force BIOS setup: off",
        saw="on" if forced else "off",
    )


def boot_order_is_attested(
    seen: InventorySeen,
    statements: AttestationsSeen | None = None,
    *,
    node: Node,
    vcenter: VSphere,
    requirement: str,
    gate: Gate,
) -> Judgement:
    """What a person says of the boot order, where the virtual machine itself states none.

    Args:
        seen: the inventory.
        statements: of persons; None where the environment names none.
        node: whose virtual machine.
        vcenter: what the environment states of vCenter.
        requirement: BIOS-01 or BIOS-02.
        gate: how long a statement stands, and whether one person is enough.
    """
    said = machine_satisfies(seen, node=node, vcenter=vcenter, rule=_needs_a_person)
    if said.verdict is not Verdict.NOT_REVIEWED or statements is None:
        return said
    return is_attested(
        statements,
        requirement=requirement,
        within_days=gate.attested_within_days,
        two_persons=gate.two_persons,
    )


def _needs_a_person(machine: VirtualMachineSeen, _: InventorySeen) -> Judgement:
    if machine.boot.order:
        return Judgement(
            Verdict.NOT_APPLICABLE, "states its boot order, which is read instead", "", ""
        )
    return Judgement(
        Verdict.NOT_REVIEWED,
        "leaves its boot order to the BIOS, and nobody states what it is there",
        "an attestation",
        "none",
        "look at the Boot page of BIOS setup, and state it in a file of attestations.",
    )


def _decided_by_firmware() -> Judgement:
    return Judgement(
        Verdict.NOT_APPLICABLE,
        "states no boot order: BIOS setup decides, which only a person can look at",
        "",
        "",
    )


def _shown(machine: VirtualMachineSeen) -> str:
    places = {disk.key: f"{disk.label}, {disk.place}" for disk in machine.disks}
    named = [
        f"{kind.value} ({places.get(key, f'device {key}')})"
        if kind is BootDevice.DISK
        else kind.value
        for kind, key in machine.boot.order
    ]
    allowed = machine.boot.device_classes
    return ", ".join(named) + (f"; bios.bootDeviceClasses {allowed}" if allowed else "")
