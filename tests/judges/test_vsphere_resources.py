from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from securemode.environment.site import Site
from securemode.judges.datastores import limits_fit_the_datastore
from securemode.judges.machine_rules import FIXED_RULES, rule_named
from securemode.judges.resources import all_cpu_is_reserved, disks_are_limited
from securemode.judges.virtual_machines import machine_satisfies
from securemode.observations.vsphere import Allocation, InventorySeen, VirtualMachineSeen
from securemode.verdicts import Judgement, Verdict
from vsphere.seen import CORE_MHZ, MGMT, VCENTER, disk, host, inventory, machine

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
ALL = 2 * CORE_MHZ


def said(statement: str, seen: VirtualMachineSeen, site: Site | None = None) -> Judgement:
    return rule_named(statement, site or Site())(seen, inventory())


def cpu(reservation: int | None = ALL, limit: int | None = ALL, level: str = "normal") -> Any:
    return {"cpu": Allocation(reservation=reservation, limit=limit, shares_level=level)}


def memory(reservation: int | None = 4096, limit: int | None = 4096, level: str = "normal") -> Any:
    return {"memory": Allocation(reservation=reservation, limit=limit, shares_level=level)}


CPU_RESERVED = "all CPU is reserved"
CPU_LIMIT = "the CPU limit equals the reservation"
CPU_SHARES = "CPU shares are normal"
MEMORY_RESERVED = "all memory is reserved and locked"
MEMORY_LIMIT = "the memory limit equals the reservation"
MEMORY_SHARES = "memory shares are normal"
DISK_SHARES = "shares of every disk are normal"
DISK_LIMIT = "every disk has an IOPS limit"

CASES: list[tuple[str, dict[str, Any], Verdict, str]] = [
    (CPU_RESERVED, {}, PASS, "4800 MHz"),
    (CPU_RESERVED, cpu(reservation=4760), PASS, "4760 MHz"),
    (CPU_RESERVED, cpu(reservation=4700), FAIL, "4700 MHz"),
    (CPU_RESERVED, cpu(reservation=0), FAIL, "0 MHz"),
    (CPU_RESERVED, {"pool_mhz": 4000, **cpu(reservation=4000)}, PASS, "4000 MHz"),
    (CPU_RESERVED, {"pool_mhz": 4000, **cpu(reservation=3000)}, FAIL, "3000 MHz"),
    (CPU_RESERVED, {"pool_mhz": None}, PASS, "4800 MHz"),
    (CPU_RESERVED, cpu(reservation=None), UNCLEAR, "nothing"),
    (CPU_RESERVED, {"cpu": None}, UNCLEAR, "nothing"),
    (CPU_RESERVED, {"host": "host-of-nobody"}, UNCLEAR, "nothing"),
    (CPU_LIMIT, {}, PASS, "4800 MHz"),
    (CPU_LIMIT, cpu(limit=-1), FAIL, "no limit"),
    (CPU_LIMIT, cpu(limit=ALL + 1), FAIL, "4801 MHz"),
    (CPU_LIMIT, cpu(limit=ALL - 1), FAIL, "4799 MHz"),
    (CPU_LIMIT, cpu(limit=None), UNCLEAR, "nothing"),
    (CPU_SHARES, {}, PASS, "normal"),
    (CPU_SHARES, cpu(level="high"), FAIL, "high"),
    (CPU_SHARES, cpu(level="custom"), FAIL, "custom"),
    (CPU_SHARES, cpu(level=""), UNCLEAR, "nothing"),
    (MEMORY_RESERVED, {}, PASS, "4096 MB, locked"),
    (MEMORY_RESERVED, {"memory_locked": False}, FAIL, "4096 MB, not locked"),
    (MEMORY_RESERVED, {"memory_locked": None}, FAIL, "4096 MB, not locked"),
    (MEMORY_RESERVED, memory(reservation=2048), FAIL, "2048 MB, locked"),
    (MEMORY_RESERVED, {"memory": None}, UNCLEAR, "nothing"),
    (MEMORY_LIMIT, {}, PASS, "4096 MB"),
    (MEMORY_LIMIT, memory(limit=-1), FAIL, "no limit"),
    (MEMORY_LIMIT, memory(limit=8192), FAIL, "8192 MB"),
    (MEMORY_SHARES, {}, PASS, "normal"),
    (MEMORY_SHARES, memory(level="low"), FAIL, "low"),
    (DISK_SHARES, {}, PASS, "Hard disk 1: normal, Hard disk 2: normal"),
    (DISK_SHARES, {"disks": (disk(0), disk(1, shares_level="high"))}, FAIL, "Hard disk 2: high"),
    (DISK_SHARES, {"disks": ()}, UNCLEAR, "nothing"),
    (DISK_LIMIT, {}, PASS, "Hard disk 1: 500 IOPS, Hard disk 2: 500 IOPS"),
    (DISK_LIMIT, {"disks": (disk(0), disk(1, iops_limit=None))}, FAIL, "Hard disk 2: no limit"),
]


