"""How an endpoint's versions, suites and groups are found out, one hello at a time.

Every version is offered with every suite; what the server picks is struck out and the rest is
offered again, until it refuses. A refusal that is not the alert made for it (the server closes,
resets, or is silent) could as well be a server that chokes on a long hello, or is overloaded:
then comes a second look, in small and plain hellos, between two hellos of a kind that the server
has accepted before. Only if both of these are accepted is the refusal believed.

The functions know nothing of sockets: they are given `ask`, which makes one exchange.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from securemode.probes.wire.client_hello import (
    SSL_2,
    SSL_3,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    TLS_1_3,
    Answer,
    Hello,
)

VERSIONS = (SSL_2, SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3)

_CAREFUL_SUITES = 64
_CAREFUL_GROUPS = 5
_PROTOCOL_VERSION = 70

Ask = Callable[[Hello], Awaitable[Answer]]


class ControlLost(Exception):
    """The server no longer accepts what it accepted before: what it refused meanwhile says nothing.

    Attributes:
        kind: how it answered instead; see `Answer.kind`.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Everything that is offered; numbers in the order of preference."""

    suites: tuple[int, ...]
    suites_of_tls_1_3: tuple[int, ...]
    groups: tuple[int, ...]
    elliptic: frozenset[int]
    finite: frozenset[int]
    server_name: str = ""

    def suites_of(self, version: int) -> tuple[int, ...]:
        """The suites that belong to a version."""
        return self.suites_of_tls_1_3 if version == TLS_1_3 else self.suites

    def plain(self) -> Offer:
        """The same for a server that chokes: no server name, and few groups."""
        groups = self.groups[:_CAREFUL_GROUPS]
        return Offer(
            suites=self.suites,
            suites_of_tls_1_3=self.suites_of_tls_1_3,
            groups=groups,
            elliptic=self.elliptic,
            finite=self.finite,
        )

    def hello(self, version: int, suites: Sequence[int], groups: Sequence[int] = ()) -> Hello:
        """One hello of this offer."""
        return Hello(
            version=version,
            suites=suites,
            groups=groups or self.groups,
            server_name=self.server_name,
            elliptic=self.elliptic,
            finite=self.finite,
        )


@dataclass(slots=True)
class Walk:
    """What one version came to.

    Attributes:
        version: the number of the version.
        accepted: whether the server answered in this version.
        suites: that it picked, in the order in which it picked them.
        groups: that it picked, likewise; empty where none was negotiated.
        dh_bits: smallest prime seen, 0 where none.
        certificate_requested: None where that is not to be seen.
        ending: the answer after which nothing more was offered; None where everything was accepted.
        confirmed: whether the ending was seen again between two accepted hellos.
    """

    version: int
    accepted: bool = False
    suites: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    dh_bits: int = 0
    certificate_requested: bool | None = None
    ending: Answer | None = None
    confirmed: bool = False

    def add(self, answer: Answer) -> None:
        """Take up what the server picked."""
        self.accepted = True
        if answer.suite:
            self.suites.append(answer.suite)
        if answer.dh_bits:
            self.dh_bits = min(self.dh_bits or answer.dh_bits, answer.dh_bits)
        if self.certificate_requested is None:
            self.certificate_requested = answer.certificate_requested

    @property
    def is_settled(self) -> bool:
        """Whether the server said in so many words that it accepts nothing more in this version."""
        if self.ending is None or self.ending.kind in {"hello", "malformed"}:
            return True
        is_alert = self.ending.kind == "alert"
        return is_alert and (self.accepted or self.ending.alert == _PROTOCOL_VERSION)


async def walk_endpoint(offer: Offer, ask: Ask) -> list[Walk]:
    """Find out what an endpoint accepts in every version.

    Returns:
        One walk a version. Where none is accepted, each holds the answer to its first hello.

    Raises:
        ControlLost: the server stopped answering what it had accepted.
    """
    walks = await _walk_versions(offer, ask)
    if not any(walk.accepted for walk in walks):
        if not await _answers_plain_hellos(offer.plain(), ask):
            return walks
        offer = offer.plain()
        walks = await _walk_versions(offer, ask, pieces=_CAREFUL_SUITES)
    await _look_again(walks, offer, ask)
    for walk in walks:
        await _walk_groups(walk, offer, ask)
    return walks


async def _walk_versions(offer: Offer, ask: Ask, *, pieces: int = 0) -> list[Walk]:
    walks = [Walk(version) for version in VERSIONS]
    await asyncio.gather(*(_walk(walk, offer, ask, pieces=pieces) for walk in walks))
    return walks


async def _walk(walk: Walk, offer: Offer, ask: Ask, *, pieces: int = 0) -> None:
    """Offer what the walk has not accepted yet, all at once or in pieces of so many suites."""
    rest = [suite for suite in offer.suites_of(walk.version) if suite not in walk.suites]
    for piece in _pieces(rest, pieces or len(rest)):
        await _walk_piece(walk, piece, offer, ask)


async def _walk_piece(walk: Walk, suites: list[int], offer: Offer, ask: Ask) -> None:
    while suites:
        answer = await ask(offer.hello(walk.version, suites))
        if answer.kind != "hello" or answer.version != walk.version:
            walk.ending = answer
            return
        if walk.version != SSL_2 and answer.suite not in suites:
            walk.ending = answer
            return
        walk.add(answer)
        if walk.version == SSL_2:
            return
        suites.remove(answer.suite)


def _pieces(suites: list[int], size: int) -> Iterator[list[int]]:
    return (suites[start : start + size] for start in range(0, len(suites), max(1, size)))


async def _answers_plain_hellos(offer: Offer, ask: Ask) -> bool:
    hellos = [
        offer.hello(version, piece)
        for version in (TLS_1_2, TLS_1_3)
        for piece in _pieces(list(offer.suites_of(version)), _CAREFUL_SUITES)
    ]
    answers = await asyncio.gather(*map(ask, hellos))
    return any(answer.kind == "hello" for answer in answers)


async def _look_again(walks: list[Walk], offer: Offer, ask: Ask) -> None:
    """Repeat what was refused in a doubtful way, in small plain hellos, between two controls."""
    doubtful = [walk for walk in walks if not walk.is_settled]
    if not doubtful:
        return
    control = _control(walks, offer)
    await _confirm(control, ask)
    plain = offer.plain()
    await asyncio.gather(*(_walk(walk, plain, ask, pieces=_CAREFUL_SUITES) for walk in doubtful))
    await _confirm(control, ask)
    for walk in doubtful:
        walk.confirmed = True


def _control(walks: list[Walk], offer: Offer) -> Hello:
    """A hello that the server has accepted: its newest version, all suites that it picked."""
    newest = max((walk for walk in walks if walk.accepted), key=lambda walk: walk.version)
    return offer.hello(newest.version, newest.suites)


async def _confirm(control: Hello, ask: Ask) -> None:
    answer = await ask(control)
    if answer.kind != "hello":
        raise ControlLost(answer.kind)


async def _walk_groups(walk: Walk, offer: Offer, ask: Ask) -> None:
    """Strike out groups one by one, as with suites.

    The group of an ECDSA certificate has to be offered always, so the groups accepted so far are
    offered once more, last; the server's answer to that is the control as well.
    """
    elliptic = [s for s in walk.suites if s in offer.elliptic or walk.version == TLS_1_3]
    rest = list(offer.groups)
    while elliptic and walk.version > SSL_3 and rest:
        answer = await ask(offer.hello(walk.version, elliptic, rest))
        if answer.group not in rest and walk.groups:
            answer = await ask(offer.hello(walk.version, elliptic, [*rest, *walk.groups]))
            if answer.kind not in {"hello", "alert"}:
                raise ControlLost(answer.kind)
        if answer.group not in rest:
            return
        walk.groups.append(answer.group)
        rest.remove(answer.group)
