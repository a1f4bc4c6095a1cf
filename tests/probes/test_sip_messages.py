from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peers.calling import SDP, invite
from securemode.probes.sip_messages import read_invite

if TYPE_CHECKING:
    from securemode.observations.outbound import InviteSeen, MediaOffered

LIMIT_S = 2.0
WHOLE = invite("sip:acceptance@trap.lab.test:15061;transport=tls")


def read(sdp: str, *more: str) -> InviteSeen:
    seen = read_invite(invite("sip:a@b", sdp.replace("\n", "\r\n"), *more))
    assert seen is not None
    return seen


def media(lines: str, session: str = "") -> tuple[MediaOffered, ...]:
    found = read(f"v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\n{session}t=0 0\n{lines}").media
    assert found is not None
    return found


def test_the_whole_of_an_ordinary_one() -> None:
    seen = read_invite(WHOLE)
    assert seen is not None
    assert seen.uri == "sip:acceptance@trap.lab.test:15061;transport=tls"
    assert (
        seen.header("contact") == "<sip:acceptance@conf1.lab.test:5061;transport=tls>;cca-id=LAB7"
    )
    assert seen.media is not None
    assert [one.kind for one in seen.media] == ["audio", "video"]


def test_compact_names_and_folded_lines_are_written_out() -> None:
    seen = read(SDP, "m: <sip:a@conf1>;", "  cca-id=7", "RESOURCE-PRIORITY : uc.0")
    assert seen.header("contact") == "<sip:a@conf1>; cca-id=7"
    assert seen.header("resource-priority") == "uc.0"


def test_several_of_one_header_are_one() -> None:
    seen = read(SDP, "Resource-Priority: q735.3", "resource-priority: uc.0")
    assert seen.header("resource-priority") == "q735.3, uc.0"


def test_credentials_are_left_out() -> None:
    seen = read(SDP, "Proxy-Authorization: Digest canary", "Authorization: Digest canary")
    assert "canary" not in str(seen)


def test_what_the_session_says_applies_to_every_medium() -> None:
    session = "a=fingerprint:sha-256 AA\na=rtcp-fb:* ccm fir\n"
    audio, video = media("m=audio 4 RTP/SAVP 8\nm=video 6/2 UDP/TLS/RTP/SAVPF 96 97\n", session)
    assert (audio.has_fingerprint, video.has_fingerprint) == (True, True)
    assert (video.port, video.profile, video.feedback) == (6, "UDP/TLS/RTP/SAVPF", ("* ccm fir",))


def test_crypto_that_leaves_packets_in_the_clear_is_seen() -> None:
    line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc|2^20|1:4"
    (one,) = media(f"m=audio 4 RTP/SAVP 8\n{line}\n")
    assert (one.crypto, one.leaves_in_clear) == (("AES_CM_128_HMAC_SHA1_80",), False)
    (other,) = media(f"m=audio 4 RTP/SAVP 8\n{line} UNENCRYPTED_SRTP\n")
    assert other == replace(one, leaves_in_clear=True)


def test_an_offer_without_media_is_one() -> None:
    assert media("") == ()


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/plain", SDP), ("application/sdp", "nothing of the kind"), ("application/sdp", "")],
)
def test_without_a_session_description_nothing_is_made_up(kind: str, body: str) -> None:
    raw = invite("sip:a@b", body).replace(b"application/sdp", kind.encode())
    seen = read_invite(raw)
    assert seen is not None
    assert seen.media is None


def test_a_session_description_among_other_parts_is_found() -> None:
    text = "--X\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    parts = f"{text}--X\r\nContent-Type: application/sdp\r\n\r\n{SDP}--X--\r\n"
    raw = invite("sip:a@b", parts).replace(
        b"application/sdp\r\nContent-Length", b'multipart/mixed;boundary="X"\r\nContent-Length'
    )
    seen = read_invite(raw)
    assert seen is not None
    assert seen.media is not None
    assert [one.kind for one in seen.media] == ["audio", "video"]


@pytest.mark.parametrize("raw", [b"", b"ACK sip:a@b SIP/2.0\r\n\r\n", b"\x16\x03\x01", b"INVITE"])
def test_something_else_is_none(raw: bytes) -> None:
    assert read_invite(raw) is None


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_it(body: bytes) -> None:
    quickly(body)
    quickly(b"INVITE sip:a@b SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n" + body)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_damage_breaks_it(data: st.DataObject) -> None:
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 10))):
        first = data.draw(st.integers(0, len(raw) - 1))
        raw[first : first + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    quickly(bytes(raw))


@pytest.mark.parametrize(
    "body",
    [
        b"m=" * 60000,
        b"v=0\r\n" + b"m=audio 1 RTP/AVP 8\r\n" * 6000,
        b"v=0\r\nm=audio 1 RTP/SAVP 8\r\na=crypto:" + b"1 " * 60000,
        b"a" * 130000,
        b"\r\n " * 40000,
    ],
)
def test_much_of_something_takes_no_long_time(body: bytes) -> None:
    quickly(b"INVITE sip:a@b SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n" + body)
    quickly(b"INVITE sip:a@b SIP/2.0\r\nContact: " + body + b"\r\n\r\n")


def quickly(raw: bytes) -> None:
    began = time.thread_time()
    seen = read_invite(raw)
    assert seen is None or "inline:" not in str(seen.media)
    assert time.thread_time() - began < LIMIT_S