@pytest.mark.parametrize(("statement", "changes", "verdict", "saw"), CASES)
def test_resources(statement: str, changes: dict[str, Any], verdict: Verdict, saw: str) -> None:
    judgement = said(statement, machine(**changes))
    assert (judgement.verdict, judgement.saw) == (verdict, saw)


def test_the_site_states_the_limit_of_every_disk() -> None:
    site = Site(disk_iops=500)
    assert said(DISK_LIMIT, machine(), site).verdict is PASS
    other = said(DISK_LIMIT, machine(disks=(disk(0), disk(1, iops_limit=400))), site)
    assert other.verdict is FAIL
    assert (other.expected, other.saw) == ("500 IOPS on each disk", "Hard disk 2: 400 IOPS")


def test_the_trusted_speed_of_a_core_is_named() -> None:
    judgement = said(CPU_RESERVED, machine())
    assert judgement.expected == "4800 MHz or more (2 cores of 2400 MHz by hardware.cpuInfo.hz)"
    bounded = said(CPU_RESERVED, machine(pool_mhz=4000, **cpu(reservation=4000)))
    assert bounded.expected.endswith("bounded by its resource pool)")


def test_without_hz_the_summary_is_trusted() -> None:
    seen = inventory(hosts=[host(core_mhz=None)])
    assert "summary.hardware.cpuMhz" in all_cpu_is_reserved(machine(), seen).expected


@pytest.mark.parametrize(
    ("reservation", "verdict"), [(4800, UNCLEAR), (7182, PASS), (4500, FAIL), (7000, UNCLEAR)]
)
def test_a_host_that_states_two_speeds_is_believed_only_where_they_agree(
    reservation: int, verdict: Verdict
) -> None:
    seen = inventory(hosts=[host(core_mhz=3591.345, summary_mhz=2400)])
    judgement = all_cpu_is_reserved(machine(**cpu(reservation=reservation)), seen)
    assert judgement.verdict is verdict


def test_rounding_of_the_speed_is_no_disagreement() -> None:
    seen = inventory(hosts=[host(core_mhz=2399.7, summary_mhz=2400)])
    assert all_cpu_is_reserved(machine(**cpu(reservation=4799)), seen).verdict is PASS


@given(
    cores=some.integers(1, 128),
    mhz=some.integers(800, 5000),
    part=some.floats(0, 2, allow_nan=False),
)
def test_less_than_all_cores_is_never_all(cores: int, mhz: int, part: float) -> None:
    seen = inventory(hosts=[host(core_mhz=float(mhz), summary_mhz=mhz)])
    reservation = int(cores * mhz * part)
    given_to = machine(cpu_count=cores, pool_mhz=None, **cpu(reservation=reservation))
    passed = all_cpu_is_reserved(given_to, seen).verdict is PASS
    assert passed or reservation < cores * mhz
    assert not passed or reservation >= cores * mhz * 0.99


@given(limits=some.lists(some.none() | some.integers(16, 100_000), min_size=1, max_size=8))
def test_one_unlimited_disk_fails_the_machine(limits: list[int | None]) -> None:
    disks = tuple(disk(number, iops_limit=limit) for number, limit in enumerate(limits))
    judgement = disks_are_limited(None)(machine(disks=disks), inventory())
    assert judgement.verdict is (FAIL if None in limits else PASS)


