"""A Management API that goes wrong, each resource in another way: inconclusive, and no more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from infinity.server import Asked, Reply, page
from robustness.interloper import api
from robustness.runs import ROOT, Run

if TYPE_CHECKING:
    from robustness.runs import Laboratory

pytestmark = pytest.mark.timeout(400)  # whole runs, on whatever machine

CONFIGURATION = "/api/admin/configuration/v1/"
NO_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
SCRIPTED = {
    "global": Reply(500, b"oops"),
    "ntp_server": Reply(401, b"who are you?"),
    "syslog_server": Reply(429, b"slow down"),
    "system_location": Reply(200, b"<html>a proxy's page"),
    "worker_vm": Reply(200, b'{"meta": {}, "objects": [{"name": "conf1"}]}', cut=12),
    "role": Reply(hang=True),
    "ca_certificate": page(
        {"certificate": NO_CERTIFICATE, "resource_uri": f"{CONFIGURATION}ca_certificate/1/"}
    ),
}
SAID = {
    "an error": ("DEPLOY-03", "/global/ answers 500, 3 times in a row"),
    "no access": ("NTP-01", "/ntp_server/ answers 401: the credentials are not accepted"),
    "too many requests": ("SYSLOG-01", "/syslog_server/ answers 429, 3 times in a row"),
    "garbage": ("LOC-03", "/system_location/ answers 200 with a body that is not JSON"),
    "half an answer": ("SNMP-01", "/worker_vm/ has an answer that is broken HTTP or breaks off"),
    "nothing": ("ROLE-01", "/role/: the Management Node closes the connection without an answer"),
    "an endless list": ("DNS-01", "/dns_server/ is a list without an end"),
    "a certificate that is none": ("CA-03", "certificate that cannot be read"),
}
UNHARMED = {"BACKUP-01", "LDAP-01", "LDAP-02", "LDAP-03", "LDAP-05"}


def wrong(asked: Asked) -> Reply | None:
    resource = asked.path.removeprefix(CONFIGURATION).partition("/")[0]
    if resource == "dns_server":
        offset = re.search(r"offset=(\d+)", asked.path)
        following = int(offset[1]) + 1 if offset else 1
        return page({"address": "::"}, following=f"{CONFIGURATION}dns_server/?offset={following}")
    return SCRIPTED.get(resource)


@pytest.fixture(scope="module")
def run(secured_laboratory: Laboratory) -> Run:
    secured_laboratory.lab.done("restore", name="secured")
    features = sorted(ROOT.glob("features/*/declared-*.feature"))
    with api(secured_laboratory.lab, wrong) as address:
        return secured_laboratory.verify(
            "--setup=none",
            *(str(path) for path in features),
            document=secured_laboratory.instead_of_the_management_node(address),
        )


@pytest.mark.parametrize("how", SAID)
def test_what_goes_wrong_is_inconclusive_and_said(run: Run, how: str) -> None:
    requirement, words = SAID[how]
    assert run.verdict(requirement) == "inconclusive"
    assert words in run.said(requirement)


def test_the_rest_goes_on(run: Run) -> None:
    assert run.exit_code == 12
    assert run.with_verdict("pass") >= UNHARMED
    assert not run.with_verdict("fail")
