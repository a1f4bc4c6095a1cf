"""What closed ports may say to a stranger: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.ports import Family, PortSaid, PortState, Transport
from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode.observations.ports import ClosedPortsSeen, EveryPortSeen
    from securemode.verdicts import Judgement

_EXPECTED = "no answer of any kind from a closed port"
_MOST_SHOWN = 3
_FAMILY = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
_ANSWERS = (PortState.RESET, PortState.ICMP)


def closed_ports_are_silent(seen: ClosedPortsSeen) -> Judgement:
    """Every closed port drops what it gets, while an open one answers (WIZ-04).

    Ports that accept are not judged here: what may be open is another requirement. An ICMP error
    that a device on the way sends says nothing of the node.
    """
    which = f"closed {seen.transport.upper()} ports over {_FAMILY[seen.family]}"
    closed = [said for said in seen.said if said.state is not PortState.OPEN]
    answered = [said for said in _answered(seen) if not said.sender]
    if answered:
        return deviates(
            f"answers on {which}", expected=_EXPECTED, saw=_answers(seen, answered, len(closed))
        )
    if doubt := _doubt(seen, closed):
        return unclear(f"does not let tell how it treats {which}", expected=_EXPECTED, saw=doubt)
    return holds(f"drops what {which} get", expected=_EXPECTED, saw=_silence(seen, len(closed)))


def _answered(seen: ClosedPortsSeen) -> list[PortSaid]:
    """Closed ports that said something, of the sample first."""
    swept = seen.every_port.answered if seen.every_port else ()
    return [said for said in (*seen.said, *swept) if said.state in _ANSWERS]


def _answers(seen: ClosedPortsSeen, answered: Sequence[PortSaid], closed_count: int) -> str:
    ports = {said.port for said in seen.said}
    of_sample = sum(said.port in ports for said in answered)
    shown = ", ".join(f"{said} from {said.port}" for said in answered[:_MOST_SHOWN])
    count = f"{of_sample} of {closed_count} closed ports of the sample"
    if seen.every_port:
        count += f" and {seen.every_port.answered_count} of all {seen.every_port.asked} ports"
    return f"{shown}; answers from {count}"


def _doubt(seen: ClosedPortsSeen, closed: Sequence[PortSaid]) -> str:
    """Why silence says nothing here; empty where it does."""
    controls = (seen.control_before, seen.control_after)
    if any(control is not PortState.OPEN for control in controls):
        return f"{seen.control_port} was {controls[0]} before and {controls[1]} after"
    if on_the_way := [said for said in _answered(seen) if said.sender]:
        return f"{on_the_way[0]} from {on_the_way[0].sender}, a device on the way"
    if not closed:
        return "every port of the sample is open"
    sweep = seen.every_port
    if sweep and (not sweep.controls_asked or sweep.controls_open < sweep.controls_asked):
        return (
            f"{seen.control_port} accepted {sweep.controls_open} of {sweep.controls_asked} times "
            "while all ports were asked: answers were lost"
        )
    return ""


def _silence(seen: ClosedPortsSeen, closed_count: int) -> str:
    count = f"silence from {closed_count} ports"
    if seen.every_port:
        count += f", and from {_silent_share(seen.every_port)}"
    control = f"TCP {seen.control_port}" if seen.transport is Transport.UDP else seen.control_port
    return f"{count}, while {control} accepted before and after"


def _silent_share(sweep: EveryPortSeen) -> str:
    return f"{sweep.silent_count} of all {sweep.asked}, {len(sweep.open)} being open"
