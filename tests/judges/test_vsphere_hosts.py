from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from securemode.judges.hosts import (
    has_two_adapters_with_link,
    host_satisfies,
    machines_are_apart,
    management_is_apart,
)
from securemode.observations.vsphere import HostSeen, KernelAdapterSeen, NicSeen, PortGroupSeen
from securemode.verdicts import Verdict
from vsphere.seen import host, inventory, machine, one_vlan, port_group

if TYPE_CHECKING:
    from securemode.judges.hosts import HostRule
    from securemode.observations.vsphere import InventorySeen
    from securemode.verdicts import Judgement

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
NAME = "esxi1.example.com"


def said(rule: HostRule, seen: HostSeen | InventorySeen) -> Judgement:
    whole = inventory(hosts=[seen]) if isinstance(seen, HostSeen) else seen
    return host_satisfies(whole, host=NAME, rule=rule)


@pytest.mark.parametrize(
    ("links", "verdict", "saw"),
    [
        ((("vmnic0", 1000), ("vmnic1", 10_000)), PASS, "vmnic0 at 1000 Mbit/s, vmnic1 at"),
        ((("vmnic0", 1000), ("vmnic1", None)), FAIL, "vmnic0 at 1000 Mbit/s, vmnic1 without link"),
        ((("vmnic0", 1000), ("vmnic1", 0)), FAIL, "vmnic0 at 1000 Mbit/s, vmnic1 without link"),
        ((("vmnic0", 1000),), FAIL, "vmnic0 at 1000 Mbit/s"),
        ((), FAIL, "no physical adapter"),
        (None, UNCLEAR, "nothing"),
    ],
)
def test_adapters(links: tuple[tuple[str, int | None], ...], verdict: Verdict, saw: str) -> None:
    judgement = said(has_two_adapters_with_link, host(link_mbit=links))
    assert judgement.verdict is verdict
    assert judgement.saw.startswith(saw)


def more(key: str, *uplinks: str) -> HostSeen:
    group = PortGroupSeen(key=key, name=key, switch="vSwitch9", vlan=one_vlan(120), uplinks=uplinks)
    return host(port_groups=(*host().port_groups, group))


MANAGED_TWICE = host(
    kernel_adapters=(
        *host().kernel_adapters,
        KernelAdapterSeen(device="vmk1", services=("management",), port_group="nodes"),
    )
)


@pytest.mark.parametrize(
    ("seen", "management", "machines"),
    [
        (host(), PASS, PASS),
        (port_group(host(), "nodes", uplinks=("vmnic0",)), FAIL, FAIL),
        (port_group(host(), "nodes", uplinks=("vmnic1", "vmnic0")), FAIL, FAIL),
        (port_group(host(), "Management", uplinks=("vmnic0", "vmnic1")), FAIL, FAIL),
        (port_group(host(), "Management", uplinks=()), UNCLEAR, UNCLEAR),
        (port_group(host(), "nodes", uplinks=()), UNCLEAR, UNCLEAR),
        (more("empty", "vmnic0"), FAIL, PASS),
        (more("empty", "vmnic1"), PASS, PASS),
        (host(kernel_adapters=()), UNCLEAR, UNCLEAR),
        (MANAGED_TWICE, FAIL, FAIL),
        (host(is_connected=False), UNCLEAR, UNCLEAR),
        (host(name="other"), UNCLEAR, UNCLEAR),
        (inventory(hosts=[host(), host(moid="host-2")]), UNCLEAR, UNCLEAR),
    ],
)
def test_wires(seen: HostSeen | InventorySeen, management: Verdict, machines: Verdict) -> None:
    assert said(management_is_apart, seen).verdict is management
    assert said(machines_are_apart, seen).verdict is machines


def with_nic(port_group: str) -> InventorySeen:
    nic = NicSeen(label="Network adapter 2", port_group=port_group)
    return inventory([*inventory().machines, machine("intruder", nics=(nic,))])


def test_a_machine_on_the_management_network_fails_both() -> None:
    seen = with_nic("Management")
    for rule in (management_is_apart, machines_are_apart):
        judgement = said(rule, seen)
        assert judgement.verdict is FAIL
        assert judgement.saw == "Management (vmnic0)"
        assert judgement.expected == "none of vmnic0, by which the host is managed"


def test_a_network_that_is_not_shown_is_not_taken_for_apart() -> None:
    judgement = said(machines_are_apart, with_nic("dvportgroup-77"))
    assert (judgement.verdict, judgement.saw) == (UNCLEAR, "intruder")


def test_machines_of_other_hosts_do_not_count() -> None:
    other = replace(with_nic("Management").machines[-1], host="host-2")
    assert said(machines_are_apart, inventory([*inventory().machines, other])).verdict is PASS


def test_other_services_of_the_kernel_may_share_with_machines() -> None:
    vmotion = KernelAdapterSeen(device="vmk1", services=("vmotion",), port_group="vmotion")
    seen = more("vmotion", "vmnic1")
    seen = replace(seen, kernel_adapters=(*seen.kernel_adapters, vmotion))
    assert said(management_is_apart, seen).verdict is PASS


ADAPTERS = some.sets(some.sampled_from(["vmnic0", "vmnic1", "vmnic2", "vmnic3"]), min_size=1)


@given(management=ADAPTERS, machines=ADAPTERS)
def test_any_shared_adapter_fails(management: set[str], machines: set[str]) -> None:
    seen = port_group(host(), "Management", uplinks=tuple(management))
    seen = port_group(seen, "nodes", uplinks=tuple(machines))
    expected = FAIL if management & machines else PASS
    assert said(management_is_apart, seen).verdict is expected
    assert said(machines_are_apart, seen).verdict is expected
