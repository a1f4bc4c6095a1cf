from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from securemode.environment.site import Site
from securemode.judges.machine_rules import rule_named
from securemode.judges.vlans import vlan_is_allowed
from securemode.observations.vsphere import HostSeen, KernelAdapterSeen, NicSeen, Tagging, Vlan
from securemode.verdicts import Judgement, Verdict
from vsphere.seen import host, inventory, machine, one_vlan, port_group

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
RESERVED = ((1, 1), (1001, 1024))


def said(vlan: Vlan, *, on: HostSeen | None = None) -> Judgement:
    seen = inventory(hosts=[port_group(on or host(), "nodes", vlan=vlan)])
    return vlan_is_allowed(RESERVED)(machine(), seen)


def tagged(tagging: Tagging, *ids: tuple[int, int]) -> Vlan:
    return Vlan(tagging=tagging, ids=ids)


@pytest.mark.parametrize(
    ("vlan", "verdict", "saw"),
    [
        (one_vlan(110), PASS, "nodes: VLAN 110"),
        (one_vlan(0), PASS, "nodes: VLAN 0"),
        (one_vlan(4095), FAIL, "nodes: VLAN 4095, which leaves tagging to the guest"),
        (one_vlan(1), FAIL, "nodes: VLAN 1, of which the site reserves 1, 1001-1024"),
        (one_vlan(1001), FAIL, "nodes: VLAN 1001, of which the site reserves 1, 1001-1024"),
        (one_vlan(1024), FAIL, "nodes: VLAN 1024, of which the site reserves 1, 1001-1024"),
        (one_vlan(1025), PASS, "nodes: VLAN 1025"),
        (one_vlan(1000), PASS, "nodes: VLAN 1000"),
        (one_vlan(10), FAIL, "nodes: VLAN 10, that of vmk0 (management)"),
        (tagged(Tagging.TRUNK, (0, 4094)), FAIL, "nodes: trunk of VLANs 0-4094, which passes all"),
        (tagged(Tagging.TRUNK, (120, 120)), FAIL, "nodes: trunk of VLANs 120, which passes all"),
        (tagged(Tagging.PRIVATE, (130, 130)), PASS, "nodes: private VLAN 130"),
        (tagged(Tagging.PRIVATE, (1010, 1010)), FAIL, "nodes: private VLAN 1010, of which the"),
        (tagged(Tagging.UNKNOWN), UNCLEAR, "nodes: unknown VLAN"),
    ],
)
def test_vlans(vlan: Vlan, verdict: Verdict, saw: str) -> None:
    judgement = said(vlan)
    assert judgement.verdict is verdict
    assert judgement.saw.startswith(saw)


def test_untagged_machines_on_the_wire_of_untagged_management_are_in_conflict() -> None:
    untagged = port_group(host(), "Management", vlan=one_vlan(0))
    assert said(one_vlan(0), on=untagged).verdict is PASS, "another wire"
    shared = port_group(untagged, "Management", uplinks=("vmnic1",))
    assert said(one_vlan(0), on=shared).saw.endswith("VLAN 0, that of vmk0 (management)")


def test_every_kernel_adapter_has_its_vlan_to_itself() -> None:
    vmotion = KernelAdapterSeen(device="vmk1", services=("vmotion",), port_group="vmotion")
    group = replace(host().port_groups[0], key="vmotion", name="vmotion", vlan=one_vlan(20))
    seen = host(
        port_groups=(*host().port_groups, group),
        kernel_adapters=(*host().kernel_adapters, vmotion),
    )
    assert said(one_vlan(20), on=seen).saw == "nodes: VLAN 20, that of vmk1 (vmotion)"


@pytest.mark.parametrize(
    "seen",
    [
        machine(nics=()),
        machine(nics=(NicSeen(label="Network adapter 1", port_group="gone"),)),
        machine(nics=(*machine().nics, NicSeen(label="Network adapter 2", port_group=""))),
        machine(host="host-of-nobody"),
    ],
)
def test_a_network_that_is_not_shown_is_never_allowed(seen: object) -> None:
    assert vlan_is_allowed(RESERVED)(seen, inventory()).verdict is UNCLEAR  # type: ignore[arg-type]


@given(number=some.integers(1, 4095))
def test_what_the_site_reserves_is_what_the_environment_says(number: int) -> None:
    site = Site.model_validate({"reserved_vlan_ids": ("300-399", 2000)}, strict=False)
    rule = rule_named("every network adapter uses an allowed VLAN", site)
    seen = inventory(hosts=[port_group(host(), "nodes", vlan=one_vlan(number))])
    refused = number in {10, 2000, 4095} or 300 <= number <= 399
    assert rule(machine(), seen).verdict is (FAIL if refused else PASS)
