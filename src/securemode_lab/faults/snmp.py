"""SNMP that answers nobody, too many, or too little protected requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.faults.fault import Change, Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour

_CONTROLLED = ("SNMP-04", "SNMP-05")
"""What is only judged while the management station's own request is answered."""


def _also(level: str) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        snmp = replace(behaviour.snmp, also=behaviour.snmp.also | {level})
        return replace(behaviour, snmp=snmp)

    return change


def _answering(level: str, text: str) -> Defect:
    return Defect(
        name=f"snmp-answers-{level.lower()}",
        turns=("SNMP-04",),
        text=f"the SNMP agent of a node answers {text}",
        change=_also(level),
    )


def _writable(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, snmp=replace(behaviour.snmp, writable=True))


def _mute(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, snmp=replace(behaviour.snmp, mode="DISABLED"))


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="snmp-disabled",
        turns=("SNMP-01", "SNMP-02"),
        clouds=_CONTROLLED,
        text="SNMP is disabled on every node",
        settings={"node": {"snmp_mode": "DISABLED"}},
    ),
    Misconfiguration(
        name="snmp-v2c",
        turns=("SNMP-01", "SNMP-02", "SNMP-04"),
        clouds=("SNMP-05",),
        text="SNMP is in standard mode on every node: v2c with the configured community",
        settings={"node": {"snmp_mode": "STANDARD"}},
    ),
    Misconfiguration(
        name="snmp-v2c-public",
        turns=("SNMP-01", "SNMP-02", "SNMP-03", "SNMP-04"),
        clouds=("SNMP-05",),
        text="SNMP is in standard mode on every node: v2c with the community public",
        settings={"node": {"snmp_mode": "STANDARD", "snmp_community": "public"}},
    ),
    Misconfiguration(
        name="snmp-wrong-user",
        turns=("SNMP-02",),
        clouds=_CONTROLLED,
        text="the SNMPv3 user name is not that of the management station",
        settings={"node": {"snmp_username": "somebody-else"}},
    ),
    Misconfiguration(
        name="snmp-wrong-password",
        turns=("SNMP-02",),
        clouds=_CONTROLLED,
        text="the SNMPv3 privacy password is not that of the management station",
        settings={"node": {"snmp_privacy_password": "not the station's one"}},
    ),
    Misconfiguration(
        name="snmp-community-public",
        turns=("SNMP-03",),
        text="the community is still public, although the mode is SNMPv3",
        settings={"node": {"snmp_community": "public"}},
    ),
    Defect(
        name="snmp-agent-mute",
        turns=("SNMP-02",),
        clouds=_CONTROLLED,
        text="no SNMP agent answers on a node although SNMPv3 is configured",
        change=_mute,
    ),
    _answering("v1", "SNMPv1 with the configured community"),
    _answering("v2c", "SNMPv2c with the configured community"),
    _answering("noAuthNoPriv", "requests without authentication"),
    _answering("authNoPriv", "requests without encryption"),
    _answering("md5", "requests authenticated with MD5"),
    _answering("des", "requests encrypted with DES"),
    _answering("wrong-password", "requests with a wrong password"),
    Defect(
        name="snmp-writable",
        turns=("SNMP-05",),
        text="the SNMP agent of a node lets the management station write",
        change=_writable,
    ),
)
