"""From a vCenter without any machine of the deployment to nodes that are in sync."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.vcenter.arrivals import Arriving, arriving_lab
from securemode_lab.vcenter import ova
from securemode_lab.vcenter.ova_vmdk import stream_optimised

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHERS = ["conf1-contingency", "conf2-contingency", "jump-host", "mgmt-contingency"]
"""Somebody else's machine, and those of the secondary deployment."""
WAITING = (22, 443, 8443)


@pytest.fixture(scope="module")
def arriving() -> Iterator[Arriving]:
    with arriving_lab() as made:
        made.lab.done("save", name="empty")
        made.install()
        made.lab.done("save", name="installed")
        yield made


@pytest.fixture
def installed(arriving: Arriving) -> Arriving:
    """With an installed Management Node and nothing else."""
    arriving.lab.done("restore", name="installed")
    return arriving


@pytest.fixture
def empty(arriving: Arriving) -> Arriving:
    arriving.lab.done("restore", name="empty")
    return arriving


def test_an_empty_vcenter_has_none_of_the_deployment_s_machines(empty: Arriving) -> None:
    assert empty.does(["machines"]) == [OTHERS]
    addresses = [empty.lab.management["ipv4"], *(node["ipv4"] for node in empty.lab.conferencing)]
    assert empty.does(*(["open_ports", address, *WAITING] for address in addresses)) == [[]] * 3


def test_the_packages_are_where_the_document_says(empty: Arriving) -> None:
    for path in empty.lab.document["vsphere"]["ova"].values():
        assert Path(path).stat().st_size > 200_000


def test_the_management_node_waits_to_be_installed(empty: Arriving) -> None:
    address = empty.lab.management["ipv4"]
    results = empty.does(
        ["bring", "management", "pexip-mgmt"],
        ["until_open", address, 22],
        ["told", "pexip-mgmt"],
        ["open_ports", address, *WAITING],
    )
    assert results == ["poweredOn", True, None, [22]]
    assert not empty.lab.done("state")["installed"]


def test_the_installed_management_node_serves_its_api(installed: Arriving) -> None:
    (answer,) = installed.does(["api", "GET", "status", "management_vm"])
    assert answer[0] == 200
    assert installed.does(["told", "mgmt"]) == [installed.lab.management["ipv4"]]


def test_no_conferencing_node_comes_by_itself(installed: Arriving) -> None:
    (answer,) = installed.does(["api", "GET", "status", "worker_vm"])
    assert json.loads(answer[1])["objects"] == []
    assert not installed.node("conf1")["on"]


def test_a_conferencing_node_serves_its_page_until_it_is_configured(installed: Arriving) -> None:
    address = installed.lab.conferencing[0]["ipv4"]
    results = installed.does(
        ["bring", "conferencing", "conf1"],
        ["until_open", address, 8443],
        ["told", "conf1"],
        ["open_ports", address, *WAITING],
        ["page", address],
    )
    assert results[:4] == ["poweredOn", True, address, [8443]]
    status, text = results[4]
    assert status == 200
    assert 'type="file"' in text


def test_another_management_node_begins_anew(installed: Arriving) -> None:
    address = installed.lab.management["ipv4"]
    results = installed.does(
        ["switch_off", "mgmt"],
        ["destroy", "mgmt"],
        ["bring", "management", "mgmt"],
        ["until_open", address, 22],
        ["open_ports", address, *WAITING],
    )
    assert results[3:] == [True, [22]]
    assert not installed.lab.done("state")["installed"]


def test_a_destroyed_machine_makes_room_for_another(installed: Arriving) -> None:
    address = installed.joined("conf1")
    results = installed.does(
        ["switch_off", "conf1"],
        ["destroy", "conf1"],
        ["bring", "conferencing", "conf1"],
        ["until_open", address, 8443],
        ["open_ports", address, *WAITING],
    )
    assert results[3:] == [True, [8443]]


def test_a_configured_node_joins_and_is_in_sync(installed: Arriving) -> None:
    address = installed.lab.conferencing[0]["ipv4"]
    configuration = installed.configured("conf1")
    assert installed.sync_status("conf1") != "SYNCED"
    results = installed.does(
        ["bring", "conferencing", "conf1"],
        ["until_open", address, 8443],
        ["page", address, configuration],
        ["until_open", address, 443],
        ["open_ports", address, 8443],
        ["told", "conf1"],
    )
    assert results[2][0] == 200
    assert results[3:] == [True, [], address]
    assert installed.sync_status("conf1") == "SYNCED"
    assert installed.node("conf1")["on"]


def test_a_joined_node_obeys_the_configuration_and_its_power(installed: Arriving) -> None:
    address = installed.joined("conf1")
    changed = {"enable_ssh": False}
    results = installed.does(
        ["logs_in", address, installed.password],
        ["logs_in", address, "another password"],
        ["api", "PATCH", "configuration", "global/1", changed],
        ["until_closed", address, 22],
        ["switch_off", "conf1"],
        ["open_ports", address, *WAITING],
        ["switch_on", "conf1"],
        ["until_open", address, 443],
        ["open_ports", address, *WAITING],
    )
    assert results[:2] == [True, False]
    assert (results[3], results[5], results[7:]) == (True, [], [True, [443]])


