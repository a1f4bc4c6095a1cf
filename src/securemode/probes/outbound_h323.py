"""A call that a node places over H.323: with which groups it offers to agree on keys."""

from __future__ import annotations

import contextlib
import secrets
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import TimedOut
from securemode.observations.h323_setup import H323SetupSeen, SetupState
from securemode.probes.calls import PATIENCE, PERMISSION, calls_awaited, placed_call, to_the_api
from securemode.probes.h235_tokens import offer
from securemode.probes.packed_encoding import NotUnderstoodError
from securemode.probes.probe import Connection
from securemode.probes.wire import outbound_h323

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.probes.wire.outbound_h323 import Called
    from securemode.probes.wire.switchboard import Expected
    from securemode.targets import Node

USER = "acceptance"
MOST_CONNECTIONS = 4
"""A node may try its other family, and another time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundH323Call:
    """The SETUP of a call that a Conferencing Node is made to place to a peer of ours.

    The peer takes the SETUP and is busy. Before a connection is there, the SETUP offers what the
    node would agree on keys with: H.235 tokens, each with a Diffie-Hellman group.

    Attributes:
        target: the Conferencing Node.
        management: the Management Node, which has it call.
        host: name of the trap.
        addresses: of the trap, on which the call is taken.
        port: of the peer.

    Source: guide, section "Running the security wizard"; H.225.0 section 7.3.10, H.235.6.
    """

    name: ClassVar[str] = "outbound-h323-call"
    observes: ClassVar[type] = H323SetupSeen
    intrusive: ClassVar[str | None] = PERMISSION
    simultaneous: ClassVar[int] = 2
    takes_s: ClassVar[float] = 1.0

    target: Node
    management: Node
    host: str
    addresses: tuple[str, ...]
    port: int

    def connections(self) -> tuple[Connection, ...]:
        """The call, from the node to this machine; and what it costs to have it placed."""
        port = str(self.port)
        calls = (Connection("tcp", address, port, MOST_CONNECTIONS) for address in self.addresses)
        return (*calls, to_the_api(self.management))

    def look(self, access: Access) -> H323SetupSeen:
        """Have the node call, take its SETUP, be busy, and have the call released.

        Raises:
            TimedOut: the node did not call.
            Unsupported: the peer cannot wait where it should.
            CannotLook: the Management Node does not have the node call.
        """
        patience_s = PATIENCE * access.timeout_s
        destination = f"{USER}-{secrets.token_hex(4)}@{self.host}:{self.port}"
        with contextlib.ExitStack() as stack:
            expected = self._expected(access, stack)
            until = time.monotonic() + patience_s
            stack.enter_context(placed_call(access, self.target, destination, "h323"))
            try:
                called = _first_that_says_something(expected, until)
            except TimeoutError:
                others = ", ".join(dict.fromkeys(expected.strangers))
                raise TimedOut(
                    f"{self.target} placed no H.323 call to {self.host}:{self.port} within "
                    f"{patience_s:g} s{f'; others did: {others}' if others else ''}.",
                    remedy="see to it that the node can resolve and reach the trap, on "
                    "trap.h323_port, and calls from the address that the environment has for it.",
                ) from None
        return _read(self.target.name, f"{USER}@{self.host}:{self.port}", called)

    def _expected(self, access: Access, stack: contextlib.ExitStack) -> Expected:
        places = [(address, self.port) for address in self.addresses]
        return calls_awaited(access, self.target, places, stack, ports="a free h323_port")


def _first_that_says_something(expected: Expected, until: float) -> Called:
    """The call of the node; a connection without a SETUP counts where no other comes."""
    silent = None
    while True:
        try:
            called = outbound_h323.take(expected.connection(until), until)
        except TimeoutError:
            if silent is None:
                raise
            return silent
        if called.setup:
            return called
        silent = called


def _read(node: str, destination: str, called: Called) -> H323SetupSeen:
    """What the SETUP says; or why nothing can be read of it."""
    seen = H323SetupSeen(
        node=node,
        destination=destination,
        state=SetupState.NONE_CAME,
        detail=called.detail,
        caller=called.caller,
    )
    if not called.setup:
        return seen
    try:
        read = offer(called.setup)
    except NotUnderstoodError as error:
        return replace(seen, state=SetupState.NOT_UNDERSTOOD, detail=str(error))
    return replace(
        seen,
        state=SetupState.READ,
        product=read.product,
        tokens=read.tokens,
        groups=read.groups,
    )
