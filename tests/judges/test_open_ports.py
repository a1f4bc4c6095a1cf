from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from securemode.judges.exposure import only_known_ports_accept
from securemode.observations.exposure import OpenPortsSeen
from securemode.observations.ports import (
    ClosedPortsSeen,
    EveryPortSeen,
    Family,
    PortState,
    Transport,
)
from securemode.verdicts import Verdict

V4, OPEN = "198.51.100.21", PortState.OPEN
PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def opened(*open_ports: int, controls: tuple[int, int] = (12, 12)) -> OpenPortsSeen:
    return OpenPortsSeen(
        family=Family.IPV4,
        address=V4,
        described="1400 TCP ports",
        asked=1400,
        open=open_ports,
        control_port=443,
        controls_asked=controls[0],
        controls_answered=controls[1],
    )


def swept(*open_ports: int, controls: tuple[int, int] = (16, 16)) -> ClosedPortsSeen:
    every = EveryPortSeen(
        asked=65535,
        open=open_ports,
        answered=(),
        answered_count=0,
        silent_count=65535 - len(open_ports),
        controls_asked=controls[0],
        controls_open=controls[1],
    )
    return ClosedPortsSeen(
        transport=Transport.TCP,
        family=Family.IPV4,
        address=V4,
        said=(),
        control_port=443,
        control_before=OPEN,
        control_after=OPEN,
        every_port=every,
    )


@pytest.mark.parametrize(
    ("seen", "verdict", "saw"),
    [
        (opened(80, 443), PASS, "80, 443 open of 1400 TCP ports"),
        (opened(443, 33000, 49999), PASS, "443, 33000, 49999 open of 1400 TCP ports"),
        (opened(), PASS, "none open of 1400 TCP ports"),
        (opened(443, 8443), FAIL, "8443"),
        (opened(443, 32999, 50000), FAIL, "32999, 50000"),
        (opened(443, 8443, controls=(12, 1)), FAIL, "8443"),
        (
            opened(443, controls=(12, 11)),
            INCONCLUSIVE,
            "the web port answered 11 of 12 times: answers were lost",
        ),
        (swept(443), PASS, "443 open of all 65535 TCP ports"),
        (swept(443, 51000), FAIL, "51000"),
        (
            swept(443, controls=(16, 15)),
            INCONCLUSIVE,
            "the web port answered 15 of 16 times: answers were lost",
        ),
        (
            swept(controls=(0, 0)),
            INCONCLUSIVE,
            "the web port answered 0 of 0 times: answers were lost",
        ),
    ],
)
def test_only_known_ports_accept(
    seen: OpenPortsSeen | ClosedPortsSeen, verdict: Verdict, saw: str
) -> None:
    judgement = only_known_ports_accept(
        seen, known=(80, 443), ranges=((33000, 39999), (40000, 49999))
    )
    assert (judgement.verdict, judgement.saw) == (verdict, saw)
    assert judgement.expected == "no open TCP port but 80, 443 and 33000-39999 and 40000-49999"


def test_observations_survive_json() -> None:
    adapter = TypeAdapter(OpenPortsSeen)
    assert adapter.validate_json(adapter.dump_json(opened(443))) == opened(443)
