from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment.parts import Gate
from securemode.judges.boot import (
    boot_order_is_attested,
    first_scsi_disk_leads,
    hard_disk_is_first,
    setup_is_not_forced,
)
from securemode.observations.attestations import AttestationsSeen, Statement
from securemode.observations.vsphere import Boot, BootDevice
from securemode.verdicts import Verdict
from vsphere.seen import MGMT, VCENTER, disk, inventory, machine

if TYPE_CHECKING:
    from securemode.verdicts import Judgement

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
NOT_APPLICABLE, NOT_REVIEWED = Verdict.NOT_APPLICABLE, Verdict.NOT_REVIEWED
DISK, CDROM, NETWORK = BootDevice.DISK, BootDevice.CDROM, BootDevice.NETWORK


def order(*devices: tuple[BootDevice, int], **more: Any) -> Boot:
    return Boot(order=devices, enters_setup=False, firmware="bios", **more)


@pytest.mark.parametrize(
    ("boot", "first", "leads"),
    [
        (order((DISK, 2000)), PASS, PASS),
        (order((DISK, 2000), (CDROM, 0), (NETWORK, 4000)), PASS, PASS),
        (order((CDROM, 0), (DISK, 2000)), FAIL, PASS),
        (order((NETWORK, 4000), (DISK, 2000)), FAIL, PASS),
        (order((DISK, 2001), (DISK, 2000)), PASS, FAIL),
        (order((CDROM, 0)), FAIL, FAIL),
        (order((DISK, 2999)), PASS, UNCLEAR),
        (order(), NOT_APPLICABLE, NOT_APPLICABLE),
    ],
)
def test_boot_order(boot: Boot, first: Verdict, leads: Verdict) -> None:
    seen = machine(boot=boot)
    assert hard_disk_is_first(seen, inventory()).verdict is first
    assert first_scsi_disk_leads(seen, inventory()).verdict is leads


@pytest.mark.parametrize(
    "leading", [disk(0, bus=1), disk(0, unit=1), disk(0, is_scsi=False), disk(0, bus=-1, unit=-1)]
)
def test_only_scsi_0_0_may_lead(leading: Any) -> None:
    judgement = first_scsi_disk_leads(machine(disks=(leading, disk(1))), inventory())
    assert judgement.verdict is FAIL
    assert leading.place in judgement.saw


def test_what_else_restricts_the_devices_is_shown() -> None:
    boot = order((CDROM, 0), (DISK, 2000), device_classes="allow:hd")
    judgement = hard_disk_is_first(machine(boot=boot), inventory())
    shown = "CD-ROM, hard disk (Hard disk 1, SCSI (0:0)); bios.bootDeviceClasses allow:hd"
    assert judgement.saw == shown


@pytest.mark.parametrize(("forced", "verdict"), [(False, PASS), (True, FAIL), (None, UNCLEAR)])
def test_forced_setup(forced: bool | None, verdict: Verdict) -> None:  # noqa: FBT001 - a case
    seen = machine(boot=Boot(enters_setup=forced))
    assert setup_is_not_forced(seen, inventory()).verdict is verdict


def attested(*requirements: str) -> AttestationsSeen:
    statements = tuple(
        Statement(
            requirement=requirement,
            says="Looked at the Boot page of each node.",
            by="Ada Example, security officer",
            confirmed_by=None,
            verified="2026-11-01",
            valid_until="2027-11-01",
            how="on the console",
            attached=(),
        )
        for requirement in requirements
    )
    return AttestationsSeen(file="attestations.yaml", today="2026-11-23", statements=statements)


STATED, UNSTATED = machine("mgmt"), machine("mgmt", boot=Boot(firmware="bios"))


@pytest.mark.parametrize(
    ("seen", "statements", "verdict"),
    [
        (STATED, None, NOT_APPLICABLE),
        (STATED, attested("BIOS-01"), NOT_APPLICABLE),
        (UNSTATED, None, NOT_REVIEWED),
        (UNSTATED, attested(), NOT_REVIEWED),
        (UNSTATED, attested("BIOS-02"), NOT_REVIEWED),
        (UNSTATED, attested("BIOS-01"), Verdict.ATTESTED),
        (machine("somebody"), attested("BIOS-01"), UNCLEAR),
    ],
)
def test_a_person_is_asked_where_the_machine_states_no_order(
    seen: Any, statements: AttestationsSeen | None, verdict: Verdict
) -> None:
    judgement: Judgement = boot_order_is_attested(
        inventory([seen]),
        statements,
        node=MGMT,
        vcenter=VCENTER,
        requirement="BIOS-01",
        gate=Gate(),
    )
    assert judgement.verdict is verdict
