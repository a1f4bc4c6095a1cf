from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from securemode.judges.contingency import secondary_is_off, secondary_mirrors_primary
from securemode.observations.vsphere import Allocation, Boot, BootDevice, InventorySeen, NicSeen
from securemode.verdicts import Judgement, Verdict
from vsphere.seen import DEPLOYMENT, VCENTER, disk, host, inventory, machine, vcenter

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def changed(whose: str, /, **changes: Any) -> InventorySeen:
    seen = inventory()
    found = [replace(one, **changes) if one.name == whose else one for one in seen.machines]
    return replace(seen, machines=tuple(found))


def without(name: str) -> InventorySeen:
    seen = inventory()
    return replace(seen, machines=tuple(one for one in seen.machines if one.name != name))


def mirrored(seen: InventorySeen, **stated: Any) -> Judgement:
    return secondary_mirrors_primary(
        seen,
        deployment=DEPLOYMENT,
        vcenter=vcenter(**stated) if stated else VCENTER,
        disk_iops=None,
    )


CPU = Allocation(reservation=100, limit=100, shares_level="normal")
CD_FIRST = Boot(order=((BootDevice.CDROM, 0), (BootDevice.DISK, 2000)), enters_setup=False)
ELSEWHERE = (NicSeen(label="Network adapter 1", port_group="Management"),)


@pytest.mark.parametrize(
    ("seen", "verdict", "saw"),
    [
        (inventory(), PASS, "mgmt: mgmt-2; conf1: conf1-2"),
        (without("conf1-2"), FAIL, 'conf1: no virtual machine has "conf1-2"'),
        (changed("conf1-2", cpu_count=1), FAIL, "conf1-2 has CPUs 1 instead of 2"),
        (changed("conf1-2", memory_mb=2048), FAIL, "has MB of memory 2048 instead of 4096"),
        (changed("conf1-2", disks=(disk(0),)), FAIL, "has disks (KB) 104857600 instead of"),
        (changed("conf1-2", nics=()), FAIL, "has networks none instead of VLAN 110"),
        (changed("conf1-2", nics=ELSEWHERE), FAIL, "has networks VLAN 10 instead of VLAN 110"),
        (changed("conf1-2", cpu=CPU), FAIL, "has not all its CPU reserved (100 MHz)"),
        (changed("conf1-2", memory_locked=False), FAIL, "not locked"),
        (
            changed("conf1-2", boot=replace(CD_FIRST, firmware="bios")),
            FAIL,
            "starts from something",
        ),
        (changed("conf1-2", boot=replace(machine().boot, firmware="efi")), FAIL, "firmware efi"),
        (changed("conf1-2", is_readable=False), UNCLEAR, "vCenter does not show both"),
        (changed("conf1-2", cpu=None), UNCLEAR, "conf1-2 is not told the CPU reservation"),
        (changed("conf1", cpu=CPU), PASS, "mgmt: mgmt-2; conf1: conf1-2"),
        (changed("conf1", name="somebody"), UNCLEAR, "no virtual machine has the name or an"),
    ],
)
def test_mirror(seen: InventorySeen, verdict: Verdict, saw: str) -> None:
    judgement = mirrored(seen)
    assert judgement.verdict is verdict
    assert saw in judgement.saw


def test_every_node_needs_a_counterpart() -> None:
    judgement = mirrored(inventory(), contingency={"mgmt": "mgmt-2"})
    assert judgement.verdict is FAIL
    assert judgement.saw == "conf1: no counterpart is stated"


def test_two_machines_of_one_name_are_no_counterpart() -> None:
    seen = inventory([*inventory().machines, machine("conf1-2", "vm-9", power="poweredOff")])
    judgement = mirrored(seen)
    assert judgement.verdict is UNCLEAR
    assert judgement.saw == 'conf1: conf1-2 (vm-conf1-2) and conf1-2 (vm-9) have "conf1-2"'
    assert judgement.next_step.startswith("state it under vsphere.contingency.conf1")
    assert secondary_is_off(seen, vcenter=VCENTER).verdict is UNCLEAR
    by_id = {"mgmt": "mgmt-2", "conf1": "vm-conf1-2"}
    assert mirrored(seen, contingency=by_id).verdict is PASS


@pytest.mark.parametrize(
    ("seen", "verdict", "saw"),
    [
        (inventory(), PASS, "2 powered off"),
        (changed("mgmt-2", power="poweredOn"), FAIL, "mgmt-2: poweredOn"),
        (changed("mgmt-2", power="suspended"), FAIL, "mgmt-2: suspended"),
        (changed("mgmt-2", power=""), FAIL, "mgmt-2: power state unknown"),
        (
            inventory(hosts=[host(autostarted=("vm-conf1-2",))]),
            FAIL,
            "conf1-2: started with its host",
        ),
        (inventory(restarted=("vm-mgmt-2",)), FAIL, "mgmt-2: restarted by a rule of vSphere HA"),
        (inventory(hosts=[host(autostarted=("vm-mgmt",))]), PASS, "2 powered off"),
        (without("conf1-2"), PASS, "1 powered off"),
        (inventory([machine("mgmt")]), UNCLEAR, "none of 2 machines"),
    ],
)
def test_the_secondary_is_off(seen: InventorySeen, verdict: Verdict, saw: str) -> None:
    judgement = secondary_is_off(seen, vcenter=VCENTER)
    assert (judgement.verdict, judgement.saw) == (verdict, saw)
