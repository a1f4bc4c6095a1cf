"""Runs of the features on hosts and virtual machines, against a vCenter that others wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from peers.vcsim import ACCOUNT

if TYPE_CHECKING:
    from peers.vcsim import Simulated

ROOT = Path(__file__).parents[2]
FEATURES = (
    "01-host/networks",
    "02-resources",
    "03-bios/boot-order",
    "04-deployment/vlans",
    "13-contingency",
)
ENVIRONMENT = """
identity: {customer: A, site: B, contract: C, system: D}
management_node: {name: mgmt, ipv4: 127.0.0.1}
conferencing_nodes: [{name: conf1, ipv4: 127.0.0.2}]
credentials:
  web: {username: admin, password: {env: OF_VCSIM}}
  vsphere: {username: reader@vsphere.local, password: {env: OF_VCSIM}}
trust: {}
site: {datastore_iops: {LocalDS_0: 10000}}
"""
MACHINES = """
  virtual_machines: {mgmt: DC0_H0_VM0, conf1: DC0_C0_RP0_VM0}
  contingency: {mgmt: DC0_H0_VM1, conf1: DC0_C0_RP0_VM1}
"""


class Runs:
    """Runs the features under an environment, in a process of their own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def printed(self, environment: str, *arguments: str, password: str = ACCOUNT[1]) -> str:
        path = self._directory / "sim.yaml"
        path.write_text(environment, encoding="utf-8")
        features = [
            str(ROOT / "features" / (name if "/" not in name else f"{name}.feature"))
            for name in FEATURES
        ]
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--env={path}"]
        done = subprocess.run(
            [*command, f"--reports={self._directory / 'reports'}", *arguments, *features],
            cwd=ROOT,
            env=os.environ | {"OF_VCSIM": password},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return done.stdout + done.stderr

    def verdicts(self, environment: str, **given: Any) -> dict[str, Any]:
        printed = self.printed(environment, **given)
        latest = self._directory / "reports" / "sim-latest" / "result.json"
        assert latest.exists(), printed
        rows = json.loads(latest.read_text(encoding="utf-8"))["requirements"]
        return {row["id"]: row for row in rows if row["verdict"] is not None}


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def vsphere(simulated: Simulated, more: str = MACHINES) -> str:
    address = f"\nvsphere:\n  address: 127.0.0.1\n  port: {simulated.port}\n"
    return f"{ENVIRONMENT}{address}  ca_file: {simulated.ca_file}\n{more}"


EXPECTED = {
    "pass": {"HOST-02", "VMRES-03", "VMRES-06", "VMRES-07", "BIOS-04"},
    "fail": {
        "HOST-03",
        "VMRES-01",
        "VMRES-02",
        "VMRES-04",
        "VMRES-05",
        "VMRES-08",
        "VMRES-09",
        "CONT-01",
        "CONT-03",
    },
    "inconclusive": {"HOST-04", "DEPLOY-01", "DEPLOY-02"},
    "not reviewed": {"BIOS-01", "BIOS-02", "CONT-02"},
}


def test_verdicts_of_a_run(runs: Runs, simulated: Simulated) -> None:
    found = runs.verdicts(vsphere(simulated))
    by_verdict: dict[str, set[str]] = {}
    for name, row in found.items():
        by_verdict.setdefault(row["verdict"], set()).add(name)
    assert by_verdict == EXPECTED
    targets = {name: {one["target"] for one in row["targets"]} for name, row in found.items()}
    assert targets["VMRES-01"] == {"mgmt", "conf1"}
    assert "DC0_H0" in targets["HOST-03"]
    assert targets["VMRES-09"] == {"LocalDS_0"}
    assert targets["DEPLOY-01"] == {"mgmt"}


def test_without_a_vcenter_nothing_is_reviewed(runs: Runs) -> None:
    found = runs.verdicts(ENVIRONMENT)
    assert {row["verdict"] for row in found.values()} == {"not reviewed"}
    [host] = found["HOST-03"]["targets"]
    assert (host["target"], host["what"]) == ("unknown-host", "the environment names no vCenter")
    assert host["next_step"].startswith("state vsphere: and credentials.vsphere")


def test_a_rejected_account_leaves_everything_inconclusive(
    runs: Runs, simulated: Simulated
) -> None:
    found = runs.verdicts(vsphere(simulated), password="another one")
    verdicts = {row["verdict"] for name, row in found.items() if name != "CONT-02"}
    assert verdicts == {"inconclusive"}
    assert "InvalidLogin" in found["HOST-02"]["targets"][0]["saw"]


def test_a_machine_that_cannot_be_told_is_not_guessed(runs: Runs, simulated: Simulated) -> None:
    found = runs.verdicts(vsphere(simulated, "  virtual_machines: {mgmt: nowhere}\n"))
    [conf1] = [one for one in found["VMRES-01"]["targets"] if one["target"] == "conf1"]
    assert conf1["verdict"] == "inconclusive"
    assert conf1["saw"] == "no virtual machine has the name or an address of conf1"
    assert found["CONT-03"]["verdict"] == "not reviewed"


def test_a_plan_contacts_nobody(runs: Runs) -> None:
    nobody = "\nvsphere: {address: 127.0.0.1, port: 9}\n"
    printed = runs.printed(ENVIRONMENT + nobody, "--plan")
    assert "vsphere-inventory" in printed
    assert "1 lines, at most 2 connections and datagrams." in printed
