from __future__ import annotations

import pytest

from securemode.observations.vsphere import MachineIdentity
from securemode.targets import Node, Role
from securemode.vsphere.matching import of_node, referred_to
from vsphere.seen import CONF1, MGMT, vcenter

UUID = "4221b170-c191-7587-5f8e-9a1508c6a0a1"


def named(name: str, moid: str, **more: object) -> MachineIdentity:
    return MachineIdentity(moid=moid, name=name, **more)  # type: ignore[arg-type]


MACHINES = (
    named("mgmt", "vm-1", instance_uuid=UUID, bios_uuid="564d-bios"),
    named("pexip-1", "vm-2", guest_name="conf1.example.com"),
    named("pexip-2", "vm-3", addresses=("fe80::1", "192.0.2.22", "not an address")),
    named("mgmt template", "vm-4", is_template=True, addresses=("192.0.2.10",)),
    named("jump-host", "vm-5", addresses=("192.0.2.99",)),
)


@pytest.mark.parametrize(
    ("node", "moid"),
    [
        (MGMT, "vm-1"),
        (CONF1, "vm-2"),
        (Node(name="conf2", role=Role.CONFERENCING, ipv4="192.0.2.22"), "vm-3"),
        (Node(name="PEXIP-1", role=Role.CONFERENCING, ipv4="192.0.2.50"), "vm-2"),
        (Node(name="conf9", role=Role.CONFERENCING, ipv6="fe80:0:0::1"), "vm-3"),
        (Node(name="conf9", role=Role.CONFERENCING, ipv4="192.0.2.50"), None),
    ],
)
def test_a_machine_is_found_by_name_and_address(node: Node, moid: str | None) -> None:
    match = of_node(node, MACHINES, vcenter())
    assert (match.machine.moid if match.machine else None) == moid
    assert bool(match.why) is (moid is None)


@pytest.mark.parametrize("reference", ["pexip-2", "vm-3", "VM-3"])
def test_what_is_stated_counts(reference: str) -> None:
    match = of_node(MGMT, MACHINES, vcenter(virtual_machines={"mgmt": reference}))
    assert match.machine is MACHINES[2]


@pytest.mark.parametrize("reference", [UUID, UUID.upper(), "564d-bios", "mgmt", "vm-1"])
def test_a_reference_may_be_name_uuid_or_id(reference: str) -> None:
    assert referred_to(reference, MACHINES).machine is MACHINES[0]


def test_a_stated_machine_that_is_not_there_is_not_replaced_by_another() -> None:
    match = of_node(MGMT, MACHINES, vcenter(virtual_machines={"mgmt": "gone"}))
    assert (match.machine, match.why) == (None, 'no virtual machine has "gone"')


def test_two_that_fit_are_both_named_and_none_is_taken() -> None:
    twins = (*MACHINES, named("copy of mgmt", "vm-9", addresses=("192.0.2.10",)))
    match = of_node(MGMT, twins, vcenter())
    assert match.machine is None
    assert [each.moid for each in match.candidates] == ["vm-1", "vm-9"]
    assert match.why == "mgmt (vm-1) and copy of mgmt (vm-9) have the name or an address of mgmt"


def test_counterparts_and_machines_of_other_nodes_are_no_candidates() -> None:
    twin = named("mgmt-2", "vm-9", guest_name="mgmt.example.com")
    stated = vcenter(contingency={"mgmt": "mgmt-2"})
    assert of_node(MGMT, (*MACHINES, twin), stated).machine is MACHINES[0]
    stated = vcenter(virtual_machines={"conf1": "vm-9"})
    assert of_node(MGMT, (*MACHINES, twin), stated).machine is MACHINES[0]


def test_many_candidates_are_counted() -> None:
    many = [named("mgmt", f"vm-{number}") for number in range(5)]
    assert of_node(MGMT, many, vcenter()).why.startswith(
        "mgmt (vm-0) and mgmt (vm-1) and mgmt (vm-2) and 2 more have"
    )
