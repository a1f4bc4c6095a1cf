"""Nodes and services that break, all in one run: each is told of, and hides none of the others."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from robustness.interloper import Broken

if TYPE_CHECKING:
    from robustness.runs import Laboratory, Run

pytestmark = pytest.mark.timeout(400)  # whole runs, on whatever machine

FEATURES = (
    "features/05-security-wizard/tls.feature",
    "features/06-certificates/served-certificates.feature",
    "features/09-administrators/directory.feature",
    "features/11-network-services/servers.feature",
    "features/11-network-services/snmp.feature",
)


NONSENSE, MORTAL, NOBODY = "127.0.77.21", "127.0.77.22", "127.0.77.3"
"""Addresses of what stands in for conf1 and conf2, and where no directory is."""
UNTIL_IT_IS_GONE = 300
"""Connections: more than a look at its certificates takes, less than sslyze makes."""


@pytest.fixture(scope="module")
def run(secured_laboratory: Laboratory) -> Run:
    lab = secured_laboratory.lab
    lab.done("restore", name="secured")
    lab.fault("ntp-unsigned")
    lab.fault("node-clock-fast", "mgmt")
    document = deepcopy(lab.document)
    document["services"]["ldap"]["server"] = NOBODY
    nodes = document["conferencing_nodes"]
    nodes[0] |= {"ipv4": NONSENSE, "ipv6": None}
    nodes[1] |= {"ipv4": MORTAL, "ipv6": None}
    with Broken(NONSENSE) as nonsense, Broken(MORTAL) as mortal:
        nonsense.serves_no_certificate(lab.port(443))
        for port in map(lab.port, (443, 5061)):
            there = (lab.conferencing[1]["ipv4"], port)
            mortal.passes_on(port, there, connections=UNTIL_IT_IS_GONE)
        verified = secured_laboratory.verify("--setup=none", *FEATURES, document=document)
        assert mortal.has_vanished
    return verified


@pytest.mark.parametrize(
    ("requirement", "target", "words"),
    [
        ("CERT-02", "conf1", "serves what is no certificate: its bytes are not"),
        ("WIZ-12", "conf2", "could not be looked at"),
        ("LDAP-02", "deployment", f"{NOBODY}"),
        ("LDAP-05", "deployment", f"{NOBODY}"),
    ],
    ids=["no certificate", "a node that disappears", "no directory", "its groups"],
)
def test_what_cannot_be_looked_at_is_inconclusive(
    run: Run, requirement: str, target: str, words: str
) -> None:
    said = run.said(requirement).splitlines()
    [*_, last] = [line for line in said if line.startswith(f"inconclusive {target} ")]
    assert any(words in line for line in said), last


@pytest.mark.parametrize(
    ("requirement", "words"),
    [("NTP-03", "not authenticated"), ("NTP-04", "mgmt does not keep time")],
    ids=["no MAC", "an hour off"],
)
def test_what_is_wrong_fails(run: Run, requirement: str, words: str) -> None:
    assert run.verdict(requirement) == "fail"
    assert words in run.said(requirement)


def test_the_rest_goes_on(run: Run) -> None:
    assert run.exit_code == 11
    assert "SYSLOG-02" in run.with_verdict("pass")
    for requirement in ("WIZ-12", "WIZ-18", "CERT-02", "SNMP-04"):
        assert "mgmt" in run.passing(requirement)