def test_a_password_in_clear_lets_nobody_in(installed: Arriving) -> None:
    address = installed.joined("conf1", password=installed.password)
    assert installed.does(["logs_in", address, installed.password]) == [False]


def test_a_machine_may_have_any_name_and_any_place(installed: Arriving) -> None:
    first, second = (node["ipv4"] for node in installed.lab.conferencing)
    configuration = installed.configured("conf2")
    place = ["esxi2.lab.example", "datastore2", "dvs-conferencing-nodes"]
    results = installed.does(
        ["bring", "conferencing", "pexip-node-b", *place],
        ["until_open", first, 8443],
        ["page", first, configuration],
        ["until_open", second, 443],
        ["told", "pexip-node-b"],
        ["open_ports", first, *WAITING],
    )
    assert results[3:] == [True, second, []]
    assert installed.sync_status("conf2") == "SYNCED"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-30], "no XML"),
        (lambda text: text.replace("configuration", "settings"), "no configuration"),
        (lambda text: re.sub("<address>.*</address>", "<address/>", text), "lacks"),
        (lambda text: text.replace("<name>conf1<", "<name>conf9<"), "knows no node conf9"),
        (lambda text: text.replace("198.51.100.10", "192.0.2.1"), "192.0.2.1"),
    ],
    ids=["truncated", "another file", "incomplete", "another node", "another deployment"],
)
def test_a_configuration_that_is_none_is_refused(
    installed: Arriving, change: Any, said: str
) -> None:
    address = installed.lab.conferencing[0]["ipv4"]
    configuration = change(installed.configured("conf1"))
    results = installed.does(
        ["bring", "conferencing", "conf1"],
        ["until_open", address, 8443],
        ["page", address, configuration],
        ["open_ports", address, *WAITING],
    )
    status, text = results[2]
    assert status == 400
    assert said in text
    assert results[3] == [8443]


def test_a_disk_without_a_known_system_does_not_start(installed: Arriving, tmp_path: Path) -> None:
    appliance = ova.CONFERENCING
    other = stream_optimised(appliance.disk_name, b"something else", appliance.disk_gb << 30)
    files = [(name, data) for name, data in ova.members(appliance) if not name.endswith(".vmdk")]
    path = tmp_path / "other.ova"
    path.write_bytes(ova.packed([*files, (appliance.disk_name, other)]))
    address = installed.lab.conferencing[0]["ipv4"]
    results = installed.does(
        ["bring_file", str(path), "conf1"],
        ["until_open", address, 8443, 1],
        ["told", "conf1"],
    )
    assert results == ["poweredOn", False, None]


def test_an_imported_machine_has_a_firmware_and_a_screen(installed: Arriving) -> None:
    address = installed.lab.conferencing[0]["ipv4"]
    results = installed.does(
        ["bring", "conferencing", "conf1"],
        ["switch_off", "conf1"],
        ["set_up", "conf1"],
        ["picture", "conf1"],
        ["until_open", address, 8443, 1],
    )
    assert results[2] is False
    assert results[3].startswith("[datastore1] conf1/")
    assert results[4] is False


def test_two_machines_are_not_the_same_node(installed: Arriving) -> None:
    first, second = (node["ipv4"] for node in installed.lab.conferencing)
    configuration = installed.configured("conf1")
    results = installed.does(
        ["bring", "conferencing", "conf1"],
        ["bring", "conferencing", "conf2"],
        ["until_open", first, 8443],
        ["until_open", second, 8443],
        ["page", second, configuration],
    )
    assert results[4][0] == 400
    assert "Another machine" in results[4][1]


def test_the_waiting_page_is_back_after_a_restart_of_the_machine(installed: Arriving) -> None:
    address = installed.lab.conferencing[0]["ipv4"]
    results = installed.does(
        ["bring", "conferencing", "conf1"],
        ["until_open", address, 8443],
        ["switch_off", "conf1"],
        ["open_ports", address, *WAITING],
        ["switch_on", "conf1"],
        ["until_open", address, 8443],
    )
    assert results[3] == []
    assert results[5]


def test_a_saved_state_brings_the_joined_node_back(installed: Arriving) -> None:
    lab, address = installed.lab, installed.joined("conf1")
    lab.done("save", name="joined")
    lab.done("restore", name="empty")
    assert installed.does(["machines"], ["open_ports", address, *WAITING]) == [OTHERS, []]
    started = time.monotonic()
    lab.done("restore", name="joined")
    assert time.monotonic() - started < 20
    assert installed.does(["machines"]) == [sorted(["conf1", "mgmt", *OTHERS])]
    assert installed.sync_status("conf1") == "SYNCED"


def test_the_power_button_does_nothing_to_a_machine_that_is_not_there(empty: Arriving) -> None:
    empty.lab.done("restart", node="mgmt")
    assert not empty.node("mgmt")["on"]


def test_a_page_goes_with_its_machine(installed: Arriving) -> None:
    address = installed.lab.conferencing[0]["ipv4"]
    installed.does(["bring", "conferencing", "conf1"], ["until_open", address, 8443])
    installed.lab.done("restore", name="installed")
    assert installed.does(["open_ports", address, *WAITING]) == [[]]
