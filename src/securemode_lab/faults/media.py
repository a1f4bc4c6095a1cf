"""Media and signalling of calls that a node places: their marks, and the groups of H.323."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.faults.fault import Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour

_ANOTHER_DSCP = 8


def _marking_media(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, media_dscp=_ANOTHER_DSCP)


def _marking_calls(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, call_dscp=_ANOTHER_DSCP)


def _offering_more(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, h323_groups=behaviour.h323_groups | {2048})


FAULTS: tuple[Fault, ...] = (
    Defect(
        name="node-marks-media-wrong",
        turns=("LOC-01",),
        text="a node marks its media with another DSCP",
        change=_marking_media,
    ),
    Defect(
        name="node-marks-calls-wrong",
        turns=("LOC-02",),
        text="a node marks the signalling of its own calls with another DSCP, and answers rightly",
        change=_marking_calls,
    ),
    Misconfiguration(
        name="h323-2048-bit-groups",
        turns=("WIZ-25",),
        text="the wizard was told to enable 2048-bit Diffie-Hellman groups for H.323",
        answers={"enable_h323_2048bit_dh": True},
    ),
    Defect(
        name="node-offers-2048-bit-groups",
        turns=("WIZ-25",),
        text="a node offers a 2048-bit Diffie-Hellman group in its H.323 calls",
        change=_offering_more,
    ),
)
