from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.control.peers import ordinary_user
from lab.control.running import TIMEOUT_S, RunningLab, up

REFUSED = (sys.executable, str(Path(__file__).with_name("refused.py")))
LAB = (sys.executable, "-m", "securemode_lab", "up")
CONNECT = """
import socket, sys
for address in sys.argv[2:]:
    socket.create_connection((address, int(sys.argv[1])), 2).close()
print("connected")
"""


def _addresses(lab: RunningLab) -> list[str]:
    nodes = [lab.management, *lab.conferencing]
    return [node[f] for node in nodes for f in ("ipv4", "ipv6") if node[f]]


def test_the_document_says_everything(lab: RunningLab) -> None:
    said = lab.document
    assert said["schema"] == 1
    assert said["pid"] == lab.process.pid
    assert lab.management == {
        "name": "mgmt",
        "ipv4": "198.51.100.10",
        "ipv6": "2001:db8:51::10",
        "ipv6_gateway": "fe80::1",
        "fqdn": "mgmt.lab.example",
        "location": "",
    }
    assert [node["name"] for node in lab.conferencing] == ["conf1", "conf2"]
    assert {node["location"] for node in lab.conferencing} == {"location-a"}
    passwords = {
        said["credentials"]["web"]["password"],
        said["credentials"]["os_admin"]["password"],
        said["credentials"]["snmp"]["authentication_password"],
        said["credentials"]["snmp"]["privacy_password"],
    }
    assert len(passwords) == 4


def test_another_process_joins_and_connects(lab: RunningLab) -> None:
    assert lab.python(CONNECT, "443", *_addresses(lab)) == "connected"


def test_nothing_of_it_is_reachable_without_joining(lab: RunningLab) -> None:
    assert "198.51.100" not in Path("/proc/net/fib_trie").read_text()


def test_an_ordinary_user_needs_no_privilege() -> None:
    lab = up(as_user=ordinary_user())
    try:
        assert lab.document["profile"] == "namespaces"
        assert lab.document["profile_reason"] == ""
        assert lab.python(CONNECT, "443", *_addresses(lab)) == "connected"
        privileges = "print(open('/proc/self/status').read().split('CapEff:')[1].split()[0])"
        if lab.as_user or os.geteuid() != 0:
            assert int(lab.python(privileges), 16) == 0
    finally:
        lab.stop()


def test_refused_user_namespaces_end_on_loopback() -> None:
    lab = up(as_user=ordinary_user(), before=REFUSED)
    try:
        said = lab.document
        assert said["profile"] == "loopback"
        assert "user namespaces are refused here" in said["profile_reason"]
        assert "sysctl user.max_user_namespaces=" in said["profile_reason"]
        assert said["namespaces"] is None
        assert lab.management["ipv6"] is None
        assert lab.management["ipv6_gateway"] is None
        assert lab.python(CONNECT, str(lab.port(443)), *_addresses(lab)) == "connected"
    finally:
        lab.stop()


def test_root_does_without_user_namespaces() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    lab = up(before=REFUSED)
    try:
        assert lab.document["profile"] == "root-namespaces"
        assert lab.document["namespaces"]["user"] is None
        assert "user namespaces are refused here" in lab.document["profile_reason"]
        behind = ("nsenter", f"--user=/proc/{lab.process.pid}/ns/user")
        joined = RunningLab(lab.document, lab.process, behind)
        assert joined.python(CONNECT, "443", *_addresses(lab)) == "connected"
    finally:
        lab.stop()


def test_refused_namespaces_that_were_asked_for_are_an_error() -> None:
    done = subprocess.run(
        [*ordinary_user(), *REFUSED, *LAB, "--profile", "namespaces"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 3
    assert "user.max_user_namespaces" in done.stderr
    assert "Traceback" not in done.stderr


def test_loopback_by_name() -> None:
    lab = up("--profile", "loopback")
    try:
        assert lab.document["profile"] == "loopback"
        assert lab.document["port_offset"] == 20000
        assert lab.management["ipv4"].startswith("127.")
        assert lab.python(CONNECT, str(lab.port(5061)), lab.conferencing[0]["ipv4"]) == "connected"
    finally:
        lab.stop()


def _ended_by_stdin(lab: RunningLab) -> None:
    assert lab.process.stdin is not None
    lab.process.stdin.close()


def _ended_by_signal(lab: RunningLab) -> None:
    lab.process.send_signal(signal.SIGTERM)


def _ended_by_command(lab: RunningLab) -> None:
    lab.done("stop")


@pytest.mark.parametrize("end", [_ended_by_stdin, _ended_by_signal, _ended_by_command])
def test_it_ends_when_told_and_leaves_nothing(end: object) -> None:
    lab = up("--nodes", "1")
    try:
        assert callable(end)
        end(lab)
        assert lab.process.wait(10) == 0
        assert not Path(lab.document["control"]).parent.exists()
    finally:
        lab.stop()


def test_it_ends_with_its_parent() -> None:
    parent = (
        "import subprocess, sys, os, socket;"
        "reading, _ = socket.socketpair();"
        "p = subprocess.Popen([sys.executable, '-m', 'securemode_lab', 'up', '--nodes', '0'],"
        " stdin=subprocess.DEVNULL, stdout=subprocess.PIPE);"
        "p.stdout.readline(); print(p.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", parent], capture_output=True, text=True, timeout=20, check=True
    )
    process = Path("/proc", done.stdout.strip())
    deadline = time.monotonic() + 30
    while process.exists() and "State:\tZ" not in (process / "status").read_text():
        assert time.monotonic() < deadline, "the lab outlives its parent"
        time.sleep(0.05)


def test_uninstalled_only_the_console_answers() -> None:
    lab = up("--stage", "uninstalled")
    try:
        state = lab.done("state")
        assert [node["on"] for node in state["nodes"]] == [True, False, False]
        assert lab.python(CONNECT, "22", lab.management["ipv4"]) == "connected"
        done = lab.run(sys.executable, "-c", CONNECT, "443", lab.management["ipv4"])
        assert done.returncode != 0
    finally:
        lab.stop()
