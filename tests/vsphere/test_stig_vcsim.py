"""The reading of both STIGs against govmomi's simulator of vCenter, which none of us wrote."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import vim

from judges.stig_cases import CASES, INPUTS
from peers.vcsim import ACCOUNT, Simulated, vcsim
from securemode.environment.models import Login
from securemode.environment.secret import Secret
from securemode.errors import AuthenticationRejected, UnexpectedAnswer, Unreachable
from securemode.judges.stig import baseline_holds, machine_baseline_holds
from securemode.probes.stig import HostBaseline, MachineBaselines
from securemode.requirements import Catalogue
from securemode.stig.category import Category
from securemode.targets import Host, Scope
from securemode.verdicts import Judgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from securemode.probes.probe import Access

STIGS = Catalogue.load(Path(__file__).parents[2] / "requirements").stigs
HOST = Host(name="DC0_C0_H0")
NODES = {"mgmt": "DC0_C0_RP0_VM0", "conf1": "DC0_C0_RP0_VM1"}
ALL = frozenset(Category)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with vcsim(tmp_path_factory.mktemp("vcsim")) as started:
        yield started


@pytest.fixture(scope="module")
def access(simulated: Simulated) -> Iterator[Access]:
    given = replace(simulated.access(nodes=NODES), stigs=STIGS)
    with closing(given.vsphere):
        yield given


def _host(access: Access, host: Host = HOST) -> Judgement:
    seen = HostBaseline(target=host, address="127.0.0.1").look(access)
    return baseline_holds(seen, stig=STIGS.of(Scope.HOST), inputs=INPUTS, severities=ALL)


def _machine(access: Access, number: int = 0) -> Judgement:
    seen = MachineBaselines(target=access.deployment, address="127.0.0.1").look(access)
    return machine_baseline_holds(
        seen,
        node=access.deployment.nodes[number],
        stig=STIGS.of(Scope.VIRTUAL_MACHINE),
        inputs=INPUTS,
        severities=ALL,
    )


def _verdicts(said: Judgement) -> dict[str, Verdict]:
    return {one.id: one.verdict for one in said.controls}


def test_a_host_out_of_the_box_is_judged_by_what_it_tells(access: Access) -> None:
    verdicts = {id_[-3:]: verdict for id_, verdict in _verdicts(_host(access)).items()}
    passing = {"015", "193", "194", "218", "219", "220", "231"}
    assert {number for number in passing if verdicts[number] is not Verdict.PASS} == set()
    failing = {"005", "008", "124", "214", "216", "217", "221", "228", "229", "239"}
    assert {number for number in failing if verdicts[number] is not Verdict.FAIL} == set()
    refused = {"014", "052", "133", "201", "212", "243", "245", "246", "247", "249"}
    untold = {"085", "094", "238"}
    unread = refused | untold
    assert {number for number in unread if verdicts[number] is not Verdict.INCONCLUSIVE} == set()
    beside = {"145", "160", "199", "241", "248"}
    assert {number for number in beside if verdicts[number] is not Verdict.NOT_APPLICABLE} == set()


def test_what_is_refused_says_by_what(access: Access) -> None:
    (control,) = (one for one in _host(access).controls if one.id == "ESXI-80-000247")
    assert "system.tls.server.get is refused" in control.saw


def _managed(access: Access, kind: type, name: str) -> Any:
    session = access.vsphere.session()
    named = session.properties(kind, ["name"])
    (moid,) = (moid for moid, said in named.items() if said["name"] == name)
    return session.managed(kind, moid)


def test_all_31_options_are_read_as_they_were_written(access: Access) -> None:
    prefix = "option "
    hardened = {
        source.removeprefix(prefix): value
        for source, value in CASES["esxi8"]["hardened"].items()
        if source.startswith(prefix)
    }
    assert len(hardened) == 31
    host = Host(name="DC0_C0_H1")
    options = _managed(access, vim.HostSystem, host.name).configManager.advancedOption
    options.UpdateOptions([vim.option.OptionValue(key=k, value=v) for k, v in hardened.items()])
    verdicts = _verdicts(_host(access, host))
    of_options = [
        control.id
        for control in STIGS.of(Scope.HOST).controls
        if control.sources and control.sources[0].startswith(prefix)
    ]
    wrong = {id_: verdicts[id_] for id_ in of_options if verdicts[id_] is not Verdict.PASS}
    assert wrong == {"ESXI-80-000241": Verdict.NOT_APPLICABLE}


def _harden(machine: Any, values: Mapping[str, Any]) -> None:
    parameters = [
        vim.option.OptionValue(key=source.removeprefix("setting "), value=value)
        for source, value in values.items()
        if source.startswith("setting ")
    ]
    (drive,) = (
        device
        for device in machine.config.hardware.device
        if isinstance(device, vim.vm.device.VirtualCdrom)
    )
    away = vim.vm.device.VirtualDeviceSpec(operation="remove", device=drive)
    spec = vim.vm.ConfigSpec(
        extraConfig=parameters,
        migrateEncryption=values["property config.migrateEncryption"],
        ftEncryptionMode=values["property config.ftEncryptionMode"],
        flags=vim.vm.FlagInfo(enableLogging=True),
        deviceChange=[away],
    )
    assert machine.ReconfigVM_Task(spec).info.state in {"success", "running", "queued"}


def test_all_25_controls_of_a_hardened_virtual_machine_hold(access: Access) -> None:
    before = _verdicts(_machine(access, 1))
    assert before["VMCH-80-000195"] is before["VMCH-80-000210"] is Verdict.FAIL
    _harden(_managed(access, vim.VirtualMachine, NODES["conf1"]), CASES["vm8"]["hardened"])
    said = _machine(access, 1)
    assert said.verdict is Verdict.PASS, said.what
    verdicts = _verdicts(said)
    assert verdicts.pop("VMCH-80-000204") is Verdict.NOT_APPLICABLE  # it has no Fault Tolerance
    assert set(verdicts.values()) == {Verdict.PASS}
    assert _machine(access, 0).verdict is Verdict.FAIL


WRONG: dict[str, Any] = {
    "VMCH-80-000209": vim.vm.device.VirtualFloppy(),
    "VMCH-80-000211": vim.vm.device.VirtualParallelPort(),
    "VMCH-80-000212": vim.vm.device.VirtualSerialPort(),
    "VMCH-80-000213": vim.vm.device.VirtualUSBXHCIController(),
    "VMCH-80-000214": vim.vm.device.VirtualPCIPassthrough(),
}


@pytest.mark.parametrize("id_", list(WRONG))
def test_a_device_that_is_added_is_found(access: Access, id_: str) -> None:
    add = vim.vm.device.VirtualDeviceSpec(operation="add", device=WRONG[id_])
    machine = _managed(access, vim.VirtualMachine, NODES["mgmt"])
    assert _verdicts(_machine(access))[id_] is Verdict.PASS
    machine.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[add]))
    assert _verdicts(_machine(access))[id_] is Verdict.FAIL


def test_a_host_that_vcenter_does_not_list_is_said(access: Access) -> None:
    with pytest.raises(UnexpectedAnswer, match="no hosts of the name esxi9; it knows: DC0_C0_H0"):
        _host(access, Host(name="esxi9"))


def test_a_host_that_does_not_respond_is_said(access: Access) -> None:
    host = _managed(access, vim.HostSystem, "DC0_C0_H2")
    host.DisconnectHost_Task()
    with pytest.raises(Unreachable, match="does not reach the host DC0_C0_H2"):
        _host(access, Host(name="DC0_C0_H2"))


def test_a_node_without_a_virtual_machine_is_said(simulated: Simulated) -> None:
    given = replace(simulated.access(nodes={"mgmt": NODES["mgmt"], "conf1": "x"}), stigs=STIGS)
    with closing(given.vsphere):
        said = _machine(given, 1)
    assert said.verdict is Verdict.INCONCLUSIVE
    assert '"x"' in said.saw


def test_a_wrong_password_is_said(simulated: Simulated) -> None:
    login = Login(username=ACCOUNT[0], password=Secret("wrong"))
    given = replace(simulated.access(account=login), stigs=STIGS)
    with pytest.raises(AuthenticationRejected, match="does not accept the account"):
        _host(given)
