"""The strategy of the TLS prober, against servers that exist only as functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from securemode.probes.tls_walk import ControlLost, Offer, Walk, walk_endpoint
from securemode.probes.wire.client_hello import (
    SSL_2,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    TLS_1_3,
    Answer,
    Hello,
)

Server = Callable[[Hello], Answer]
SUITES = tuple(range(1, 200))
OFFER = Offer(
    suites=SUITES,
    suites_of_tls_1_3=(0x1301, 0x1302),
    groups=(23, 24, 25, 29, 30, 256),
    elliptic=frozenset(range(100, 200)),
    finite=frozenset(),
    server_name="conf1.example",
)
NO_VERSION, NO_SUITE = Answer("alert", alert=70), Answer("alert", alert=40)


def server(suites: dict[int, list[int]], groups: tuple[int, ...] = (24, 23)) -> Server:
    """A server with an order of its own that refuses by the book."""

    def answer(hello: Hello) -> Answer:
        if hello.version not in suites:
            return NO_VERSION
        suite = next((s for s in suites[hello.version] if s in hello.suites), None)
        if suite is None:
            return NO_SUITE
        group = 0
        if suite in OFFER.elliptic or hello.version == TLS_1_3:
            group = next((g for g in groups if g in hello.groups), 0)
            if not group:
                return NO_SUITE
        return Answer("hello", hello.version, suite, group, certificate_requested=False)

    return answer


def walked(answer: Server) -> tuple[dict[int, Walk], list[Hello]]:
    asked: list[Hello] = []

    async def ask(hello: Hello) -> Answer:
        asked.append(hello)
        await asyncio.sleep(0)
        return answer(hello)

    walks = asyncio.run(walk_endpoint(OFFER, ask))
    return {walk.version: walk for walk in walks}, asked


def test_suites_and_groups_come_in_the_order_of_the_server() -> None:
    walks, asked = walked(server({TLS_1_2: [150, 7, 101], TLS_1_3: [0x1302]}))
    assert walks[TLS_1_2].suites == [150, 7, 101]
    assert walks[TLS_1_2].groups == [24, 23]
    assert walks[TLS_1_3].suites == [0x1302]
    assert [walks[v].accepted for v in (SSL_2, TLS_1_0, TLS_1_1)] == [False] * 3
    assert len(asked) < 30


@pytest.mark.parametrize("kind", ["silence", "closed", "reset"])
def test_a_wordless_refusal_is_believed_between_two_controls(kind: str) -> None:
    modern = server({TLS_1_2: [5]})
    walks, asked = walked(lambda h: modern(h) if h.version >= TLS_1_2 else Answer(kind))
    assert not walks[TLS_1_0].accepted
    assert walks[TLS_1_0].ending == Answer(kind)
    assert walks[TLS_1_0].confirmed
    controls = [at for at, hello in enumerate(asked) if list(hello.suites) == [5]]
    old = [at for at, hello in enumerate(asked) if hello.version == TLS_1_0]
    assert controls[0] < old[-1] < controls[-1]


def test_a_server_that_falls_silent_is_not_a_server_that_refuses() -> None:
    modern, answers = server({TLS_1_2: [5]}), iter(range(6))
    with pytest.raises(ControlLost, match="silence"):
        walked(lambda h: modern(h) if next(answers, None) is not None else Answer("silence"))


def test_a_version_that_only_answers_the_second_time_is_found() -> None:
    seen: set[int] = set()

    def slow_at_first(hello: Hello) -> Answer:
        if hello.version == TLS_1_0 and TLS_1_0 not in seen:
            seen.add(TLS_1_0)
            return Answer("silence")
        return server({TLS_1_0: [5, 6], TLS_1_2: [5]})(hello)

    assert walked(slow_at_first)[0][TLS_1_0].suites == [5, 6]


def test_a_walk_that_is_cut_off_goes_on() -> None:
    cut: list[Hello] = []

    def cuts_once(hello: Hello) -> Answer:
        if hello.version == TLS_1_2 and 5 not in hello.suites and not cut:
            cut.append(hello)
            return Answer("reset")
        return server({TLS_1_2: [5, 6, 7]})(hello)

    assert walked(cuts_once)[0][TLS_1_2].suites == [5, 6, 7]


@pytest.mark.parametrize("answer_to_long", [Answer("closed"), Answer("silence"), NO_SUITE])
def test_a_server_that_chokes_on_long_hellos_is_asked_in_pieces(answer_to_long: Answer) -> None:
    behind = server({TLS_1_0: [190, 3], TLS_1_2: [5]})
    walks, _ = walked(lambda h: answer_to_long if len(h.suites) > 100 else behind(h))
    assert sorted(walks[TLS_1_0].suites) == [3, 190]
    assert walks[TLS_1_2].suites == [5]


def test_a_server_that_chokes_on_names_is_asked_without() -> None:
    behind = server({TLS_1_2: [5]})
    unknown_name = Answer("alert", alert=112)
    walks, _ = walked(lambda h: unknown_name if h.server_name else behind(h))
    assert walks[TLS_1_2].suites == [5]


def test_the_group_of_the_certificate_does_not_hide_the_others() -> None:
    def needs_p256(hello: Hello) -> Answer:
        if hello.version != TLS_1_2 or 150 not in hello.suites or 23 not in hello.groups:
            return NO_SUITE
        group = next(g for g in hello.groups if g in {23, 24, 25})
        return Answer("hello", TLS_1_2, 150, group)

    assert walked(needs_p256)[0][TLS_1_2].groups == [23, 24, 25]


def test_a_lower_version_is_a_refusal() -> None:
    walks, _ = walked(lambda h: server({TLS_1_0: [5]})(h._replace(version=TLS_1_0)))
    assert [v for v, walk in walks.items() if walk.accepted] == [TLS_1_0]


def test_nothing_accepted_is_said_so() -> None:
    walks, _ = walked(lambda _: Answer("closed"))
    assert not any(walk.accepted for walk in walks.values())
