from __future__ import annotations

import asyncio
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.calls.cases import call
from securemode_lab.appliance import sdp_offer
from securemode_lab.appliance.calls import CallFailed, MediaStream
from securemode_lab.appliance.sip import Malformed
from securemode_lab.appliance.sip_dialog import Dialog
from securemode_lab.appliance.sip_messages import Message, read, receive, written

HEADERS = (("Via", "SIP/2.0/TLS a"), ("CSeq", "1 INVITE"), ("Contact", "<sip:a@b>"))
MESSAGE = written("SIP/2.0 200 OK", HEADERS, b"body")
LINES = st.sampled_from(
    [
        b"SIP/2.0 200 OK",
        b"SIP/2.0 999",
        b"INVITE sip:a SIP/2.0",
        b"Content-Length: 4",
        b"Content-Length: 99999999999",
        b"Contact: <",
        b" folded",
        b"no colon",
        b"CSeq: x",
        b"\xff\xfe: \x00",
        b"",
    ]
)
SDP = st.sampled_from(
    [
        "v=0",
        "c=IN IP4 127.0.0.1",
        "c=",
        "m=audio 6000 RTP/SAVP 8",
        "m=audio x y",
        "m=",
        "m=video 70000/2 RTP/AVP",
        "a=crypto:1 A inline:",
        "a=crypto:",
        "a=crypto:x",
        "\x00",
    ]
)


async def _read_all(data: bytes) -> list[Message]:
    reader = asyncio.StreamReader(limit=1 << 16)
    reader.feed_data(data)
    reader.feed_eof()
    found = []
    while (message := await receive(reader)) is not None:
        found.append(message)
    return found


@given(st.one_of(st.binary(max_size=300), st.lists(LINES, max_size=12).map(b"\r\n".join)))
@settings(deadline=None, max_examples=200)
def test_whatever_a_peer_sends_is_read_or_refused(data: bytes) -> None:
    with suppress(Malformed):
        for message in asyncio.run(_read_all(data)):
            Dialog(call(), ("127.0.0.1", 33000)).answer(message)
            assert isinstance(message.address, str)
            assert isinstance(message.sequence, tuple)


def test_messages_that_follow_one_another_are_told_apart() -> None:
    found = asyncio.run(_read_all(b"\r\n\r\n" + MESSAGE + MESSAGE + b"\r\n\r\n"))
    assert [message.body for message in found] == [b"body"] * 2
    assert found[0].address == "sip:a@b"
    assert found[0].sequence == ("1", "INVITE")


def test_what_was_written_is_read_back() -> None:
    head, _, body = MESSAGE.partition(b"\r\n\r\n")
    message = read(head, body)
    assert (message.status, message.reason, message.body) == (200, "OK", b"body")
    assert message.values("via") == ["SIP/2.0/TLS a"]


@given(st.one_of(st.text(max_size=200), st.lists(SDP, max_size=12).map("\r\n".join)))
@settings(deadline=None, max_examples=200)
def test_whatever_a_peer_answers_is_taken_or_refused(body: str) -> None:
    placed = call()
    placed.media = [
        MediaStream(kind=kind, profile="RTP/AVP", sock=None, payload_type=8)  # type: ignore[arg-type]
        for kind in ("audio", "video")
    ]
    with suppress(CallFailed):
        sdp_offer.accept(placed, body.encode())
        assert all(stream.remote is None or 0 < stream.remote[1] < 65536 for stream in placed.media)
