"""Calls that a node is made to place; each is released, whatever comes of the look."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from securemode.errors import CannotLook, UnexpectedAnswer, Unsupported
from securemode.infinity.access import management_api
from securemode.infinity.answers import ValuesRefused
from securemode.infinity.client import ManagementWriter
from securemode.probes.probe import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securemode.environment.means import Trap
    from securemode.probes.probe import Access
    from securemode.probes.wire.switchboard import Expected, Place
    from securemode.targets import Node

PERMISSION = "outbound_call"
MOST_REQUESTS = 14
"""To place a call, to release it, and to see that it is gone."""
PATIENCE = 3
"""A node that calls asks DNS, and connects, before anything can be seen: as many answer times."""
_GONE_S = 5.0
_LOOK_AGAIN_S = 0.05
_WEB_PORT = 443


def trap_of(access: Access) -> Trap:
    """Where the nodes can call this run.

    Raises:
        Unsupported: the environment does not say.
    """
    trap = access.environment.trap
    if trap is None:
        raise Unsupported("the environment states no trap.", remedy="state trap: in it.")
    return trap


def to_the_api(management: Node) -> Connection:
    """What placing and releasing one call costs at the Management Node."""
    return Connection("tls", management.address, str(management.port(_WEB_PORT)), MOST_REQUESTS)


def calls_awaited(
    access: Access,
    node: Node,
    places: Sequence[Place],
    stack: contextlib.ExitStack,
    *,
    ports: str,
) -> Expected:
    """Wait for calls of the node until the stack ends.

    Args:
        access: with the run's switchboard.
        node: whose addresses are let through.
        places: address and port of each socket that listens.
        stack: closes them.
        ports: which ports the remedy asks for.

    Raises:
        Unsupported: this machine cannot listen there.
    """
    try:
        return stack.enter_context(access.switchboard.expecting(places, node.addresses))
    except OSError as error:
        raise Unsupported(
            f"this machine cannot take calls at {places}: {error.strerror or error}.",
            remedy=f"state addresses of this machine under trap:, and {ports}.",
        ) from error


@contextlib.contextmanager
def placed_call(access: Access, node: Node, destination: str, protocol: str) -> Iterator[str]:
    """Have a node call; release the call at the end of the block, and see that it is gone.

    Args:
        access: environment, with the trap.
        node: the Conferencing Node that is to call.
        destination: "sip:user@host:port;transport=tls", or "user@host:port" with H.323.
        protocol: "sip" or "h323".

    Yields:
        The participant's id.

    Raises:
        ValuesRefused: the product does not place such a call.
        UnexpectedAnswer: the call cannot be released; the message says which.
        CannotLook: the Management Node does not answer.
    """
    if node.ipv4 is None:
        raise Unsupported(f"{node} has no IPv4 address, by which the product is told who calls.")
    api = management_api(ManagementWriter, access.environment)
    participant = _dialled(api, node, destination, protocol, trap_of(access).service_alias)
    try:
        yield participant
    finally:
        _release(api, node, participant)


def _dialled(api: ManagementWriter, node: Node, destination: str, protocol: str, alias: str) -> str:
    values = {
        "conference_alias": alias,
        "destination": destination,
        "protocol": protocol,
        "node": node.ipv4,
        "role": "guest",
        "routing": "manual",
        "call_type": "video",
    }
    location = {"system_location": node.location} if node.location else {}
    try:
        data = api.command("participant/dial", {**values, **location})
    except ValuesRefused as error:
        raise ValuesRefused(
            f"the product does not let {node} call {destination}: {error.message}",
            remedy=f'see to it that a service has the alias "{alias}" (trap.service_alias): the '
            "set-up configure_application makes one.",
        ) from error
    participant = data.get("participant_id") if isinstance(data, dict) else None
    if not participant:
        raise UnexpectedAnswer(f"the product names no participant for the call of {node}: {data}.")
    return str(participant)


def _release(api: ManagementWriter, node: Node, participant: str) -> None:
    """Disconnect, and wait until the product does not list the call any more."""
    words = ""
    try:
        api.command("participant/disconnect", {"participant_id": participant})
    except CannotLook as error:  # over already, perhaps: the list tells
        words = f" {error.message}"
    until = time.monotonic() + _GONE_S
    while _is_listed(api, participant):
        if time.monotonic() > until:
            raise UnexpectedAnswer(
                f"the call {participant} of {node} is still up, {_GONE_S:g} s after it was "
                f"disconnected.{words}",
                remedy="disconnect it under Status > Live view of the Administrator interface.",
            )
        time.sleep(_LOOK_AGAIN_S)


def _is_listed(api: ManagementWriter, participant: str) -> bool:
    return any(str(row.get("id")) == participant for row in api.status_list("participant"))
