"""What nodes do on the wire against right settings: marks, packet size, IPv6, ports, plain HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.derive import Kind
from securemode_lab.faults.fault import Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour

RTMP_PORT = 1935
STRAY_PORT = 8080
_EVERY_ADDRESS = ("WIZ-02", "WIZ-04", "GLOBAL-07")
"""Seen at every address of a node, with an open port there as the control."""


def _node(
    name: str,
    turned: str,
    text: str,
    kind: Kind = Kind.CONFERENCING,
    clouds: tuple[str, ...] = (),
    **fields: Any,
) -> Fault:
    """A node whose behaviour has other values."""

    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, **fields)

    return Defect(name=name, turns=(turned,), clouds=clouds, text=text, change=change, kind=kind)


def _without_timeout(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, web_defects=behaviour.web_defects | {"sessions_never_idle"})


def _stray(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, stray_port=STRAY_PORT)


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="management-ipv6-gateway",
        turns=("IPV6-01",),
        clouds=("WIZ-03",),
        text="the Management Node has another IPv6 gateway than the site states",
        settings={"management_vm": {"ipv6_gateway": "2001:db8:51::fe"}},
    ),
    Misconfiguration(
        name="node-ipv6-gateway",
        turns=("IPV6-02",),
        clouds=("WIZ-03",),
        text="the Conferencing Nodes have another IPv6 gateway than the site states",
        settings={"worker_vm": {"ipv6_gateway": "2001:db8:51::fe"}},
    ),
    _node(
        "management-node-deaf-on-ipv6",
        "IPV6-01",
        "the Management Node does not listen on its IPv6 address",
        Kind.MANAGEMENT,
        clouds=_EVERY_ADDRESS,
        ipv6=False,
    ),
    _node(
        "node-deaf-on-ipv6",
        "IPV6-02",
        "a node does not listen on its IPv6 address",
        clouds=_EVERY_ADDRESS,
        ipv6=False,
    ),
    _node("node-accepts-h323", "GLOBAL-02", "a node answers H.323 although it is off", h323=True),
    _node(
        "node-listens-for-rtmp",
        "GLOBAL-04",
        "a node listens for RTMP although it is off",
        stray_port=RTMP_PORT,
    ),
    _node(
        "node-serves-client-api",
        "GLOBAL-05",
        "a node serves the client API although it is off",
        client_api=True,
    ),
    Defect(
        name="node-listens-beyond-its-ranges",
        turns=("GLOBAL-09", "GLOBAL-10"),
        text=f"something listens on TCP {STRAY_PORT} of a node",
        change=_stray,
    ),
    _node(
        "node-marks-management-wrong",
        "GLOBAL-06",
        "a node marks its management traffic with another DSCP",
        management_dscp=8,
    ),
    _node(
        "node-serves-plain-http",
        "GLOBAL-13",
        "a node serves content over plain HTTP",
        http="content",
    ),
    Defect(
        name="sessions-never-idle",
        turns=("GLOBAL-16",),
        text="the Management Node never ends an idle session",
        change=_without_timeout,
        kind=Kind.MANAGEMENT,
    ),
    _node(
        "node-marks-signalling-wrong",
        "LOC-02",
        "a node marks its signalling with another DSCP",
        signalling_dscp=8,
    ),
    _node("node-sends-long-packets", "LOC-03", "a node has an MTU of 1500 bytes", mtu_bytes=1500),
)
