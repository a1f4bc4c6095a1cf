"""The judge of closed ports: recorded observations, and what is said of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from securemode.judges.ports import closed_ports_are_silent
from securemode.observations.ports import (
    ClosedPortsSeen,
    EveryPortSeen,
    Family,
    PortSaid,
    PortState,
    Transport,
)

TABLE = YAML(typ="safe").load(Path(__file__).with_name("cases") / "closed_ports.yaml")


def port_said(text: str) -> PortSaid:
    port, state, *icmp = text.split()
    if not icmp:
        return PortSaid(port=int(port), state=PortState(state))
    icmp_type, icmp_code = map(int, icmp[0].split("/"))
    return PortSaid(
        port=int(port),
        state=PortState(state),
        icmp_type=icmp_type,
        icmp_code=icmp_code,
        sender="".join(icmp[1:]),
    )


def every_port(case: dict[str, Any]) -> EveryPortSeen:
    return EveryPortSeen(
        asked=65535,
        open=tuple(case["open"]),
        answered=tuple(map(port_said, case["answered"])),
        answered_count=case["count"],
        silent_count=case["silent"],
        controls_asked=case["controls"][0],
        controls_open=case["controls"][1],
    )


def observation(case: dict[str, Any]) -> ClosedPortsSeen:
    seen = TABLE["usual"] | case.get("seen", {})
    return ClosedPortsSeen(
        transport=Transport(seen["transport"]),
        family=Family(seen["family"]),
        address="198.51.100.10",
        said=tuple(map(port_said, seen["sample"])),
        control_port=443,
        control_before=PortState(seen["before"]),
        control_after=PortState(seen["after"]),
        every_port=every_port(seen["every"]) if "every" in seen else None,
    )


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_closed_ports_are_judged(case: dict[str, Any]) -> None:
    judgement = closed_ports_are_silent(observation(case))
    assert (judgement.verdict, judgement.what, judgement.saw) == (
        case["verdict"],
        case["what"],
        case["saw"],
    )
    assert judgement.expected == "no answer of any kind from a closed port"


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_observations_survive_json(case: dict[str, Any]) -> None:
    adapter = TypeAdapter(ClosedPortsSeen)
    seen = observation(case)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen
