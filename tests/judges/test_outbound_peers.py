from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judges.test_outbound import FAIL, INCONCLUSIVE, MUTE, PASS, PROPER
from securemode.judges.outbound_peers import bad_peer_is_refused
from securemode.observations.outbound import CallEnd, PeerSort

if TYPE_CHECKING:
    from securemode.verdicts import Verdict

ENDS = {
    "accepted": PROPER,
    "alert": replace(PROPER, ended=CallEnd.ALERT, established=False, alert="unknown_ca"),
    "closed": replace(PROPER, ended=CallEnd.CLOSED),
    "closed early": replace(
        PROPER, ended=CallEnd.CLOSED, certificate_shown=False, established=False
    ),
    "alert early": replace(PROPER, ended=CallEnd.ALERT, certificate_shown=False),
    "mute": MUTE,
    "no TLS": replace(PROPER, ended=CallEnd.NO_TLS),
}


@pytest.mark.parametrize(
    ("proper", "bad", "verdict"),
    [
        ("accepted", ("alert",), PASS),
        ("accepted", ("closed",), PASS),
        ("accepted", ("alert", "closed"), PASS),
        ("accepted", ("accepted",), FAIL),
        ("accepted", ("alert", "accepted"), FAIL),
        ("alert", ("accepted",), FAIL),
        ("alert", ("alert",), INCONCLUSIVE),
        ("mute", ("alert",), INCONCLUSIVE),
        ("accepted", ("mute",), INCONCLUSIVE),
        ("accepted", ("closed early",), INCONCLUSIVE),
        ("accepted", ("alert early",), INCONCLUSIVE),
        ("accepted", ("no TLS",), INCONCLUSIVE),
        ("accepted", ("alert", "mute"), INCONCLUSIVE),
    ],
)
def test_peers(proper: str, bad: tuple[str, ...], verdict: Verdict) -> None:
    called = [replace(ENDS[one], sort=PeerSort.EXPIRED) for one in bad]
    judgement = bad_peer_is_refused(ENDS[proper], *called)
    assert judgement.verdict is verdict
    assert "expired at trap.lab" in judgement.saw


def test_the_message_says_who_was_refused_and_how() -> None:
    bad = replace(ENDS["alert"], sort=PeerSort.UNTRUSTED)
    judgement = bad_peer_is_refused(PROPER, bad)
    assert judgement.what == "refuses a peer with a certificate of nobody it trusts"
    assert judgement.saw == (
        "untrusted at trap.lab: refused (alert unknown_ca), proper at trap.lab: accepted"
    )


@settings(deadline=None)
@given(st.sampled_from(sorted(ENDS)), st.lists(st.sampled_from(sorted(ENDS)), min_size=1))
def test_it_never_passes_without_the_control_or_with_anything_but_refusals(
    proper: str, bad: list[str]
) -> None:
    judgement = bad_peer_is_refused(ENDS[proper], *(ENDS[one] for one in bad))
    if judgement.verdict is PASS:
        assert proper == "accepted"
        assert set(bad) <= {"alert", "closed"}
    if "accepted" in bad:
        assert judgement.verdict is FAIL
