from __future__ import annotations

import base64
import re
import socket
import struct
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from steps.media import media_of_location

from peers.access import LOOPBACK
from peers.calling import SDP, Product, calling_product, invite
from securemode.judges.media import media_is_marked
from securemode.observations.media import MediaFlowSeen
from securemode.observations.outbound import CallEnd
from securemode.probes.media_flow import ENOUGH_PACKETS, MediaFlow
from securemode.probes.probe import Withheld
from securemode.probes.session_answer import KEY_OCTETS, NotAnswerableError, audio_answer
from securemode.probes.wire import media_marks
from securemode.targets import Deployment, Location
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from securemode.environment.models import Environment

ADDRESSES = ("198.51.100.2", "2001:db8:51::2")
NODE = "127.0.0.31"


def rtp(number: int) -> bytes:
    return struct.pack("!BBHII", 0x80, 8, number, 160 * number, 1) + bytes(160)


RTCP = struct.pack("!BBHI", 0x80, 200, 6, 1) + bytes(20)
STUN = bytes.fromhex("000100002112a442") + bytes(12)


# ---------------------------------------------------------------- the answer


def test_audio_is_taken_with_the_first_suite_and_all_else_refused() -> None:
    answer = audio_answer(SDP, ADDRESSES, 15070).splitlines()
    assert answer[3] == "c=IN IP4 198.51.100.2"
    assert answer[5] == "m=audio 15070 RTP/SAVP 8"
    crypto = next(line for line in answer if line.startswith("a=crypto"))
    tag, suite, key = re.fullmatch(r"a=crypto:(\d) (\S+) inline:(\S+)", crypto).groups()  # type: ignore[union-attr]
    assert (tag, suite) == ("1", "AES_CM_128_HMAC_SHA1_80")
    assert len(base64.b64decode(key)) == KEY_OCTETS[suite]
    assert answer[-1] == "m=video 0 RTP/SAVP 96"


def test_the_address_is_of_the_family_of_the_caller() -> None:
    offer = SDP.replace("c=IN IP4 127.0.0.31", "c=IN IP6 2001:db8:51::21")
    assert "c=IN IP6 2001:db8:51::2" in audio_answer(offer, ADDRESSES, 15070)
    with pytest.raises(NotAnswerableError, match="no IP6 address"):
        audio_answer(offer, ADDRESSES[:1], 15070)


def test_what_the_payload_means_is_repeated() -> None:
    offer = (
        "v=0\r\nm=audio 9 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 G722/8000\r\n"
    )
    answer = audio_answer(offer, ADDRESSES, 15070)
    assert "a=rtpmap:96 opus/48000/2" in answer
    assert "97" not in answer
    assert "crypto" not in answer


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        ("", "no audio"),
        ("v=0\r\nm=video 9 RTP/AVP 96\r\n", "no audio"),
        ("v=0\r\nm=audio 0 RTP/AVP 8\r\n", "no audio"),
        ("v=0\r\nm=audio 9 RTP/SAVP 8\r\n", "no keys of SDES"),
        ("v=0\r\nm=audio 9 RTP/SAVP 8\r\na=crypto:1 OWN_SUITE inline:abc\r\n", "no keys of SDES"),
    ],
)
def test_what_cannot_be_taken_says_so(offer: str, words: str) -> None:
    with pytest.raises(NotAnswerableError, match=words):
        audio_answer(offer, ADDRESSES, 15070)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.integers(0, len(SDP)), st.integers(0, len(SDP)))
def test_mangled_offers_are_answered_or_refused(noise: str, first: int, last: int) -> None:
    for offer in (noise, SDP[:first] + noise + SDP[last:]):
        try:
            answer = audio_answer(offer, ADDRESSES, 15070)
        except NotAnswerableError:
            continue
        assert answer.startswith("v=0\r\n")


# ---------------------------------------------------------------- the packets


@pytest.mark.parametrize(
    ("address", "level", "option"),
    [
        (LOOPBACK, socket.IPPROTO_IP, socket.IP_TOS),
        ("::1", socket.IPPROTO_IPV6, socket.IPV6_TCLASS),
    ],
)
def test_the_mark_of_each_packet_is_read(address: str, level: int, option: int) -> None:
    board, place = media_marks.MediaBoard(), (address, free_port(address))
    with board.expecting([place], {address}) as hearing:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            for number, dscp in enumerate((51, 51, 46)):
                sender.setsockopt(level, option, dscp << 2)
                sender.sendto(rtp(number), place)
            for other in (RTCP, STUN, b"x"):
                sender.sendto(other, place)
            sender.sendto(rtp(9), place)
        assert hearing.heard(time.monotonic() + 10, 4) == (4, (46, 51), 3)


def free_port(address: str) -> int:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as other:
        other.bind((address, 0))
        return int(other.getsockname()[1])


def test_packets_from_elsewhere_do_not_count() -> None:
    place = (LOOPBACK, free_port(LOOPBACK))
    with media_marks.MediaBoard().expecting([place], {NODE}) as hearing:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(rtp(1), place)
        assert hearing.heard(time.monotonic() + 0.3, 1) == (0, (), 1)


