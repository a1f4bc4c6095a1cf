from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from securemode.judges.h323_setup import no_large_group_is_offered
from securemode.judges.multicast import ON_LINK
from securemode.judges.redirects import (
    ADDRESS_BEYOND,
    FORGET,
    PERMIT,
    REACHABLE,
    STATE_GATEWAY,
    redirects_are_ignored,
)
from securemode.judges.restarts import addresses_are_taken_unasked
from securemode.observations.h323_setup import DiffieHellmanGroup, H323SetupSeen, SetupState
from securemode.observations.redirects import RedirectSeen, WayOfAnswer
from securemode.observations.restarts import RestartSeen
from securemode.verdicts import Verdict

ADDRESS = "2001:db8:51::21"
ROUTER, OWN, REDIRECTED = WayOfAnswer.ROUTER, WayOfAnswer.OWN_ROUTER, WayOfAnswer.REDIRECTED
NOT_SEEN, DIRECT = WayOfAnswer.NOT_SEEN, WayOfAnswer.DIRECT
ASKED: dict[str, Any] = {"destination": "2001:db8:52::2", "routers": ("fe80::1",)}
RESTARTED: dict[str, Any] = {
    "boot_before": "2026-11-23T09:00:00",
    "boot_after": "2026-11-23T10:00:00",
    "heard_after": 7,
}


@pytest.mark.parametrize(
    ("seen", "verdict", "next_step"),
    [
        ({**ASKED, "before": ROUTER, "after": ROUTER}, Verdict.PASS, ""),
        ({**ASKED, "before": OWN, "after": OWN}, Verdict.PASS, ""),
        ({**ASKED, "before": ROUTER, "after": REDIRECTED, "afterwards": ROUTER}, Verdict.FAIL, ""),
        (
            {**ASKED, "before": ROUTER, "after": REDIRECTED, "afterwards": REDIRECTED},
            Verdict.FAIL,
            FORGET,
        ),
        ({**ASKED, "before": ROUTER, "after": NOT_SEEN}, Verdict.INCONCLUSIVE, REACHABLE),
        ({**ASKED, "before": NOT_SEEN}, Verdict.INCONCLUSIVE, REACHABLE),
        ({**ASKED, "before": DIRECT}, Verdict.INCONCLUSIVE, REACHABLE),
        ({**ASKED, "routers": (), "before": ROUTER}, Verdict.INCONCLUSIVE, STATE_GATEWAY),
        ({}, Verdict.NOT_REVIEWED, ADDRESS_BEYOND),
        ({"gateway": "2001:db8:51::1"}, Verdict.NOT_REVIEWED, ON_LINK),
        ({"refusal": "Operation not permitted"}, Verdict.NOT_REVIEWED, PERMIT),
    ],
)
def test_redirects_are_ignored(seen: dict[str, Any], verdict: Verdict, next_step: str) -> None:
    observed = RedirectSeen(address=ADDRESS, **seen)
    judgement = redirects_are_ignored(observed)
    assert (judgement.verdict, judgement.next_step) == (verdict, next_step)
    adapter = TypeAdapter(RedirectSeen)
    assert adapter.validate_json(adapter.dump_json(observed)) == observed


@pytest.mark.parametrize(
    ("seen", "verdict", "words"),
    [
        (RESTARTED, Verdict.PASS, "7 frames of the node heard since"),
        ({"was_away": True, "heard_after": 1}, Verdict.PASS, "1 frames"),
        ({**RESTARTED, "probes": (ADDRESS,)}, Verdict.FAIL, f"from :: for {ADDRESS}"),
        ({"probes": (ADDRESS,)}, Verdict.FAIL, ADDRESS),
        (
            {**RESTARTED, "boot_after": RESTARTED["boot_before"]},
            Verdict.INCONCLUSIVE,
            "the same start time",
        ),
        ({"heard_after": 9}, Verdict.INCONCLUSIVE, "unknown"),
        ({**RESTARTED, "heard_after": 0}, Verdict.INCONCLUSIVE, "0 frames of the node"),
        ({**RESTARTED, "missed": 3}, Verdict.INCONCLUSIVE, "3 frames missed"),
        ({"gateway": "2001:db8:51::1"}, Verdict.NOT_REVIEWED, "a router in between"),
        ({"refusal": "Operation not permitted"}, Verdict.NOT_REVIEWED, "not permitted"),
    ],
)
def test_addresses_are_taken_unasked(seen: dict[str, Any], verdict: Verdict, words: str) -> None:
    observed = RestartSeen(address=ADDRESS, **seen)
    judgement = addresses_are_taken_unasked(observed)
    assert judgement.verdict is verdict
    assert words in judgement.saw
    adapter = TypeAdapter(RestartSeen)
    assert adapter.validate_json(adapter.dump_json(observed)) == observed


def test_a_group_of_unknown_size_convicts_and_acquits_nobody() -> None:
    unknown = DiffieHellmanGroup(identifier="1.2.3", bits=0)
    large = DiffieHellmanGroup(identifier="1.2.4", bits=2048)
    seen = H323SetupSeen(
        node="conf1",
        destination="a@b:1",
        state=SetupState.READ,
        tokens=("1.2.3",),
        groups=(unknown,),
    )
    assert no_large_group_is_offered(seen).verdict is Verdict.INCONCLUSIVE
    both = H323SetupSeen(
        node="conf1", destination="a@b:1", state=SetupState.READ, groups=(unknown, large)
    )
    assert no_large_group_is_offered(both).verdict is Verdict.FAIL
