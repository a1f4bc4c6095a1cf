"""What a node's network settings look like to somebody on its link."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BARE = Path(__file__).with_name("bare.py")
IPV4, IPV6 = "198.51.100.10", "2001:db8:51::10"
EVERY_CLOSED_PORT = [(f, t) for f in (IPV4, IPV6) for t in ("tcp", "udp")]
NEEDS_RAW_SOCKETS = pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets need root")


def seen(wire: dict[str, Any], *questions: str) -> list[str]:
    """Solicitations during the start, then an answer a question."""
    done = subprocess.run(
        [sys.executable, str(BARE), json.dumps(wire), *questions],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("closed", "answers"),
    [
        ([{"answer": "drop"}], ["silent"] * 4),
        ([{"answer": "reset"}], ["reset", "icmp 3/3", "reset", "icmp 1/4"]),
        ([{"answer": "icmp"}], ["icmp 3/13", "icmp 3/13", "icmp 1/1", "icmp 1/1"]),
        (
            [{"answer": "reset", "transport": "udp"}, {"answer": "drop"}],
            ["silent", "icmp 3/3", "silent", "icmp 1/4"],
        ),
        (
            [{"answer": "reset", "family": 6}, {"answer": "drop"}],
            ["silent", "silent", "reset", "icmp 1/4"],
        ),
        (
            [{"answer": "reset", "transport": "tcp", "port": 24}, {"answer": "drop"}],
            ["silent"] * 4,
        ),
        (
            [{"answer": "reset", "transport": "tcp", "port": 23}, {"answer": "drop"}],
            ["reset", "silent", "reset", "silent"],
        ),
    ],
    ids=["drop", "reset", "icmp", "udp only", "ipv6 only", "another port", "one port"],
)
def test_closed_ports(closed: list[dict[str, Any]], answers: list[str]) -> None:
    questions = [f"closed {address} {transport} 23" for address, transport in EVERY_CLOSED_PORT]
    assert seen({"closed": closed}, *questions)[1:] == answers


@pytest.mark.parametrize("mtu", [1500, 1400])
def test_the_segment_size_shows_the_mtu(mtu: int) -> None:
    answers = seen({"mtu_bytes": mtu}, f"mtu_of {IPV4}", f"mtu_of {IPV6}")[1:]
    assert answers == [str(mtu)] * 2


@NEEDS_RAW_SOCKETS
@pytest.mark.parametrize(("answered", "hosts"), [(True, 2), (False, 1)])
def test_multicast_echo(*, answered: bool, hosts: int) -> None:
    """The asking host is among those that answer; an echo to the node alone is always answered."""
    assert seen({"multicast_echo": answered}, f"echoes {IPV6}")[1:] == [f"{hosts} 1"]


@pytest.mark.parametrize(("detects", "solicitations"), [(True, 2), (False, 0)])
def test_duplicate_address_detection(*, detects: bool, solicitations: int) -> None:
    """One question for the global address, one for that of the link."""
    said = seen({"duplicate_address_detection": detects})
    assert said == [f"solicitations {solicitations}"]
