"""Marks, segment sizes, open ports and multicast echo beside tcpdump, nmap and ping.

Each test runs a part of this file as a command within a network of its own: `marked_network.py`.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from peers.access import access_to, program
from peers.beside import run_beside
from peers.marked_network import RIGHT, STRANGE_PORTS, WRONG
from peers.namespace import ipv6
from securemode.judges.exposure import only_known_ports_accept, protocol_is_as_needed
from securemode.judges.multicast import multicast_echo_is_ignored
from securemode.judges.traffic import (
    management_is_marked,
    mtu_is_announced,
    signalling_is_marked,
)
from securemode.observations.ports import Family
from securemode.observations.traffic import Service
from securemode.probes.multicast_echo import MulticastEcho
from securemode.probes.open_ports import OpenPorts
from securemode.probes.service_ports import ServicePorts
from securemode.probes.traffic import SegmentSize, TrafficMarks
from securemode.probes.wire import on_link
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.probes.probe import Probe

SIGNALLING = (Service.SIP_UDP, Service.SIP_TCP, Service.SIP_TLS)
MANAGEMENT = (Service.SNMP, Service.HTTPS)


def in_network(*command: str, timeout_s: float = 110) -> str:
    """The output of a command that runs beside the nodes."""
    return run_beside("peers.marked_network", *command, timeout_s=timeout_s)


def node(address: str) -> Node:
    return Node(name=address, role=Role.MANAGEMENT, ipv4=address, ipv6=ipv6(address))


def probes(address: str) -> dict[str, Probe]:
    target = node(address)
    return {
        "signalling": TrafficMarks(target=target, services=SIGNALLING, ports=(5060, 5060, 5061)),
        "management": TrafficMarks(target=target, services=MANAGEMENT, ports=(161, 443)),
        "segments": SegmentSize(target=target),
        "open": OpenPorts(target=target, family=Family.IPV6),
        "rtmp": ServicePorts(target=target, services=(Service.RTMP,), ports=(1935,)),
        "sip": ServicePorts(target=target, services=(Service.SIP_UDP,), ports=(5070,)),
        "multicast": MulticastEcho(target=target),
    }


def look() -> None:
    """Print what every probe saw of both nodes, and how long it took; run within the network."""
    seen: dict[str, Any] = {}
    for address in (RIGHT, WRONG):
        access = access_to(node(address))
        for name, probe in probes(address).items():
            began = time.perf_counter()
            adapter: TypeAdapter[Any] = TypeAdapter(probe.observes)
            outcome = adapter.dump_python(probe.look(access), mode="json")
            seen[f"{name} {address}"] = (outcome, time.perf_counter() - began)
    sys.stdout.write(json.dumps(seen))


@contextlib.contextmanager
def tcpdump(expression: str) -> Iterator[list[str]]:
    """What tcpdump says of the packets meanwhile; within the network, as root there."""
    heard: list[str] = []
    command = [program("tcpdump"), "-nvvl", "--immediate-mode", "-i", "br0", expression]
    dump = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert dump.stderr is not None
    assert dump.stdout is not None
    while "listening" not in dump.stderr.readline():
        pass
    try:
        yield heard
        time.sleep(0.3)
    finally:
        dump.terminate()
        heard += [dump.communicate(timeout=30)[0]]


def look_beside_tcpdump() -> None:
    """Print our marks and sizes and tcpdump's own of the same packets; run within the network."""
    seen = {}
    for address in (RIGHT, WRONG):
        access = access_to(node(address))
        with tcpdump(f"src {address} and tcp port 443") as heard:
            marks = probes(address)["management"].look(access)
            sizes = probes(address)["segments"].look(access)
        mss = re.findall(r"Flags \[S\.\].*mss (\d+)", heard[0])
        packets = re.findall(r"tos 0x([0-9a-f]+).*\n.*length ([1-9]\d*)$", heard[0], re.MULTILINE)
        seen[address] = {
            "ours": [list(one.dscp) for one in marks.answers if one.service is Service.HTTPS],  # type: ignore[attr-defined]
            "theirs": sorted({int(tos, 16) >> 2 for tos, _ in packets}),
            "mtu": [one.mtu_bytes for one in sizes.announced],  # type: ignore[attr-defined]
            "mss": sorted({int(size) for size in mss}),
        }
    sys.stdout.write(json.dumps(seen))


