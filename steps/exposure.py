from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.exposure import (
    administrator_interface_is_there,
    client_api_serves_nothing,
    only_known_ports_accept,
    plain_web_only_redirects,
    protocol_is_as_needed,
    web_answers_over_ipv6,
)
from securemode.observations.ports import Family, PortSelection, Transport
from securemode.observations.traffic import Service
from securemode.plugin.steps import judgement, observation
from securemode.probes.open_ports import OpenPorts
from securemode.probes.ports import ClosedPorts
from securemode.probes.probe import not_applicable, not_reviewed
from securemode.probes.service_ports import ServicePorts
from securemode.probes.web_exposure import AdministratorInterface, ClientApi, Ipv6Web, PlainWeb

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.site import Protocols, Site
    from securemode.probes.probe import Probe, Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node

ALWAYS_KNOWN = (22, 80, 443, 1720, 1935)
"""TCP ports of the product that other requirements judge: SSH, HTTP, HTTPS, H.323, RTMP."""
USUAL_SIP = ((Service.SIP_TCP, 5060), (Service.SIP_TLS, 5061))
PROTOCOLS = {"SIP": "sip", "SIP over UDP": "sip_udp", "H.323": "h323", "RTMP": "rtmp"}


def family_named(text: str) -> Family:
    return Family(text.lower())


def is_needed(protocols: Protocols, protocol: str) -> bool:
    return bool(getattr(protocols, PROTOCOLS[protocol]))


def ports_of(site: Site, protocol: str) -> tuple[tuple[Service, int], ...]:
    """The ports of a protocol; where SIP is not needed its usual ones as well."""
    own = ((Service.SIP_TCP, site.sip_ports.tcp), (Service.SIP_TLS, site.sip_ports.tls))
    return {
        "SIP": own if site.protocols.sip else tuple(dict.fromkeys((*own, *USUAL_SIP))),
        "SIP over UDP": ((Service.SIP_UDP, site.sip_ports.udp),),
        "H.323": ((Service.H323, 1720), (Service.RAS, 1719)),
        "RTMP": ((Service.RTMP, 1935),),
    }[protocol]


@observation("the ports of {protocol} are asked")
def protocol_ports(node: Node, site: Site, protocol: str) -> ServicePorts | Withheld:
    if protocol == "RTMP" and site.protocols.rtmp:
        return not_applicable("The site needs RTMP, which nodes send and do not listen for.")
    if node.port_offset and not is_needed(site.protocols, protocol):
        reason = "The node is reached through port forwarding: its closed ports are not seen."
        return not_reviewed(reason, next_step="run from where the node is reached directly.")
    services, ports = zip(*ports_of(site, protocol), strict=True)
    return ServicePorts(target=node, services=services, ports=ports)


@judgement("{protocol} answers where the site needs it, and is silent where not")
def protocol_as_needed(seen: Sightings, site: Site, protocol: str) -> tuple[Finding, ...]:
    needed = is_needed(site.protocols, protocol)
    return seen.each(protocol_is_as_needed, protocol=protocol, needed=needed)


@observation("TCP connections are tried over {family}", family=family_named)
def open_ports(node: Node, environment: Environment, family: Family) -> Probe | Withheld:
    if node.port_offset:
        reason = "The node is reached through port forwarding: its other ports are not seen."
        return not_reviewed(reason, next_step="run from where the node is reached directly.")
    probe = OpenPorts(target=node, family=family)
    if not probe.address:
        return not_applicable(f"The node has no {family} address.")
    if environment.all_ports:
        transport, ports = Transport.TCP, PortSelection.ALL
        return ClosedPorts(target=node, transport=transport, family=family, ports=ports)
    return probe


@judgement("only ports of the product and of the site's ranges accept")
def only_known_ports(seen: Sightings, site: Site) -> tuple[Finding, ...]:
    known = tuple(sorted({*ALWAYS_KNOWN, site.sip_ports.tcp, site.sip_ports.tls}))
    ranges = tuple((one.start, one.end) for one in (site.signalling_ports, site.media_ports))
    return seen.each(only_known_ports_accept, known=known, ranges=ranges)


@observation("the client API is asked for")
def client_api(node: Node) -> ClientApi:
    return ClientApi(target=node)


@judgement("it serves nothing")
def client_api_is_off(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(client_api_serves_nothing)


@observation("the node is asked over plain HTTP")
def plain_web(node: Node) -> PlainWeb:
    return PlainWeb(target=node)


@judgement("it only redirects to HTTPS, or says nothing")
def plain_web_redirects(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(plain_web_only_redirects)


@observation("the start page of the Administrator interface is asked for")
def administrator_interface(node: Node) -> AdministratorInterface:
    return AdministratorInterface(target=node)


@judgement("it shows its login page or asks for a client certificate")
def administrator_interface_answers(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(administrator_interface_is_there)


@observation("the web port is asked at the node's IPv6 address")
def ipv6_web(node: Node, site: Site) -> Ipv6Web | Withheld:
    if not site.uses_ipv6:
        return not_applicable("site.uses_ipv6 says that the site uses no IPv6.")
    if node.ipv6 is None:
        step = "state ipv6 of the node in the environment."
        return not_reviewed("The environment states no IPv6 address of the node.", next_step=step)
    return Ipv6Web(target=node)


@judgement("it answers there")
def ipv6_web_answers(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(web_answers_over_ipv6)
