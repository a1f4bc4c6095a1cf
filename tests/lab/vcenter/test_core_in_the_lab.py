"""vCenter in a lab that is up: reached by its name, and tied to the power of the nodes."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim

from lab.control.running import RunningLab, up

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_NAME = """
import json, ssl, sys
from pyVim.connect import Disconnect, SmartConnect
import dns.resolver
asked = json.load(sys.stdin)
resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers = [asked["dns"]]
addresses = [record.to_text() for record in resolver.resolve(asked["name"], "A")]
context = ssl.create_default_context(cafile=asked["ca_file"])
instance = SmartConnect(host=asked["address"], port=asked["port"], user=asked["username"],
                        pwd=asked["password"], sslContext=context)
print(json.dumps([addresses, instance.content.about.apiType]))
Disconnect(instance)
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningLab]:
    lab = up("--profile", "loopback")
    try:
        lab.done("save", name="factory")
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def lab(shared: RunningLab) -> RunningLab:
    shared.done("vsphere", slow_tasks_s=0, failing_tasks={}, silent_hosts=[])
    shared.done("restore", name="factory")
    return shared


@pytest.fixture
def instance(lab: RunningLab) -> Iterator[Any]:
    yield from connected(lab)


def connected(lab: RunningLab) -> Iterator[Any]:
    told = lab.document["vsphere"]
    made = SmartConnect(
        host=told["address"],
        port=told["port"],
        user=told["username"],
        pwd=told["password"],
        sslContext=ssl.create_default_context(cafile=told["ca_file"]),
    )
    yield made
    try:
        Disconnect(made)
    except vim.fault.NotAuthenticated:
        pass
    finally:
        made._stub.DropConnections()


def machine(instance: Any, name: str) -> Any:
    return instance.content.searchIndex.FindByInventoryPath(f"Lab/vm/Pexip/{name}")


def on(lab: RunningLab) -> dict[str, bool]:
    return {node["name"]: node["on"] for node in lab.done("state")["nodes"]}


def test_the_document_tells_of_what_is_there(lab: RunningLab, instance: Any) -> None:
    told = lab.document["vsphere"]
    index, base = instance.content.searchIndex, f"{told['datacenter']}/vm/{told['folder']}"
    for names in (told["virtual_machines"], told["contingency"]):
        assert set(names) == set(on(lab))
        for name in names.values():
            assert index.FindByInventoryPath(f"{base}/{name}") is not None
    cluster = index.FindByInventoryPath(f"{told['datacenter']}/host/{told['cluster']}")
    assert [host.name for host in cluster.host] == told["hosts"]
    assert {store.name for store in cluster.datastore} == set(told["datastores"])
    assert set(told["networks"].values()) <= {network.name for network in cluster.network}
    assert told["stig"]["mgmt_vlan"] == 10
    assert "vsphere" not in lab.document["credentials"]


def test_guests_tell_the_addresses_of_their_nodes(lab: RunningLab, instance: Any) -> None:
    for node in (lab.management, *lab.conferencing):
        guest = machine(instance, node["name"]).guest
        assert (guest.hostName, guest.ipAddress) == (node["fqdn"], node["ipv4"])
    assert machine(instance, "conf1-contingency").runtime.powerState == "poweredOff"


def test_the_switch_of_a_machine_is_the_nodes(lab: RunningLab, instance: Any) -> None:
    node = machine(instance, "conf1")
    WaitForTask(node.PowerOffVM_Task())
    assert on(lab)["conf1"] is False
    assert on(lab)["mgmt"] is True
    WaitForTask(node.PowerOnVM_Task())
    began = time.monotonic()
    while not on(lab)["conf1"] and time.monotonic() - began < 60:
        time.sleep(0.1)
    assert on(lab)["conf1"]


def test_a_node_without_power_stays_off_when_others_restart(lab: RunningLab, instance: Any) -> None:
    WaitForTask(machine(instance, "conf1").PowerOffVM_Task())
    lab.done("restart", node="conf1")
    lab.done("restart", node="mgmt")
    assert (on(lab)["conf1"], on(lab)["mgmt"]) == (False, True)


def test_a_restarted_nodes_machine_stays_on(lab: RunningLab, instance: Any) -> None:
    node = machine(instance, "conf1")
    lab.done("restart", node="conf1")
    assert node.runtime.powerState == "poweredOn"


def test_a_saved_state_includes_vcenter(lab: RunningLab, instance: Any) -> None:
    node = machine(instance, "conf1")
    WaitForTask(node.ReconfigVM_Task(vim.vm.ConfigSpec(annotation="kept")))
    lab.done("save", name="annotated")
    WaitForTask(node.ReconfigVM_Task(vim.vm.ConfigSpec(annotation="lost")))
    WaitForTask(node.PowerOffVM_Task())
    lab.done("restore", name="annotated")
    assert (node.config.annotation, node.runtime.powerState) == ("kept", "poweredOn")
    assert on(lab)["conf1"]
    lab.done("restore", name="factory")
    assert node.config.annotation is None


def test_what_was_asked_is_told_with_what_was_written(lab: RunningLab, instance: Any) -> None:
    def wrote() -> list[str]:
        return [
            entry["method"] for entry in lab.done("vsphere_requests")["requests"] if entry["wrote"]
        ]

    node, before = machine(instance, "conf1"), len(wrote())
    assert node.config.hardware.numCPU
    assert len(wrote()) == before
    WaitForTask(node.ReconfigVM_Task(vim.vm.ConfigSpec(annotation="x")))
    assert wrote()[before:] == ["ReconfigVM_Task"]


def test_things_go_wrong_as_they_are_told_to(lab: RunningLab, instance: Any) -> None:
    node = machine(instance, "conf1")
    told = lab.done("vsphere", failing_tasks={"VirtualMachine.powerOff": "no"}, slow_tasks_s=0.1)
    assert (told["failing_tasks"], told["slow_tasks_s"]) == ({"VirtualMachine.powerOff": "no"}, 0.1)
    with pytest.raises(vim.fault.GenericVmConfigFault):
        WaitForTask(node.PowerOffVM_Task())
    assert lab.done("vsphere", silent_hosts=["esxi2.lab.example"])["machines"]["conf1"]
    assert machine(instance, "conf1").runtime.connectionState == "connected"
    assert lab.control("vsphere", slow_tasks_s="soon")["ok"] is False
    assert lab.done("vsphere", expire_sessions=True)["sessions"] == []
    with pytest.raises(vim.fault.NotAuthenticated):
        assert node.name


def test_it_is_reached_by_its_name_on_the_labs_network() -> None:
    lab = up("--nodes", "1")
    try:
        asked = lab.document["vsphere"] | {"dns": lab.document["services"]["dns"][0]["address"]}
        if lab.document["profile"] == "loopback":
            pytest.skip("namespaces are refused on this machine")
        done = lab.run(sys.executable, "-c", BY_NAME, given=json.dumps(asked))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == [[asked["address"]], "VirtualCenter"]
    finally:
        lab.stop()


def test_a_lab_that_nobody_asks_for_its_vcenter_pays_nothing() -> None:
    modules = "securemode_lab.deployment, securemode_lab.control, securemode_lab.document"
    code = f"import sys, {modules}; print('pyVmomi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
