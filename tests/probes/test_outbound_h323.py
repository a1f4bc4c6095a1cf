from __future__ import annotations

import contextlib
import re
import struct
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from peers.access import LOOPBACK
from peers.calling import HOST, Product, calling_product, ports
from probes.test_h235_tokens import CASES, encoded, q931
from securemode.errors import TimedOut
from securemode.judges.h323_setup import no_large_group_is_offered
from securemode.observations.h323_setup import H323SetupSeen, SetupState
from securemode.probes.outbound_h323 import OutboundH323Call
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETUPS = {str(case["name"]): q931(encoded(case)) for case in CASES}
RELEASE_COMPLETE = 0x5A


def tpkt(message: bytes) -> bytes:
    return struct.pack("!BBH", 3, 0, 4 + len(message)) + message


class Caller:
    """A node that says something over H.323 when it is told to call."""

    def __init__(self, product: Product, says: bytes) -> None:
        self.product, self.says = product, says
        self.heard = b""

    def __call__(self, destination: str) -> None:
        found = re.fullmatch(rf"acceptance-[0-9a-f]+@{re.escape(HOST)}:(\d+)", destination)
        assert found is not None, destination
        with (
            contextlib.suppress(ConnectionError),
            self.product.connected((LOOPBACK, int(found[1]))) as connection,
        ):
            for at in range(0, len(self.says), 100):
                connection.sendall(self.says[at : at + 100])
            self.heard = connection.recv(4096)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with calling_product(tmp_path) as one:
        yield one


def looked(product: Product, says: bytes, monkeypatch: pytest.MonkeyPatch) -> H323SetupSeen:
    caller = Caller(product, says)
    monkeypatch.setattr(product, "_call", caller)
    probe = OutboundH323Call(
        target=product.node,
        management=product.access.deployment.management,
        host=HOST,
        addresses=(LOOPBACK,),
        port=ports(1),
    )
    try:
        return probe.look(product.access)
    finally:
        assert product.up == set()
        product.threads[0].join(5)
        product.said.append(caller.heard)


@pytest.mark.parametrize(
    ("name", "verdict", "words"),
    [
        ("no tokens", Verdict.PASS, "offers no encryption by H.235"),
        ("one group of 1024", Verdict.PASS, "1024 bits (0.0.8.235.0.3.43)"),
        ("1024 and 2048", Verdict.FAIL, "2048 bits (0.0.8.235.0.3.45)"),
        ("6144 in the extension, by its half key", Verdict.FAIL, "6144 bits"),
    ],
)
def test_a_setup_is_taken_read_and_released(
    product: Product, monkeypatch: pytest.MonkeyPatch, name: str, verdict: Verdict, words: str
) -> None:
    seen = looked(product, tpkt(SETUPS[name]), monkeypatch)
    judgement = no_large_group_is_offered(seen)
    assert (judgement.verdict, seen.caller, seen.node) == (verdict, "127.0.0.31", "conf1")
    assert words in judgement.saw
    assert product.said[0][8] == RELEASE_COMPLETE
    assert product.dialled[0]["protocol"] == "h323"
    adapter = TypeAdapter(H323SetupSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_other_messages_before_the_setup_are_passed_over(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    enquiry = bytes.fromhex("080212347500")
    seen = looked(product, tpkt(enquiry) + tpkt(SETUPS["no tokens"]), monkeypatch)
    assert (seen.state, seen.product) == (SetupState.READ, "Pexip Infinity 41 (80000.0.0)")


@pytest.mark.parametrize(
    ("says", "state", "words"),
    [
        (b"OPTIONS sip:a SIP/2.0\r\n\r\n", SetupState.NONE_CAME, "no TPKT"),
        (tpkt(SETUPS["no tokens"][:-9]), SetupState.NOT_UNDERSTOOD, "user-to-user"),
    ],
)
def test_a_call_that_tells_nothing_is_inconclusive(
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    says: bytes,
    state: SetupState,
    words: str,
) -> None:
    seen = looked(product, says, monkeypatch)
    judgement = no_large_group_is_offered(seen)
    assert (seen.state, judgement.verdict) == (state, Verdict.INCONCLUSIVE)
    assert words in judgement.saw


def test_a_node_that_does_not_call_is_told_apart(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(product, "_call", lambda _destination: None)
    probe = OutboundH323Call(
        target=product.node,
        management=product.access.deployment.management,
        host=HOST,
        addresses=(LOOPBACK,),
        port=ports(1),
    )
    with pytest.raises(TimedOut, match=r"conf1 placed no H\.323 call to"):
        probe.look(product.access)
    assert product.up == set()
