"""The power button for whoever has only the lab's document, and nodes that nobody restarted."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from lab.control.peers import needs

if TYPE_CHECKING:
    from lab.control.running import RunningLab

HELD_S = 3.0
HOLDING = """
import socket, ssl, sys, time
context = ssl._create_unverified_context()
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 3) as sock:
    with context.wrap_socket(sock) as connected:
        print("holding", flush=True)
        connected.settimeout(float(sys.argv[3]))
        try:
            print("closed" if not connected.recv(1) else "data")
        except TimeoutError:
            print("still there")
        except OSError:
            print("closed")
"""


def nodes(lab: RunningLab) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in lab.done("state")["nodes"]}


def pressed(lab: RunningLab, name: str) -> subprocess.CompletedProcess[str]:
    command = [word.replace("{node}", name) for word in lab.document["restart"]]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def holding(lab: RunningLab, address: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*lab._joining(), sys.executable, "-c", HOLDING, address, "443", str(HELD_S)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    return process


@pytest.mark.parametrize("name", ["mgmt", "conf1"])
def test_the_button_restarts_one_node(lab: RunningLab, name: str) -> None:
    before = nodes(lab)
    started = time.monotonic()
    done = pressed(lab, name)
    assert time.monotonic() - started < 15
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    after = nodes(lab)
    moved = {one for one in after if after[one]["boot_time"] != before[one]["boot_time"]}
    assert moved == {name}
    assert after[name]["boot_time"] > before[name]["boot_time"]
    assert all(node["on"] for node in after.values())


def test_others_keep_their_connections(lab: RunningLab) -> None:
    kept, lost = (holding(lab, node["ipv4"]) for node in lab.conferencing[:2])
    assert pressed(lab, "conf2").returncode == 0
    assert lost.communicate(timeout=10)[0] == "closed\n"
    assert kept.communicate(timeout=10)[0] == "still there\n"


def test_what_cannot_be_restarted_is_said(lab: RunningLab) -> None:
    done = pressed(lab, "conf9")
    assert done.returncode == 4
    assert "no node is called 'conf9'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_lab_that_is_gone(lab: RunningLab) -> None:
    command = [*lab.document["restart"][:-2], f"{lab.document['control']}-gone", "conf1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 4
    assert "gives no answer" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("fault", ["node-not-restarted", "node-goes-by-old-answers"])
def test_a_node_that_nobody_restarted(lab: RunningLab, fault: str) -> None:
    lab.fault(fault)
    state = lab.done("state")
    ended = datetime.fromisoformat(state["wizard_ended"])
    starts = {node["name"]: datetime.fromisoformat(node["boot_time"]) for node in state["nodes"]}
    assert {name for name, start in starts.items() if start <= ended} == {"conf1"}
    answers = {node["name"]: node["answers"] for node in state["nodes"]}
    assert answers["conf2"] == answers["mgmt"] == state["answers"]
    assert (answers["conf1"] == state["answers"]) is (fault == "node-not-restarted")
    lab.done("fault", name=fault, on=False)
    state = lab.done("state")
    starts = {node["name"]: datetime.fromisoformat(node["boot_time"]) for node in state["nodes"]}
    assert all(start > ended for start in starts.values())
    assert all(node["answers"] == state["answers"] for node in state["nodes"])


def test_old_answers_show_on_the_wire(lab: RunningLab) -> None:
    head = (needs("curl"), "-skI", "--noproxy", "*", "--max-time", "5")
    lab.fault("node-goes-by-old-answers", "conf2")
    sent = [lab.run(*head, f"https://{node['ipv4']}/").stdout for node in lab.conferencing[:2]]
    assert ["referrer-policy" in said.lower() for said in sent] == [True, False]


def test_a_restored_state_knows_when_the_wizard_ended(lab: RunningLab) -> None:
    lab.fault("node-not-restarted")
    lab.done("save", name="forgotten")
    ended = lab.done("state")["wizard_ended"]
    lab.done("restore", name="factory")
    assert lab.done("state")["wizard_ended"] is None
    lab.done("restore", name="forgotten")
    state = lab.done("state")
    assert state["wizard_ended"] == ended
    assert nodes(lab)["conf1"]["boot_time"] < ended
