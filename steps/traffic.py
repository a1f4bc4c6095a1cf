from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.judges.traffic import (
    management_is_marked,
    mtu_is_announced,
    signalling_is_marked,
)
from securemode.observations.traffic import Service
from securemode.plugin.steps import judgement, observation
from securemode.probes.probe import not_applicable, not_reviewed
from securemode.probes.traffic import SegmentSize, TrafficMarks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from securemode.environment.site import Site
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Location, Node

FORWARDED = "The nodes are reached through port forwarding, where their own packets end."
DIRECTLY = "run from where the nodes are reached directly."


def of_the_location(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Several nodes were looked at, the location is judged: say so of the scenario's own target."""
    return tuple(replace(finding, target="") for finding in findings)


def sip_ports(site: Site) -> dict[Service, int]:
    ports = {Service.SIP_TCP: site.sip_ports.tcp, Service.SIP_TLS: site.sip_ports.tls}
    return {Service.SIP_UDP: site.sip_ports.udp, **ports} if site.protocols.sip_udp else ports


@observation("the marks of what the node answers to management are read")
def management_marks(node: Node) -> TrafficMarks | Withheld:
    if node.port_offset:
        return not_reviewed(FORWARDED, next_step=DIRECTLY)
    services = {Service.SNMP: 161, Service.HTTPS: 443}
    return TrafficMarks(target=node, services=tuple(services), ports=tuple(services.values()))


@judgement("its management traffic carries the mark of the site")
def management_carries_the_mark(seen: Sightings, site: Site) -> tuple[Finding, ...]:
    return seen.each(management_is_marked, dscp=site.dscp.management)


@observation("the marks of the SIP answers of its nodes are read")
def signalling_marks(location: Location, site: Site) -> Sequence[TrafficMarks] | Withheld:
    if not site.protocols.sip:
        return not_applicable("site.protocols says that the site needs no SIP.")
    if any(node.port_offset for node in location.nodes):
        return not_reviewed(FORWARDED, next_step=DIRECTLY)
    services, ports = zip(*sip_ports(site).items(), strict=True)
    return [TrafficMarks(target=node, services=services, ports=ports) for node in location.nodes]


@judgement("their signalling carries the mark of the site")
def signalling_carries_the_mark(seen: Sightings, site: Site) -> tuple[Finding, ...]:
    return of_the_location(seen.together(signalling_is_marked, dscp=site.dscp.signalling))


@observation("the segment sizes that its nodes announce are read")
def segment_sizes(location: Location) -> Sequence[SegmentSize] | Withheld:
    if any(node.port_offset for node in location.nodes):
        return not_reviewed(FORWARDED, next_step=DIRECTLY)
    return [SegmentSize(target=node) for node in location.nodes]


@judgement("they are those of the site's MTU")
def segment_sizes_fit(seen: Sightings, site: Site) -> tuple[Finding, ...]:
    return of_the_location(seen.together(mtu_is_announced, mtu_bytes=site.mtu_bytes))
