"""From a node's behaviour to what it sets on its interface: packet filter, marks, MTU, ICMPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.appliance.listeners import Service
from securemode_lab.network.attachment import Wire
from securemode_lab.network.rules import ClosedPort, Mark, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode_lab.appliance.derive import NodeBehaviour
    from securemode_lab.appliance.listeners import Endpoint

_SIGNALLING = frozenset(
    {Service.SIP_UDP, Service.SIP_TCP, Service.SIP_TLS, Service.H323, Service.RAS}
)


def wire(behaviour: NodeBehaviour, open_endpoints: Iterable[Endpoint]) -> Wire:
    """What the node's interface has to do while exactly these endpoints are open."""
    opened = tuple(open_endpoints)
    rules = Ruleset(
        open_ports=tuple((endpoint.transport, endpoint.port) for endpoint in opened),
        closed_ports=(*behaviour.closed_exceptions, ClosedPort(behaviour.closed_ports)),
        marks=_marks(behaviour, opened),
    )
    return Wire(
        mtu_bytes=behaviour.mtu_bytes,
        duplicate_address_detection=behaviour.duplicate_address_detection,
        redirects=behaviour.redirects,
        multicast_echo=behaviour.multicast_echo,
        ipv6_gateway=behaviour.ipv6_gateway,
        rules=rules,
    )


def _marks(behaviour: NodeBehaviour, opened: tuple[Endpoint, ...]) -> tuple[Mark, ...]:
    """Signalling and media by their source ports; everything else is management traffic."""
    marks = (behaviour.signalling_dscp, behaviour.media_dscp, behaviour.management_dscp)
    if not any(marks):
        return ()
    signalling = tuple(
        Mark(behaviour.signalling_dscp, endpoint.transport, endpoint.port)
        for endpoint in opened
        if endpoint.service in _SIGNALLING
    )
    called = behaviour.signalling_dscp if behaviour.call_dscp is None else behaviour.call_dscp
    calls = _ranges(called, behaviour.signalling_ports)
    media = _ranges(behaviour.media_dscp, behaviour.media_ports)
    return (*signalling, *calls, *media, Mark(behaviour.management_dscp))


def _ranges(dscp: int, ports: tuple[int, int] | None) -> tuple[Mark, ...]:
    if ports is None:
        return ()
    return tuple(Mark(dscp, transport, *ports) for transport in ("tcp", "udp"))
