from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.judges.outbound import (
    approved_algorithms_are_offered,
    calls_are_marked,
    contact_carries_cca_id,
    full_intra_requests_are_offered,
    media_is_encrypted,
    no_anonymous_suite_is_offered,
    nothing_old_is_offered,
    resource_priority_has_prefix,
    srtp_with_sha1_is_offered,
)
from securemode.judges.outbound_peers import bad_peer_is_refused
from securemode.observations.outbound import PeerSort
from securemode.plugin.steps import judgement, observation
from securemode.probes.outbound import calls_of, more_calls_of
from securemode.probes.probe import not_applicable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode.environment.models import Environment
    from securemode.probes.outbound import OutboundCall
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Location, Node

    Calls = Withheld | tuple[OutboundCall, ...]


def sort_named(text: str) -> PeerSort:
    return {
        "expired": PeerSort.EXPIRED,
        "for another name": PeerSort.OTHER_NAME,
        "of an unknown authority": PeerSort.UNTRUSTED,
    }[text]


@observation("the node calls a SIP peer")
def call(node: Node, deployment: Deployment, environment: Environment) -> Calls:
    return calls_of(node, deployment, environment, PeerSort.PROPER)


@observation("the node calls a SIP peer, where calls are allowed")
def call_where_allowed(node: Node, deployment: Deployment, environment: Environment) -> Calls:
    return more_calls_of(node, deployment, environment)


@observation("the node calls a SIP peer that knows the CCA-ID of the site")
def call_with_cca_id(node: Node, deployment: Deployment, environment: Environment) -> Calls:
    if environment.site.cca_id is None:
        return not_applicable("the site has no CCA-ID (site.cca_id).")
    return calls_of(node, deployment, environment, PeerSort.PROPER)


@observation("the node calls a SIP peer whose certificate is {sort}", sort=sort_named)
def call_to_bad_peer(
    node: Node, deployment: Deployment, environment: Environment, sort: PeerSort
) -> Calls:
    return calls_of(node, deployment, environment, PeerSort.PROPER, sort)


@observation("the node calls a SIP peer that is certified by its address alone")
def call_to_address(node: Node, deployment: Deployment, environment: Environment) -> Calls:
    return calls_of(node, deployment, environment, PeerSort.PROPER, PeerSort.ADDRESS_ONLY)


@observation("each of its nodes calls a SIP peer, where calls are allowed")
def calls_of_location(
    location: Location, deployment: Deployment, environment: Environment
) -> Sequence[OutboundCall | Withheld]:
    wanted = [more_calls_of(node, deployment, environment) for node in location.nodes]
    return [one for calls in wanted for one in (calls if isinstance(calls, tuple) else (calls,))]


@judgement("its ClientHello offers neither TLS below 1.2 nor AES128-SHA")
def offers_nothing_old(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(nothing_old_is_offered)


@judgement("its ClientHello offers no anonymous suite")
def offers_no_anonymous_suite(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(no_anonymous_suite_is_offered)


@judgement("its ClientHello offers only FIPS-approved suites and groups")
def offers_approved_algorithms(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(approved_algorithms_are_offered)


@judgement("its Contact header carries it")
def contact_has_cca_id(seen: Sightings, environment: Environment) -> tuple[Finding, ...]:
    return seen.each(contact_carries_cca_id, cca_id=environment.site.cca_id)


@judgement("its Resource-Priority header has the prefix of the site")
def priority_has_prefix(seen: Sightings, environment: Environment) -> tuple[Finding, ...]:
    prefix = environment.site.resource_priority_prefix
    return seen.each(resource_priority_has_prefix, prefix=prefix)


@judgement("it offers full intra requests")
def offers_fir(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(full_intra_requests_are_offered)


@judgement("it offers SRTP suites of the AES_CM_128_HMAC_SHA1 family")
def offers_srtp(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(srtp_with_sha1_is_offered)


@judgement("it offers encrypted media only")
def offers_encrypted_media(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(media_is_encrypted)


@judgement("it refuses this peer, and talks to one whose certificate is proper")
def refuses_the_peer(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(bad_peer_is_refused)


@judgement("their calls carry the mark of the site")
def calls_carry_the_mark(seen: Sightings, environment: Environment) -> tuple[Finding, ...]:
    findings = seen.together(calls_are_marked, dscp=environment.site.dscp.signalling)
    return tuple(replace(finding, target="") for finding in findings)
