"""Nodes that answer the whole link, follow redirects, or ask for their addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.faults.fault import Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour


def _answering(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, multicast_echo=True)


def _believing(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, redirects=True)


def _asking(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, duplicate_address_detection=True)


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="multicast-echo",
        turns=("WIZ-05",),
        text="the wizard was told to accept multicast ICMPv6 echo requests",
        answers={"icmpv6_echo_requests": True},
    ),
    Defect(
        name="node-answers-multicast-echo",
        turns=("WIZ-05",),
        text="a node answers an ICMPv6 echo request to ff02::1",
        change=_answering,
    ),
    Misconfiguration(
        name="redirects",
        turns=("WIZ-03",),
        text="the wizard was told to accept ICMPv6 redirects",
        answers={"icmpv6_redirects": True},
    ),
    Defect(
        name="node-follows-redirects",
        turns=("WIZ-03",),
        text="a node follows an ICMPv6 redirect",
        change=_believing,
    ),
    Misconfiguration(
        name="duplicate-address-detection",
        turns=("WIZ-06",),
        text="the wizard was told to have nodes detect duplicate IPv6 addresses",
        answers={"ipv6_dad_transmits": True},
    ),
    Defect(
        name="node-detects-duplicate-addresses",
        turns=("WIZ-06",),
        text="a starting node asks whether somebody else has its IPv6 address",
        change=_asking,
    ),
)
