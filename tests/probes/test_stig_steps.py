"""What the steps of the STIGs ask for, and what they say where there is nobody to ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from steps import stig as steps

from peers.access import access_to, login
from securemode.environment.models import Records
from securemode.environment.stig import StigInputs
from securemode.environment.vsphere import VSphere
from securemode.evidence import parameters
from securemode.probes.attestations import AttestationFile
from securemode.probes.probe import Probe, Withheld
from securemode.probes.stig import HostBaseline, MachineBaselines
from securemode.targets import Deployment, Host, Node, Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from securemode.environment.models import Environment

NODE = Node(name="mgmt", role=Role.MANAGEMENT, ipv4="127.0.0.1")
HOST = Host(name="esxi1.example.com")
DEPLOYMENT = Deployment(management=NODE, hosts=(HOST,))
FILE = Path("attestations.yaml")


def _environment(**changed: Any) -> Environment:
    environment = access_to(NODE).environment
    credentials = environment.credentials.model_copy(update={"vsphere": login("reader", "secret")})
    vcenter = VSphere(address="192.0.2.9", port=8443)
    given = {"stated_credentials": credentials, "vsphere": vcenter} | changed
    return environment.model_copy(update=given)


def test_settings_are_asked_of_the_vcenter_that_is_stated() -> None:
    host = steps.host_settings(HOST, DEPLOYMENT, _environment())
    assert host == HostBaseline(target=HOST, address="192.0.2.9", port=8443)
    machines = steps.machine_settings(DEPLOYMENT, _environment())
    assert machines == MachineBaselines(target=DEPLOYMENT, address="192.0.2.9", port=8443)


@pytest.mark.parametrize("changed", [{"vsphere": None}, {"stated_credentials": None}])
def test_without_vcenter_or_account_nothing_is_reviewed(changed: dict[str, None]) -> None:
    environment = _environment(**changed)
    for wanted in (
        steps.host_settings(HOST, DEPLOYMENT, environment),
        steps.machine_settings(DEPLOYMENT, environment),
    ):
        assert isinstance(wanted, Withheld)
        assert wanted.verdict is Verdict.NOT_REVIEWED
        assert wanted.next_step


def test_attestations_are_read_where_there_are_any() -> None:
    alone = steps.host_settings_and_attestations(HOST, DEPLOYMENT, _environment())
    assert isinstance(alone, tuple)
    assert [type(one) for one in alone] == [HostBaseline]
    stated = _environment(records=Records(attestations=FILE))
    both = steps.host_settings_and_attestations(HOST, DEPLOYMENT, stated)
    assert isinstance(both, tuple)
    assert [type(one) for one in both] == [HostBaseline, AttestationFile]


def test_a_run_without_vcenter_is_judged_by_no_inputs() -> None:
    assert steps._inputs(_environment(vsphere=None)) == StigInputs()


@pytest.mark.parametrize(
    "probe",
    [
        HostBaseline(target=HOST, address="192.0.2.9"),
        MachineBaselines(target=DEPLOYMENT, address="192.0.2.9"),
    ],
)
def test_the_plan_names_the_vcenter_alone(probe: Probe) -> None:
    (connection,) = probe.connections()
    assert (connection.transport, connection.address, connection.port) == (
        "tls",
        "192.0.2.9",
        "443",
    )
    assert probe.intrusive is None
    assert parameters(probe)["target"] in {"esxi1.example.com", "deployment"}