def ping_everybody() -> None:
    """Print who answers ping to ff02::1 by our own address; run within the network."""
    way = on_link.way_to(ipv6(RIGHT))
    source = way.source
    command = [program("ping"), "-6", "-c", "2", "-w", "2", "-I", source, "ff02::1%br0"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    sys.stdout.write(
        json.dumps(sorted(set(re.findall(r"from ([0-9a-f:]+?)(?:%\w+)?: icmp_seq", said))))
    )


def main(what: str) -> None:
    {"look": look, "tcpdump": look_beside_tcpdump, "ping": ping_everybody}[what]()


@pytest.fixture(scope="module")
def seen() -> dict[tuple[str, str], Any]:
    return looked()


def looked(*prefix: str) -> dict[tuple[str, str], Any]:
    output = in_network(*prefix, sys.executable, "-m", "peers.test_traffic_peers", "look")
    observations = {}
    for key, (record, seconds) in json.loads(output).items():
        name, address = key.split()
        adapter: TypeAdapter[Any] = TypeAdapter(probes(address)[name].observes)
        observations[name, address] = adapter.validate_python(record)
        assert seconds < 2.5, key
    return observations


def verdicts(seen: dict[tuple[str, str], Any], address: str) -> dict[str, Verdict]:
    judged = {
        "signalling": signalling_is_marked(seen["signalling", address], dscp=40),
        "management": management_is_marked(seen["management", address], dscp=16),
        "segments": mtu_is_announced(seen["segments", address], mtu_bytes=1400),
        "open": only_known_ports_accept(seen["open", address], known=(443, 5060, 5061), ranges=()),
        "rtmp": protocol_is_as_needed(seen["rtmp", address], protocol="RTMP", needed=False),
        "sip": protocol_is_as_needed(seen["sip", address], protocol="SIP", needed=False),
        "multicast": multicast_echo_is_ignored(seen["multicast", address]),
    }
    return {name: judgement.verdict for name, judgement in judged.items()}


def test_a_node_that_does_everything_right_passes(seen: dict[tuple[str, str], Any]) -> None:
    assert set(verdicts(seen, RIGHT).values()) == {Verdict.PASS}


def test_a_node_that_does_nothing_right_fails(seen: dict[tuple[str, str], Any]) -> None:
    assert set(verdicts(seen, WRONG).values()) == {Verdict.FAIL}


def test_every_service_is_seen_at_both_addresses(seen: dict[tuple[str, str], Any]) -> None:
    answers = seen["signalling", RIGHT].answers
    assert [one.dscp for one in answers] == [(40,)] * 6
    assert {one.means for one in answers} == {
        "ancillary data of the datagram",
        "packet options of the connection",
        "packet socket",
    }


def test_strange_ports_are_named(seen: dict[tuple[str, str], Any]) -> None:
    assert set(STRANGE_PORTS) <= set(seen["open", WRONG].open)


def test_without_net_raw_only_what_cannot_be_seen_is_not_reviewed() -> None:
    without = [program("setpriv"), "--bounding-set=-net_raw", "--inh-caps=-net_raw"]
    seen = looked(*without)
    assert {one.means for one in seen["signalling", RIGHT].answers if ":" not in one.address} == {
        "ancillary data of the datagram",
        "",
    }
    right = verdicts(seen, RIGHT)
    assert right.pop("multicast") is Verdict.NOT_REVIEWED
    assert set(right.values()) == {Verdict.PASS}
    assert verdicts(seen, WRONG)["signalling"] is Verdict.FAIL


def test_tcpdump_reads_the_same_marks_and_sizes() -> None:
    program("tcpdump")
    output = in_network(sys.executable, "-m", "peers.test_traffic_peers", "tcpdump")
    seen = json.loads(output)
    assert seen[RIGHT] == {"ours": [[16], [16]], "theirs": [16], "mtu": [1400, 1400], "mss": [1360]}
    assert seen[WRONG] == {"ours": [[0], [0]], "theirs": [0], "mtu": [1500, 1500], "mss": [1460]}


def test_ping_is_answered_by_the_same_nodes(seen: dict[tuple[str, str], Any]) -> None:
    program("ping")
    theirs = json.loads(in_network(sys.executable, "-m", "peers.test_traffic_peers", "ping"))
    ours = [a for a in (RIGHT, WRONG) if seen["multicast", a].multicast_answered]
    assert [one for one in theirs if not one.endswith("::2")] == [ipv6(a) for a in ours]


def test_nmap_finds_the_same_ports_open(seen: dict[tuple[str, str], Any]) -> None:
    ports = "1-2049,5060,5061"
    command = f"-sT -n -Pn -6 -T4 -p {ports} -oG - {ipv6(WRONG)}"
    said = in_network(program("nmap"), *command.split())
    theirs = [int(port) for port in re.findall(r"(\d+)/open/tcp", said)]
    assert list(seen["open", WRONG].open) == theirs


if __name__ == "__main__":
    main(sys.argv[1])
