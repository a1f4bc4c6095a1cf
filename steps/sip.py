from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.sip import sip_is_answered
from securemode.observations.sip import SipTransport
from securemode.plugin.steps import judgement, observation
from securemode.probes.probe import not_applicable
from securemode.probes.sip import SipOptions

if TYPE_CHECKING:
    from securemode.environment.site import Site
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node


def transport_named(text: str) -> SipTransport:
    return SipTransport(text.lower())


@observation("a SIP OPTIONS request is sent over {transport}", transport=transport_named)
def sip_options(node: Node, site: Site, transport: SipTransport) -> SipOptions | Withheld:
    if not site.protocols.sip:
        return not_applicable("site.protocols says that the site needs no SIP.")
    if transport is SipTransport.UDP and not site.protocols.sip_udp:
        return not_applicable("site.protocols says that the site needs no SIP over UDP.")
    return SipOptions(node, transport, getattr(site.sip_ports, transport))


@judgement("a SIP answer satisfies {requirement}")
def sip_answer_satisfies(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(sip_is_answered)
