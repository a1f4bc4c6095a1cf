"""The way of answers around a redirect, beside kernels that follow redirects and that do not.

Each test runs this file as a command within a network of its own: `routed_network.py`.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from ipaddress import ip_address

import pytest
from pydantic import TypeAdapter

from peers.access import access_to
from peers.beside import run_beside
from peers.namespace import ipv6
from peers.routed_network import (
    ABSENT,
    BEYOND,
    DEAF,
    DEAF_ORPHAN,
    DEAF_TO_US,
    GULLIBLE,
    GULLIBLE_ORPHAN,
    GULLIBLE_TO_US,
    LOST,
)
from securemode.environment.models import NodeSettings
from securemode.judges.redirects import redirects_are_ignored
from securemode.observations.redirects import RedirectSeen, WayOfAnswer
from securemode.probes.redirect import Redirect
from securemode.probes.wire import on_link
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

SEEN = TypeAdapter(dict[str, list[RedirectSeen]])


@pytest.fixture(scope="module")
def seen() -> dict[str, list[RedirectSeen]]:
    """Two looks at each node."""
    return SEEN.validate_json(run_beside("peers.routed_network", sys.executable, __file__))


@pytest.mark.parametrize(
    ("address", "verdict", "way", "afterwards"),
    [
        (DEAF, Verdict.PASS, WayOfAnswer.ROUTER, WayOfAnswer.NOT_ASKED),
        (GULLIBLE, Verdict.FAIL, WayOfAnswer.ROUTER, WayOfAnswer.ROUTER),
        (DEAF_TO_US, Verdict.PASS, WayOfAnswer.OWN_ROUTER, WayOfAnswer.NOT_ASKED),
        (GULLIBLE_TO_US, Verdict.FAIL, WayOfAnswer.OWN_ROUTER, WayOfAnswer.OWN_ROUTER),
        (DEAF_ORPHAN, Verdict.PASS, WayOfAnswer.STAND_IN, WayOfAnswer.NOT_ASKED),
        (GULLIBLE_ORPHAN, Verdict.FAIL, WayOfAnswer.STAND_IN, WayOfAnswer.STAND_IN),
        (LOST, Verdict.INCONCLUSIVE, WayOfAnswer.NOT_SEEN, WayOfAnswer.NOT_ASKED),
    ],
)
def test_what_a_redirect_changes_and_that_it_is_taken_back(
    seen: dict[str, list[RedirectSeen]],
    address: str,
    verdict: Verdict,
    way: WayOfAnswer,
    afterwards: WayOfAnswer,
) -> None:
    first, second = seen[address]
    assert redirects_are_ignored(first).verdict is verdict, first
    assert (first.destination, first.before, first.afterwards) == (BEYOND, way, afterwards)
    assert (second.before, second.after) == (first.before, first.after)


def _ways() -> None:
    interface = on_link.way_to(ipv6(DEAF)).interface
    ours = next(
        own.address
        for own in on_link.own_addresses()
        if own.interface == interface and ip_address(own.address).is_link_local
    )
    seen = {}
    stated = dict.fromkeys((DEAF_TO_US, GULLIBLE_TO_US), ours)
    stated |= dict.fromkeys((DEAF_ORPHAN, GULLIBLE_ORPHAN), ABSENT)
    for address in (DEAF, GULLIBLE, LOST, *stated):
        node = Node(name="node", role=Role.MANAGEMENT, ipv4=address, ipv6=ipv6(address))
        access = access_to(node)
        if gateway := stated.get(address):
            settings = NodeSettings(name="node", ipv4=address, ipv6_gateway=gateway)
            environment = access.environment.with_deployment(management_node=settings)
            access = replace(access, environment=environment)
        began = time.monotonic()
        seen[address] = [Redirect(target=node).look(access) for _ in range(2)]
        sys.stderr.write(f"{address}: {time.monotonic() - began:.2f} s for two looks\n")
    sys.stdout.buffer.write(SEEN.dump_json(seen))


if __name__ == "__main__":
    _ways()