@pytest.mark.parametrize("statement", [*FIXED_RULES, DISK_LIMIT])
def test_every_rule_holds_for_the_secured_machine(statement: str) -> None:
    assert said(statement, machine()).verdict is PASS


def test_what_vcenter_does_not_show_is_never_judged() -> None:
    seen = inventory([machine(is_readable=False, disks=())])
    judgement = machine_satisfies(seen, node=MGMT, vcenter=VCENTER, rule=FIXED_RULES[CPU_RESERVED])
    assert judgement.verdict is UNCLEAR
    assert judgement.saw == "only the name of mgmt (vm-mgmt)"


def test_two_candidates_are_both_named() -> None:
    seen = inventory([machine("mgmt", "vm-1"), machine("other", "vm-2", addresses=("192.0.2.10",))])
    judgement = machine_satisfies(seen, node=MGMT, vcenter=VCENTER, rule=FIXED_RULES[CPU_RESERVED])
    assert judgement.verdict is UNCLEAR
    assert judgement.saw == "mgmt (vm-1) and other (vm-2) have the name or an address of mgmt"
    assert "vsphere.virtual_machines.mgmt" in judgement.next_step


# VMRES-09: four machines of ours with two disks of 500 each, and a foreign one with 200.
SUM = 4 * 2 * 500 + 200


def fit(seen: InventorySeen, capacity: int | None = SUM, name: str = "store") -> Judgement:
    return limits_fit_the_datastore(seen, datastore=name, capacity_iops=capacity)


def with_machine(**changes: Any) -> InventorySeen:
    standing = inventory()
    return inventory([*standing.machines, machine("more", "vm-more", **changes)])


@pytest.mark.parametrize(
    ("seen", "capacity", "verdict", "saw"),
    [
        (inventory(), SUM, PASS, "4200 IOPS over 9 disks of 5 machines"),
        (inventory(), SUM - 1, FAIL, "4200 IOPS over 9 disks of 5 machines"),
        (inventory(), None, Verdict.NOT_REVIEWED, "no capacity"),
        (with_machine(disks=(disk(iops_limit=None),)), 99999, FAIL, "Hard disk 1 of more"),
        (with_machine(disks=(disk(iops_limit=1),)), SUM, FAIL, "4201 IOPS over 10 disks of 6"),
        (with_machine(disks=(disk(datastore="datastore-2"),)), SUM, PASS, "4200 IOPS over 9"),
        (with_machine(is_template=True), SUM, PASS, "4200 IOPS over 9 disks of 5 machines"),
        (with_machine(power="poweredOff"), SUM, FAIL, "5200 IOPS over 11 disks of 6 machines"),
        (with_machine(is_readable=False, disks=()), SUM, UNCLEAR, "1 of 6 (vm-more)"),
    ],
)
def test_the_sum_on_a_datastore(
    seen: InventorySeen, capacity: int | None, verdict: Verdict, saw: str
) -> None:
    judgement = fit(seen, capacity)
    assert judgement.verdict is verdict
    assert judgement.saw.startswith(saw)


def test_machines_that_the_account_does_not_see_leave_the_sum_open() -> None:
    seen = inventory()
    store = replace(seen.datastores[0], machines=(*seen.datastores[0].machines, "vm-hidden"))
    judgement = fit(replace(seen, datastores=(store,)))
    assert (judgement.verdict, judgement.saw) == (UNCLEAR, "1 of 6 (vm-hidden)")


def test_datastores_of_one_name_are_not_mixed_up() -> None:
    seen = inventory()
    twin = replace(seen.datastores[0], moid="datastore-9", machines=())
    judgement = fit(replace(seen, datastores=(*seen.datastores, twin)))
    assert (judgement.verdict, judgement.saw) == (UNCLEAR, "2 (datastore-1, datastore-9)")
    assert fit(seen, name="elsewhere").saw == "none"