def test_two_nodes_are_told_apart_at_one_port() -> None:
    board, place = media_marks.MediaBoard(), (LOOPBACK, free_port(LOOPBACK))
    with (
        board.expecting([place], {NODE}) as one,
        board.expecting([place], {"127.0.0.32"}) as other,
    ):
        for node, dscp in ((NODE, 51), ("127.0.0.32", 46)):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind((node, 0))
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
                sender.sendto(rtp(1), place)
        soon = time.monotonic() + 10
        assert [one.heard(soon, 1), other.heard(soon, 1)] == [(1, (51,), 0), (1, (46,), 0)]


def test_a_port_is_free_again_when_nobody_is_expected() -> None:
    board, place = media_marks.MediaBoard(), (LOOPBACK, free_port(LOOPBACK))
    with (
        board.expecting([place], {NODE}),
        pytest.raises(OSError, match="in use"),
        media_marks.MediaBoard().expecting([place], {NODE}),
    ):
        pass
    with board.expecting([place], {NODE}):
        pass


# ---------------------------------------------------------------- the call


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with calling_product(tmp_path) as one:
        yield one


def talks(dscp: int, packets: int = 20) -> Callable[[Product, str, tuple[str, int]], None]:
    """A node that takes the answer, sends media, and waits for the end of the call."""

    def talk(product: Product, uri: str, place: tuple[str, int]) -> None:
        host = uri.partition("@")[2].partition(":")[0]
        with (
            product.connected(place) as plain,
            product.context.wrap_socket(plain, server_hostname=host) as stream,
        ):
            stream.sendall(product.message(uri))
            said = b""
            while b"m=video 0" not in said and b"486" not in said:
                said += stream.recv(4096)
            if found := re.search(rb"m=audio (\d+)", said):
                stream.sendall(f"ACK {uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n".encode())
                send_media(product, int(found[1]), dscp, packets)
                bye = stream.recv(4096)
                said += bye
                stream.sendall(b"SIP/2.0 200 OK\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n")
            product.said.append(said)

    return talk


def send_media(product: Product, port: int, dscp: int, packets: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
        media.bind((product.node.address, 0))
        media.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
        for number in range(packets):
            media.sendto(rtp(number), (LOOPBACK, port))


def looked(product: Product) -> MediaFlowSeen:
    [probe] = wanted(product, product.access.environment)
    assert isinstance(probe, MediaFlow)
    try:
        return probe.look(product.access)
    finally:
        product.threads[0].join(5)
        assert product.up == set()


def wanted(product: Product, environment: Environment) -> list[MediaFlow | Withheld]:
    location = Location(name="a", nodes=(product.node,))
    deployment: Deployment = product.access.deployment
    found = media_of_location(location, deployment, environment)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("dscp", "verdict"), [(51, Verdict.PASS), (0, Verdict.FAIL)])
def test_the_media_of_an_answered_call_are_heard(
    product: Product, dscp: int, verdict: Verdict
) -> None:
    product.calls = talks(dscp)
    seen = looked(product)
    assert (seen.ended, seen.dscp) == (CallEnd.INVITED, (dscp,))
    assert seen.packets >= ENOUGH_PACKETS
    assert media_is_marked(seen, dscp=51).verdict is verdict
    [said] = product.said
    assert b"SIP/2.0 200 OK" in said
    assert b"BYE sip:acceptance@conf1.lab.test:5061;transport=tls SIP/2.0\r\n" in said
    adapter = TypeAdapter(MediaFlowSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_a_node_that_sends_nothing_is_inconclusive(product: Product) -> None:
    product.calls = talks(51, packets=0)
    seen = looked(product)
    judgement = media_is_marked(seen, dscp=51)
    assert (judgement.verdict, seen.packets) == (Verdict.INCONCLUSIVE, 0)
    assert b"BYE sip:" in product.said[0]


def test_an_offer_that_cannot_be_taken_is_declined(product: Product) -> None:
    product.message = lambda uri: invite(uri, SDP.replace("a=crypto", "a=other"))
    product.calls = talks(51)
    seen = looked(product)
    assert "no keys of SDES" in seen.detail
    assert media_is_marked(seen, dscp=51).verdict is Verdict.INCONCLUSIVE
    assert b"486 Busy Here" in product.said[0]


def test_without_permission_for_calls_there_is_no_look(product: Product) -> None:
    environment = product.access.environment.model_copy(update={"allow": frozenset({"media_flow"})})
    [withheld] = wanted(product, environment)
    assert isinstance(withheld, Withheld)
    assert "outbound_call" in withheld.next_step


def test_one_silent_node_of_several_leaves_it_open() -> None:
    heard = MediaFlowSeen(
        node="conf1", called="sip:a", ended=CallEnd.INVITED, packets=10, dscp=(51,)
    )
    silent = replace(heard, node="conf2", packets=0, dscp=())
    assert media_is_marked(heard, dscp=51).verdict is Verdict.PASS
    assert media_is_marked(heard, silent, dscp=51).verdict is Verdict.INCONCLUSIVE
    wrong = replace(heard, node="conf3", dscp=(0, 51))
    assert media_is_marked(heard, silent, wrong, dscp=51).verdict is Verdict.FAIL
