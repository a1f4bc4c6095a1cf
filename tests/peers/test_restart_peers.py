"""The watch over duplicate address detection, beside kernels that detect and that do not.

Each test runs this file as a command within a network of its own: `routed_network.py`.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from peers.access import access_to
from peers.beside import run_beside
from peers.namespace import ipv6
from peers.routed_network import DEAF, GULLIBLE, LOST
from securemode.environment.means import Power
from securemode.environment.models import NodeSettings
from securemode.errors import CannotLook
from securemode.judges.restarts import addresses_are_taken_unasked
from securemode.observations.restarts import RestartSeen
from securemode.probes.address_detection import AddressDetection
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from securemode.probes.probe import Access

SEEN = TypeAdapter(dict[str, RestartSeen | str])
QUIET, ASKING, STAYING = DEAF, GULLIBLE, LOST


@pytest.fixture(scope="module")
def seen() -> dict[str, RestartSeen | str]:
    return SEEN.validate_json(run_beside("peers.routed_network", sys.executable, __file__))


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        (QUIET, Verdict.PASS),
        (ASKING, Verdict.FAIL),
        (STAYING, Verdict.INCONCLUSIVE),
    ],
)
def test_what_a_node_asks_when_it_starts(
    seen: dict[str, RestartSeen | str], name: str, verdict: Verdict
) -> None:
    restart = seen[name]
    assert isinstance(restart, RestartSeen), restart
    assert addresses_are_taken_unasked(restart).verdict is verdict, restart
    assert restart.was_away is (verdict is not Verdict.INCONCLUSIVE)
    if verdict is Verdict.FAIL:
        assert ipv6(name) in restart.probes
        assert any(one.startswith("fe80") for one in restart.probes)


def test_a_command_that_fails_says_so(seen: dict[str, RestartSeen | str]) -> None:
    words = seen["failing"]
    assert isinstance(words, str)
    assert "power.restart ends with code 3: no such machine" in words


def _access(node: Node, *command: str) -> Access:
    access = access_to(node, timeout_s=0.3)
    environment = access.environment.with_deployment(
        management_node=NodeSettings(name="node", ipv4="127.0.0.1"),
        power=Power(restart=command),
    )
    return replace(access, environment=environment)


def _watched(address: str, *command: str) -> RestartSeen | str:
    node = Node(name=address, role=Role.CONFERENCING, ipv4=address, ipv6=ipv6(address))
    try:
        return AddressDetection(target=node, management=node).look(_access(node, *command))
    except CannotLook as error:
        return str(error)


def _restarts() -> None:
    network = (sys.executable, "-m", "peers.routed_network", "restart", "{node}")
    began = time.monotonic()
    seen = {
        QUIET: _watched(QUIET, *network, "0"),
        ASKING: _watched(ASKING, *network, "1"),
        STAYING: _watched(STAYING, "true"),
        "failing": _watched(STAYING, "sh", "-c", "echo no such machine; exit 3"),
    }
    sys.stderr.write(f"{time.monotonic() - began:.1f} s\n")
    sys.stdout.buffer.write(SEEN.dump_json(seen))


if __name__ == "__main__":
    from securemode.probes import node_restart

    node_restart.START_TIME_S = 2.0
    _restarts()
