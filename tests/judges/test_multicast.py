from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from securemode.judges.multicast import EXPECTED, ON_LINK, PERMIT, multicast_echo_is_ignored
from securemode.observations.multicast import MulticastEchoSeen
from securemode.verdicts import Verdict

ADDRESS = "2001:db8:51::21"
FOUND: dict[str, Any] = {"neighbour_before": True, "neighbour_after": True}


@pytest.mark.parametrize(
    ("seen", "verdict", "next_step"),
    [
        (FOUND, Verdict.PASS, ""),
        ({**FOUND, "others_answered": 3}, Verdict.PASS, ""),
        ({**FOUND, "multicast_answered": True}, Verdict.FAIL, ""),
        ({"multicast_answered": True}, Verdict.FAIL, ""),
        (
            {"neighbour_before": True},
            Verdict.INCONCLUSIVE,
            "make sure that the node can be reached over IPv6, and run again.",
        ),
        ({"gateway": "2001:db8:51::1"}, Verdict.NOT_REVIEWED, ON_LINK),
        ({"refusal": "Operation not permitted"}, Verdict.NOT_REVIEWED, PERMIT),
    ],
)
def test_multicast_echo_is_ignored(seen: dict[str, Any], verdict: Verdict, next_step: str) -> None:
    judgement = multicast_echo_is_ignored(MulticastEchoSeen(address=ADDRESS, **seen))
    assert (judgement.verdict, judgement.next_step) == (verdict, next_step)
    assert judgement.expected == EXPECTED


def test_observations_survive_json() -> None:
    adapter = TypeAdapter(MulticastEchoSeen)
    seen = MulticastEchoSeen(address=ADDRESS, **FOUND)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen
