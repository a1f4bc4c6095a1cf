from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from peers.access import login
from securemode.environment.models import Credentials
from securemode.setups.lab_vcenter import capacities_of, vcenter_of, with_vcenter_account

DOCUMENT: dict[str, Any] = {
    "vsphere": {
        "address": "198.51.100.9",
        "port": 443,
        "username": "administrator@vsphere.local",
        "password": "of the lab",
        "ca_file": "/lab/root.pem",
        "hosts": ["esxi1.lab.example"],
        "datastores": {"datastore1": 10000},
        "virtual_machines": {"mgmt": "mgmt"},
        "contingency": {"mgmt": "mgmt-contingency"},
        "bios_supervisor_password": "of the firmware",
        "stig": {"mgmt_vlan": 10, "approved_issuer_orgs": ["Lab Example"]},
    }
}


def test_the_vcenter_of_a_lab() -> None:
    vcenter = vcenter_of(DOCUMENT)
    assert vcenter is not None
    assert (vcenter.address, vcenter.port) == ("198.51.100.9", 443)
    assert vcenter.ca_file == Path("/lab/root.pem")
    assert vcenter.hosts == ("esxi1.lab.example",)
    assert vcenter.datastores == ("datastore1",)
    assert vcenter.virtual_machines == {"mgmt": "mgmt"}
    assert vcenter.contingency == {"mgmt": "mgmt-contingency"}
    assert vcenter.stig.mgmt_vlan == 10
    assert vcenter.stig.approved_issuer_orgs == ("Lab Example",)
    assert capacities_of(DOCUMENT) == {"datastore1": 10000}


@pytest.mark.parametrize(("password", "expected"), [("of the firmware", True), ("", False)])
def test_its_accounts(password: str, expected: bool) -> None:  # noqa: FBT001 - a case
    document = {"vsphere": DOCUMENT["vsphere"] | {"bios_supervisor_password": password}}
    given = with_vcenter_account(Credentials(web=login("admin", "of the web")), document)
    assert given.vsphere is not None
    assert given.vsphere.username == "administrator@vsphere.local"
    assert given.vsphere.password.reveal() == "of the lab"
    assert (given.bios_supervisor_password is not None) is expected
    assert given.web.username == "admin"


def test_a_lab_without_vcenter_supplies_none() -> None:
    credentials = Credentials(web=login("admin", "of the web"))
    assert vcenter_of({}) is None
    assert capacities_of({}) == {}
    assert with_vcenter_account(credentials, {}) is credentials
