"""Calls that a node places over SIP/TLS to a peer of ours: what it offers, whom it trusts."""

from __future__ import annotations

import contextlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import TimedOut, Unsupported
from securemode.observations.outbound import CallEnd, OutboundCallSeen, PeerSort
from securemode.probes.calls import (
    PATIENCE,
    PERMISSION,
    calls_awaited,
    placed_call,
    to_the_api,
    trap_of,
)
from securemode.probes.client_hello_reading import NotAClientHello, read_client_hello
from securemode.probes.made_identities import forged
from securemode.probes.probe import Connection, Withheld, not_applicable, not_reviewed
from securemode.probes.sip_messages import read_invite
from securemode.probes.wire import outbound_sip, packet_marks

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterator, Mapping

    from securemode.environment.files import KeyPair
    from securemode.environment.means import Trap
    from securemode.environment.models import Environment
    from securemode.observations.client_hello import ClientHelloSeen
    from securemode.probes.probe import Access
    from securemode.probes.wire.outbound_sip import Converse, Taken
    from securemode.probes.wire.switchboard import Expected
    from securemode.targets import Deployment, Node

USER = "acceptance"
AUTHORITY = "Secure mode acceptance, trusted by nobody"
MOST_CONNECTIONS = 4
"""A node may try its other family, and another time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundCall:
    """A call that a Conferencing Node is made to place to a peer of ours, which is busy.

    The ClientHello is what the node itself offers; its INVITE says what the security wizard was
    told. Whether it takes the peer's certificate shows whom it would talk to. The peer can tell a
    refusal from silence: an alert, or a connection that ends once the certificate was shown.

    Attributes:
        target: the Conferencing Node.
        management: the Management Node, which has it call.
        sort: the certificate that the peer shows.
        host: the peer as it is called: the name of the trap, or its address.
        addresses: of the trap, on which the call is taken.
        port: of the peer.

    Source: guide, section "Running the security wizard"; RFC 3261, RFC 5922, RFC 8446.
    """

    name: ClassVar[str] = "outbound-call"
    observes: ClassVar[type] = OutboundCallSeen
    intrusive: ClassVar[str | None] = PERMISSION
    simultaneous: ClassVar[int] = 2
    takes_s: ClassVar[float] = 1.0
    volatile: ClassVar[frozenset[str]] = frozenset(
        {
            "invite.uri",
            "invite.media.port",
            "invite.headers.via",
            "invite.headers.from",
            "invite.headers.to",
            "invite.headers.call-id",
            "invite.headers.content-length",
        }
    )

    target: Node
    management: Node
    sort: PeerSort
    host: str
    addresses: tuple[str, ...]
    port: int

    def connections(self) -> tuple[Connection, ...]:
        """The call, from the node to this machine; and what it costs to have it placed."""
        port = str(self.port)
        calls = (Connection("tls", address, port, MOST_CONNECTIONS) for address in self.addresses)
        return (*calls, to_the_api(self.management))

    def look(self, access: Access) -> OutboundCallSeen:
        """Have the node call, take the call, decline it, and have it released.

        Raises:
            TimedOut: the node did not call.
            Unsupported: the peer cannot wait where it should, or has no such certificate.
            CannotLook: the Management Node does not have the node call.
        """
        taken, strangers, dscp = self.taken(access, outbound_sip.decline)
        return self._seen(taken, strangers, dscp)

    def taken(
        self, access: Access, converse: Converse
    ) -> tuple[Taken, tuple[str, ...], tuple[int, ...]]:
        """Have the node call, take the call, let somebody else answer it, and have it released.

        Returns:
            The call, addresses of others that called meanwhile, and the marks of the node's
            packets.
        """
        trap = trap_of(access)
        context = _context(self.sort, trap)
        token = secrets.token_hex(8)
        with contextlib.ExitStack() as stack:
            taps = _taps(self.target, stack)
            expected = self._expected(access, stack)
            destination = f"sip:{USER}-{token}@{self._place()}"
            stack.enter_context(placed_call(access, self.target, destination, "sip"))
            until = time.monotonic() + PATIENCE * access.timeout_s
            peer = _Peer(context, token.encode(), converse)
            taken = peer.our_call(expected, until)
            if taken is None:
                raise self._not_called(expected, access)
            dscp = _marks(taps, taken)
        return taken, tuple(dict.fromkeys(expected.strangers)), dscp

    def _place(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port};transport=tls"

    @property
    def called(self) -> str:
        """Whom the node calls, without the token that tells our calls apart."""
        return f"sip:{USER}@{self._place()}"

    def _expected(self, access: Access, stack: contextlib.ExitStack) -> Expected:
        places = [(address, self.port) for address in self.addresses]
        return calls_awaited(access, self.target, places, stack, ports="ports that are free")

    def _not_called(self, expected: Expected, access: Access) -> TimedOut:
        others = ", ".join(dict.fromkeys(expected.strangers))
        return TimedOut(
            f"{self.target} placed no call to {self.host}:{self.port} within "
            f"{PATIENCE * access.timeout_s:g} s{f'; others did: {others}' if others else ''}.",
            remedy="see to it that the node can resolve and reach the trap, on all of its ports, "
            "and calls from the address that the environment has for it.",
        )

    def _seen(
        self, taken: Taken, strangers: tuple[str, ...], dscp: tuple[int, ...]
    ) -> OutboundCallSeen:
        return OutboundCallSeen(
            node=self.target.name,
            sort=self.sort,
            called=self.called,
            ended=CallEnd(taken.ended),
            certificate_shown=taken.certificate_shown,
            established=taken.established,
            version=taken.version,
            suite=taken.suite,
            alert=taken.alert,
            detail=taken.detail,
            caller=taken.caller[0],
            strangers=strangers,
            hello=_hello(taken.hello),
            invite=read_invite(taken.request),
            dscp=dscp,
        )


def calls_of(
    node: Node, deployment: Deployment, environment: Environment, *sorts: PeerSort
) -> tuple[OutboundCall, ...] | Withheld:
    """The calls to peers of these sorts, or why there are none.

    A peer that is certified by its address alone is called by its name and by its address: a node
    that tolerates such certificates may look for either.
    """
    trap = environment.trap
    if not environment.site.protocols.sip:
        return not_applicable("site.protocols says that the site needs no SIP.")
    if trap is None:
        return not_reviewed(
            "the environment states no trap, so that nodes cannot call this run",
            next_step=f"state trap: in the environment {environment.name}, with addresses and "
            f"certificates, and add {PERMISSION} to allow:.",
        )
    for sort in sorts:
        if sort is not PeerSort.UNTRUSTED and getattr(trap.certificates, sort.value) is None:
            return not_reviewed(
                f"the environment has no trap.certificates.{sort}",
                next_step=f"have the site's CA issue it, and state trap.certificates.{sort}.",
            )
    addresses = tuple(address for address in (trap.ipv4, trap.ipv6) if address)
    return tuple(
        OutboundCall(
            target=node,
            management=deployment.management,
            sort=sort,
            host=host,
            addresses=addresses,
            port=trap.first_port + list(PeerSort).index(sort),
        )
        for sort in sorts
        for host in ((trap.name, addresses[0]) if sort is PeerSort.ADDRESS_ONLY else (trap.name,))
    )


def more_calls_of(
    node: Node, deployment: Deployment, environment: Environment
) -> tuple[OutboundCall, ...] | Withheld:
    """The call of a node, for a requirement that is seen to by other means as well.

    Where no calls are placed, the requirement rests on those, and lacks nothing.
    """
    if environment.trap is None or PERMISSION not in environment.allow:
        return not_applicable(
            f"no calls are placed (trap:, and allow: [{PERMISSION}]), which would show more."
        )
    return calls_of(node, deployment, environment, PeerSort.PROPER)


def _context(sort: PeerSort, trap: Trap) -> ssl.SSLContext:
    """The TLS side of a peer of this sort.

    Raises:
        Unsupported: the environment has no such certificate, or it cannot be used.
    """
    try:
        with _identity(sort, trap) as pair:
            return outbound_sip.server_context(str(pair.certificate), str(pair.key))
    except OSError as error:
        raise Unsupported(
            f"the {sort} certificate of the trap cannot be used: {error}.",
            remedy=f"state certificate and key under trap.certificates.{sort}.",
        ) from error


@contextlib.contextmanager
def _identity(sort: PeerSort, trap: Trap) -> Iterator[KeyPair]:
    if sort is PeerSort.UNTRUSTED:
        with forged(trap.certificates.proper, self_signed=False, authority=AUTHORITY) as made:
            yield made
        return
    pair: KeyPair | None = getattr(trap.certificates, sort.value)
    if pair is None:
        raise Unsupported(f"the environment has no trap.certificates.{sort}.")
    yield pair


@dataclass(frozen=True, slots=True)
class _Peer:
    """Our side of the calls: how it introduces itself, which call it waits for, what it answers."""

    context: ssl.SSLContext
    token: bytes
    converse: Converse

    def our_call(self, expected: Expected, until: float) -> Taken | None:
        """The call with our token; one that never gets as far as an INVITE counts as ours."""
        silent = None
        while True:
            try:
                connection = expected.connection(until)
            except TimeoutError:
                return silent
            taken = outbound_sip.take(connection, self.context, until, self.converse)
            if not taken.hello:
                silent = taken
            elif not taken.request or self.token in taken.request.partition(b"\r\n")[0]:
                return taken


def _hello(raw: bytes) -> ClientHelloSeen | None:
    try:
        return read_client_hello(raw)
    except NotAClientHello:
        return None


def _taps(node: Node, stack: contextlib.ExitStack) -> dict[str, socket.socket]:
    """A look at the node's packets by each of its addresses, where this user may have one."""
    taps = {}
    for address in node.addresses if not node.port_offset else ():
        with contextlib.suppress(OSError):
            taps[address] = stack.enter_context(packet_marks.packets_from(address))
    return taps


def _marks(taps: Mapping[str, socket.socket], taken: Taken) -> tuple[int, ...]:
    tap = taps.get(taken.caller[0])
    return packet_marks.marks_of(tap, taken.caller[1], taken.called[1]) if tap else ()
