"""A baseline as the sum of its controls: the gate, the message, conditions, what persons state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from judges.stig_cases import CASES, INPUTS, STIGS
from securemode.environment.stig import StigInputs
from securemode.judges.stig import (
    baseline_holds,
    machine_baseline_holds,
)
from securemode.observations.stig import BaselineSeen, MachineBaselinesSeen
from securemode.stig.category import Category
from securemode.targets import Node, Role, Scope
from securemode.verdicts import ControlJudgement, Judgement, Verdict

HOST, MACHINE = STIGS.of(Scope.HOST), STIGS.of(Scope.VIRTUAL_MACHINE)
ALL = frozenset(Category)
NODE = Node(name="mgmt", role=Role.MANAGEMENT, ipv4="192.0.2.10")


def _seen(
    changed: dict[str, Any] | None = None, *, refused: dict[str, str] | None = None
) -> BaselineSeen:
    values = CASES["esxi8"]["hardened"] | (changed or {})
    present = {source: value for source, value in values.items() if value is not None}
    return BaselineSeen(subject="esxi1.example.com", values=present, refused=refused or {})


def _judged(
    seen: BaselineSeen, severities: frozenset[Category] = ALL, inputs: StigInputs = INPUTS
) -> Judgement:
    return baseline_holds(seen, stig=HOST, inputs=inputs, severities=severities)


def _control(said: Judgement, number: int) -> ControlJudgement:
    (found,) = (one for one in said.controls if one.id == f"ESXI-80-000{number:03}")
    return found


def test_a_hardened_host_passes_with_every_control_of_the_api() -> None:
    said = _judged(_seen())
    assert said.verdict is Verdict.PASS
    assert said.what == "has no open control of the ESXi 8 STIG"
    assert said.saw == "of 74 controls 74 pass"
    assert len({one.id for one in said.controls}) == 74


OPEN = {
    "fact acceptance_level": "community",
    "option Mem.ShareForceSalting": 0,
    "property config.lockdownMode": "lockdownDisabled",
}


def test_open_controls_are_named_gravest_first() -> None:
    said = _judged(_seen(OPEN))
    assert said.verdict is Verdict.FAIL
    assert said.what == (
        "has 3 open controls of the ESXi 8 STIG: ESXI-80-000133 (CAT I), "
        "ESXI-80-000008 (CAT II), ESXI-80-000213 (CAT III)"
    )
    assert said.expected == "no open control of CAT I, CAT II, CAT III"
    assert said.saw.startswith("ESXI-80-000133: community; ESXI-80-000008: lockdownDisabled")
    assert said.next_step.startswith("ESXI-80-000133: Remove community VIBs")
    assert [one.id for one in said.controls[:3]] == [
        "ESXI-80-000133",
        "ESXI-80-000008",
        "ESXI-80-000213",
    ]


@pytest.mark.parametrize(
    ("severities", "verdict", "named"),
    [
        ({Category.ONE}, Verdict.FAIL, "ESXI-80-000133 (CAT I)"),
        ({Category.TWO}, Verdict.FAIL, "ESXI-80-000008 (CAT II)"),
        ({Category.THREE}, Verdict.FAIL, "ESXI-80-000213 (CAT III)"),
    ],
)
def test_only_the_severities_of_the_gate_decide(
    severities: set[Category], verdict: Verdict, named: str
) -> None:
    said = _judged(_seen(OPEN), frozenset(severities))
    assert said.verdict is verdict
    assert said.what == f"has 1 open control of the ESXi 8 STIG: {named}"


def test_what_the_gate_leaves_open_is_said() -> None:
    said = _judged(_seen({"option Mem.ShareForceSalting": 0}), frozenset({Category.ONE}))
    assert said.verdict is Verdict.PASS
    assert said.what.endswith("; the gate leaves ESXI-80-000213 (CAT III) open")


def test_of_very_many_a_few_are_named_and_the_rest_counted() -> None:
    said = _judged(BaselineSeen(subject="esxi1", values={}))
    assert said.verdict is Verdict.FAIL
    assert "and 43 more (39 CAT II, 4 CAT III)" in said.what
    assert said.saw.endswith("; …")


def test_a_refused_command_leaves_its_controls_inconclusive_and_the_rest_as_they_are() -> None:
    values = {k: v for k, v in _seen().values.items() if not k.startswith("esxcli system.ssh")}
    refused = {"esxcli system.ssh.server.config.list": "the account may not call ExecuteSoap"}
    seen = BaselineSeen(subject="esxi1", values=values, refused=refused)
    said = _judged(seen)
    unread = [one for one in said.controls if one.verdict is Verdict.INCONCLUSIVE]
    assert len(unread) == 10
    assert {one.saw for one in unread} == {"the account may not call ExecuteSoap"}
    assert sum(one.verdict is Verdict.PASS for one in said.controls) == 64
    assert said.verdict is Verdict.INCONCLUSIVE
    assert said.what.startswith("has 10 unread controls of the ESXi 8 STIG")


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("syslog_servers", 114),
        ("ntp_servers", 124),
        ("approved_issuer_orgs", 229),
        ("esxi_min_build", 221),
        ("vmotion_vlan", 160),
        ("ad_admin_group", 241),
    ],
)
def test_what_the_site_does_not_state_is_not_reviewed(name: str, number: int) -> None:
    said = _judged(_seen(), inputs=INPUTS.model_copy(update={name: None}))
    control = _control(said, number)
    assert control.verdict is Verdict.NOT_REVIEWED
    assert f"vsphere.stig.{name}" in control.expected
    assert said.verdict is Verdict.NOT_REVIEWED
    assert said.next_step.endswith("state it under vsphere.stig in the environment.")


def test_nothing_at_all_fails_whatever_the_site_would_have_stated() -> None:
    inputs = INPUTS.model_copy(update={"syslog_servers": None})
    said = _judged(_seen({"option Syslog.global.logHost": ""}), inputs=inputs)
    assert _control(said, 114).verdict is Verdict.FAIL


def test_the_vlan_of_management_is_compared_only_where_it_is_stated() -> None:
    seen = _seen({"fact management.vlans": {"vmk0": 0}})
    assert _control(_judged(seen), 198).verdict is Verdict.FAIL
    open_ = INPUTS.model_copy(update={"mgmt_vlan": None})
    assert _control(_judged(seen, inputs=open_), 198).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("number", "changed", "inputs", "reason"),
    [
        (145, {"fact iscsi.chapAuthEnabled": {}}, {}, "the host has no iSCSI adapter"),
        (160, {"fact vmotion.vlans": {}}, {}, "no adapter is selected for vMotion"),
        (216, {"fact standard_switches": []}, {}, "the host has no standard switch"),
        (220, {"fact standard_switches": []}, {}, "the host has no standard switch"),
        (248, {"fact tpm": False}, {}, "the host has no usable TPM"),
        (240, {"fact host_profile.join_methods": {}}, {}, "no host profile joins"),
        (241, {"fact directory.joined": False}, {}, "the host is not joined to Active Directory"),
        (49, {"fact directory.joined": False}, {}, "there are service accounts only"),
        (224, {"option Syslog.global.logHost": "udp://logs"}, {}, "no syslog target begins with"),
        (234, {"option Syslog.global.logHost": "tcp://logs"}, {}, "no syslog target begins with"),
        (229, {}, {"hosts_reached_directly": False}, "nobody connects to the host itself"),
        (8, {"fact managed_by_vcenter": False}, {}, "no vCenter manages the host"),
        (
            199,
            {"fact vsan.vlans": {}, "fact iscsi.chapAuthEnabled": {}, "fact nfs_datastores": []},
            {},
            "the host uses no storage over IP",
        ),
    ],
)
def test_where_a_control_does_not_apply_the_reason_is_said(
    number: int, changed: dict[str, Any], inputs: dict[str, Any], reason: str
) -> None:
    said = _judged(_seen(changed), inputs=INPUTS.model_copy(update=inputs))
    control = _control(said, number)
    assert control.verdict is Verdict.NOT_APPLICABLE
    assert reason in control.saw


def test_a_condition_that_nobody_can_tell_is_inconclusive() -> None:
    said = _judged(_seen({"fact vmotion.vlans": None}))
    assert _control(said, 160).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("source", ["fact nfs_datastores", "fact iscsi.chapAuthEnabled"])
def test_storage_over_ip_of_any_sort_makes_its_control_apply(source: str) -> None:
    sources = ("fact vsan.vlans", "fact iscsi.chapAuthEnabled", "fact nfs_datastores")
    nothing: dict[str, Any] = dict.fromkeys(sources, ())
    said = _judged(_seen(nothing | {source: ["one"]}))
    assert _control(said, 199).verdict is Verdict.PASS


def test_without_a_tpm_some_controls_weigh_less() -> None:
    said = _judged(_seen({"fact tpm": False, "property capability.uefiSecureBoot": True}))
    assert {_control(said, number).severity for number in (85, 238, 244)} == {"CAT III"}
    assert {_control(_judged(_seen()), number).severity for number in (85, 238, 244)} == {"CAT II"}


def test_ptp_is_as_good_where_the_site_uses_it() -> None:
    inputs = INPUTS.model_copy(update={"use_ptp": True})
    assert _control(_judged(_seen(), inputs=inputs), 124).verdict is Verdict.FAIL
    ptp = {"fact clock.protocol": "ptp", "service ptpd": {"running": True, "policy": "on"}}
    assert _control(_judged(_seen(ptp), inputs=inputs), 124).verdict is Verdict.PASS
    assert _control(_judged(_seen(ptp | {"service ntpd": None})), 124).verdict is Verdict.FAIL


def test_snmp_is_good_with_version_3_alone_where_the_site_uses_it() -> None:
    inputs = INPUTS.model_copy(update={"snmp_enabled": True})
    used = {"fact snmp.enabled": True, "fact snmp.v3_targets": 1}
    assert _control(_judged(_seen(used), inputs=inputs), 212).verdict is Verdict.PASS
    assert _control(_judged(_seen(used)), 212).verdict is Verdict.FAIL
    community = used | {"fact snmp.communities": ["public"]}
    assert _control(_judged(_seen(community), inputs=inputs), 212).verdict is Verdict.FAIL
    targets = used | {"fact snmp.v3_targets": 0}
    assert _control(_judged(_seen(targets), inputs=inputs), 212).verdict is Verdict.FAIL


def _machines(changed: dict[str, Any] | None = None) -> MachineBaselinesSeen:
    values = CASES["vm8"]["hardened"] | (changed or {})
    machine = BaselineSeen(subject="Pexip mgmt", values=values)
    return MachineBaselinesSeen(
        machines={"mgmt": machine}, unmatched={"conf1": "two have its name"}
    )


def _of_machine(
    seen: MachineBaselinesSeen, node: Node = NODE, inputs: dict[str, Any] | None = None
) -> Judgement:
    stated = StigInputs(**(inputs or {}))
    return machine_baseline_holds(seen, node=node, stig=MACHINE, inputs=stated, severities=ALL)


def test_a_hardened_virtual_machine_passes_with_all_25() -> None:
    said = _of_machine(_machines())
    assert said.verdict is Verdict.PASS
    assert len(said.controls) == 25


def test_fault_tolerance_that_is_off_is_not_applicable() -> None:
    said = _of_machine(_machines({"fact fault_tolerance": False}))
    (control,) = (one for one in said.controls if one.id == "VMCH-80-000204")
    assert control.verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("source", "value", "exception"),
    [
        ("device VirtualSerialPort", ["Serial port 1"], "serial_exceptions"),
        ("device USB", ["USB controller"], "usb_exceptions"),
        (
            "fact disk_modes",
            {"Hard disk 2": "independent_nonpersistent"},
            "nonpersistent_exceptions",
        ),
    ],
)
def test_an_approved_exception_is_not_applicable(source: str, value: Any, exception: str) -> None:
    seen = _machines({source: value})
    assert _of_machine(seen).verdict is Verdict.FAIL
    said = _of_machine(seen, inputs={exception: ("pexip MGMT",)})
    assert said.verdict is Verdict.PASS
    (control,) = (one for one in said.controls if one.verdict is Verdict.NOT_APPLICABLE)
    assert control.saw == f"vsphere.stig.{exception} names Pexip mgmt"


def test_a_node_without_a_virtual_machine_is_inconclusive() -> None:
    said = _of_machine(_machines(), replace(NODE, name="conf1"))
    assert said.verdict is Verdict.INCONCLUSIVE
    assert said.saw == "two have its name"


@pytest.mark.parametrize("seen", [_seen(refused={"fact snmp.": "may not"}), _machines()])
def test_observations_come_back_from_evidence_as_they_went(seen: object) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(type(seen))
    assert adapter.validate_json(adapter.dump_json(seen)) == seen
