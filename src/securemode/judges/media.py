"""What the media of a call says about LOC-01."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.exposure import shown
from securemode.verdicts import Judgement, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.media import MediaFlowSeen

FEW_PACKETS = 3


def media_is_marked(*seen: MediaFlowSeen, dscp: int) -> Judgement:
    """LOC-01: every media packet of every node of the location carries the mark of the site."""
    expected = f"DSCP {dscp} on every media packet"
    if wrong := [one for one in seen if set(one.dscp) - {dscp}]:
        return deviates("sends media with another mark", expected=expected, saw=shown(wrong))
    if silent := [one for one in seen if one.packets < FEW_PACKETS or not one.dscp]:
        return unclear(
            "sends no media whose mark could tell",
            expected=expected,
            saw=shown([_why(one) for one in silent]),
            next_step="see to it that the nodes reach trap.media_port of this machine over UDP.",
        )
    return holds("marks its media", expected=expected, saw=shown(seen))


def _why(seen: MediaFlowSeen) -> str:
    because = f" ({seen.detail})" if seen.detail else f" (the call: {seen.ended})"
    others = f", {seen.others} datagrams of another kind" if seen.others else ""
    return f"{seen.node}: {seen.packets} media packets{others}{because}"
