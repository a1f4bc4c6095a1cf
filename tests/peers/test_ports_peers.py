"""Closed ports beside nmap, at three nodes in a network of their own that drop, reset and reject.

Each test runs a part of this file as a command within that network; see `namespace.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from pydantic import TypeAdapter

from peers.access import access_to, program
from peers.beside import run_beside
from peers.namespace import DROP, OPEN_PORTS, REJECT, RESET, ipv6
from securemode.judges.ports import closed_ports_are_silent
from securemode.observations.ports import (
    ClosedPortsSeen,
    Family,
    PortSelection,
    PortState,
    Transport,
)
from securemode.probes.ports import UNUSED_TCP_PORTS, UNUSED_UDP_PORTS, ClosedPorts
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

SEEN = TypeAdapter(ClosedPortsSeen)
TUNED = "-sT -n -Pn -T5 --max-retries 0 --min-parallelism 1000 --max-rtt-timeout 100ms -p-"
ALIKE = {"open": {PortState.OPEN}, "closed": {PortState.RESET}}
ICMP = {
    (RESET, "udp", "ipv4"): "ICMP type 3 code 3",
    (RESET, "udp", "ipv6"): "ICMP type 1 code 4",
    (REJECT, "tcp", "ipv4"): "ICMP type 3 code 13",
    (REJECT, "tcp", "ipv6"): "ICMP type 1 code 1",
    (REJECT, "udp", "ipv4"): "ICMP type 3 code 13",
    (REJECT, "udp", "ipv6"): "ICMP type 1 code 1",
}


def in_network(*command: str, timeout_s: float = 110) -> str:
    """The output of a command that runs beside the nodes."""
    return run_beside("peers.namespace", *command, timeout_s=timeout_s)


def node(address: str) -> Node:
    return Node(name=address, role=Role.CONFERENCING, ipv4=address, ipv6=ipv6(address))


def look_at_samples() -> None:
    """Print what every sample of every node came to; run within the network."""
    access = access_to(node(DROP), timeout_s=1.3)
    probes = [
        ClosedPorts(target=node(address), transport=transport, family=family)
        for address in (DROP, RESET, REJECT)
        for transport in Transport
        for family in Family
    ]
    seen: list[Any] = [None] * len(probes)

    def look(place: int) -> None:
        seen[place] = SEEN.dump_python(probes[place].look(access), mode="json")

    # TCP and UDP of one address after another: both would share its few ICMP errors
    for transport in Transport:
        places = [at for at, probe in enumerate(probes) if probe.transport is transport]
        threads = [threading.Thread(target=look, args=(place,)) for place in places]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(2)
    sys.stdout.write(json.dumps(seen))


def sweep(address: str) -> None:
    """Print what all ports came to, and how long we and nmap took; run within the network."""
    probe = ClosedPorts(
        target=node(address),
        transport=Transport.TCP,
        family=Family.IPV4,
        ports=PortSelection.ALL,
    )
    access = access_to(probe.target, timeout_s=1.3)
    began = time.perf_counter()
    every_port = probe._sweep(access)
    ours = time.perf_counter() - began
    began = time.perf_counter()
    nmap = subprocess.run(
        [program("nmap"), *TUNED.split(), "-oX", "-", address],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    theirs = time.perf_counter() - began
    seen = {"open": every_port.open, "answered": every_port.answered_count}
    sys.stdout.write(json.dumps({"ours": ours, "theirs": theirs, **seen, "nmap": nmap}))


@pytest.fixture(scope="module")
def samples() -> dict[tuple[str, str, str], ClosedPortsSeen]:
    output = in_network(sys.executable, "-m", "peers.test_ports_peers", "look_at_samples")
    seen = [SEEN.validate_python(entry) for entry in json.loads(output)]
    keys = [(a, t, f) for a in (DROP, RESET, REJECT) for t in Transport for f in Family]
    return dict(zip(((a, t.value, f.value) for a, t, f in keys), seen, strict=True))


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("address", [DROP, RESET, REJECT])
def test_three_kinds_of_node_are_told_apart(
    samples: dict[tuple[str, str, str], ClosedPortsSeen], address: str, transport: str, family: str
) -> None:
    seen = samples[address, transport, family]
    ports = UNUSED_TCP_PORTS if transport == "tcp" else UNUSED_UDP_PORTS
    assert [said.port for said in seen.said] == list(ports)
    answers = {str(said) for said in seen.said}
    judgement = closed_ports_are_silent(seen)
    if address == DROP:
        assert answers == {"silent"}
        assert judgement.verdict is Verdict.PASS
        return
    # a host sends few ICMP errors a second: a port in between may get none
    expected = ICMP.get((address, transport, family), "RST")
    assert answers - {"silent"} == {expected}
    assert judgement.verdict is Verdict.FAIL
    assert {said.sender for said in seen.said} == {""}


@pytest.mark.parametrize("address", [DROP, RESET, REJECT])
def test_nmap_says_the_same_of_a_port_of_each_kind(
    samples: dict[tuple[str, str, str], ClosedPortsSeen], address: str
) -> None:
    command = f"-sT -n -Pn --reason --max-retries 1 -p 443,{UNUSED_TCP_PORTS[0]} -oX - {address}"
    report = ET.fromstring(in_network(program("nmap"), *command.split()))
    theirs = {int(port.attrib["portid"]): port.find("state") for port in report.iter("port")}
    seen = samples[address, "tcp", "ipv4"]
    ours = {said.port: said.state for said in seen.said} | {443: seen.control_before}
    for number, state in theirs.items():
        assert state is not None
        by_nmap = state.attrib["state"]
        expected = ALIKE.get(by_nmap) or {PortState.SILENT, PortState.ICMP}
        assert ours[number] in expected
        if by_nmap == "filtered":
            is_silent = state.attrib["reason"] == "no-response"
            assert (ours[number] is PortState.SILENT) == is_silent


def test_all_ports_of_a_dropping_node_take_about_as_long_as_nmap() -> None:
    program("nmap")
    output = in_network(sys.executable, "-m", "peers.test_ports_peers", "sweep", DROP)
    seen = json.loads(output)
    assert seen["open"] == list(OPEN_PORTS)
    assert seen["answered"] == 0
    assert seen["ours"] < 2 * seen["theirs"]  # 5 s; on a busy machine 25 s
    report = ET.fromstring(seen["nmap"])
    states = {int(p.attrib["portid"]): p.find("state") for p in report.iter("port")}
    by_nmap = [n for n, s in states.items() if s is not None and s.attrib["state"] == "open"]
    assert by_nmap == list(OPEN_PORTS)


def test_all_ports_of_a_resetting_node_are_heard() -> None:
    program("nmap")
    output = in_network(sys.executable, "-m", "peers.test_ports_peers", "sweep", RESET)
    seen = json.loads(output)
    assert seen["open"] == list(OPEN_PORTS)
    assert seen["answered"] == 65535 - len(OPEN_PORTS)


if __name__ == "__main__":
    if sys.argv[1] == "sweep":
        sweep(sys.argv[2])
    else:
        look_at_samples()
