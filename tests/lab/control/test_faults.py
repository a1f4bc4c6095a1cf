from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode_lab.faults import FAULTS, Defect, Forgotten, Misconfiguration

if TYPE_CHECKING:
    from lab.control.running import RunningLab
    from securemode_lab.faults import Fault

FIRST_SLICE = (
    {"WIZ-02", "WIZ-04", "WIZ-07", "WIZ-08", "WIZ-09", "WIZ-10", "WIZ-11", "WIZ-12", "WIZ-14"}
    | {"WIZ-18", "WIZ-21", "WIZ-22", "WIZ-24", "GLOBAL-07", "DEPLOY-05"}
    | {"SNMP-01", "SNMP-02", "SNMP-03", "SNMP-04", "SNMP-05"}
)
WITHOUT_MISCONFIGURATION = {"DEPLOY-05", "SNMP-05"}
"""No setting of the product makes its login wrong or its SNMP agent writable."""
WITHOUT_DEFECT = {"SNMP-01", "SNMP-03"}
"""Read from the configuration alone, which a defect leaves right."""


def _turned(sort: type) -> set[str]:
    return {turned for fault in FAULTS if isinstance(fault, sort) for turned in fault.turns}


def test_every_requirement_of_the_slice_can_be_turned_either_way() -> None:
    assert FIRST_SLICE - _turned(Misconfiguration) == WITHOUT_MISCONFIGURATION
    assert FIRST_SLICE - _turned(Defect) == WITHOUT_DEFECT


def test_names_are_unique_and_texts_say_something() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(len(fault.text.split()) > 3 for fault in FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_requirement_becomes_one_thing(fault: Fault) -> None:
    becomes = [*fault.turns, *fault.clouds, *fault.opens]
    assert becomes
    assert len(set(becomes)) == len(becomes)


def _changing(state: dict[str, Any]) -> list[Any]:
    """Everything of a state but the times of starts."""
    nodes = [{k: v for k, v in node.items() if k != "boot_time"} for node in state["nodes"]]
    return [nodes, state["answers"], state["faults"]]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_goes_on_and_off_without_a_trace(lab: RunningLab, fault: Fault) -> None:
    before = lab.done("state")
    nodes = lab.done("fault", name=fault.name, on=True)["nodes"]
    assert list(lab.done("state")["faults"]) == [fault.name]
    expected = 1 if isinstance(fault, Defect | Forgotten) else len(before["nodes"])
    assert len(nodes) == expected
    lab.done("fault", name=fault.name, on=False)
    assert _changing(lab.done("state")) == _changing(before)


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if isinstance(fault, Defect)], ids=lambda fault: fault.name
)
def test_a_defect_changes_one_node_and_not_its_configuration(
    lab: RunningLab, fault: Defect
) -> None:
    before = {node["name"]: node for node in lab.done("state")["nodes"]}
    named = lab.done("fault", name=fault.name, on=True)["nodes"]
    after = {node["name"]: node for node in lab.done("state")["nodes"]}
    others = [name for name in before if name not in named]
    assert [after[name] for name in others] == [before[name] for name in others]
    assert after[named[0]]["answers"] == before[named[0]]["answers"]
    assert after[named[0]]["boot_time"] == before[named[0]]["boot_time"]


def test_a_wizard_answer_waits_for_the_restart_of_a_conferencing_node(lab: RunningLab) -> None:
    lab.fault("closed-ports-reject", "conf1")
    drops = {n["name"]: n["answers"]["drop_not_reject"] for n in lab.done("state")["nodes"]}
    assert drops == {"mgmt": False, "conf1": False, "conf2": True}
    lab.done("restart", node="conf2")
    drops = {n["name"]: n["answers"]["drop_not_reject"] for n in lab.done("state")["nodes"]}
    assert drops["conf2"] is False
