from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import pytest

from lab.calls.cases import call
from lab.calls.peer import media_answer
from securemode_lab.appliance import sdp_offer
from securemode_lab.appliance.calls import CallFailed
from securemode_lab.appliance.sip_dialog import Dialog
from securemode_lab.appliance.sip_messages import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.appliance.calls import OutboundCall

ADDRESS = "127.0.0.1"
SECRET_BYTES = {
    "AEAD_AES_256_GCM": 44,
    "AEAD_AES_128_GCM": 28,
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
    "AES_256_CM_HMAC_SHA1_80": 46,
    "AES_256_CM_HMAC_SHA1_32": 46,
}


@pytest.fixture
def opened() -> Iterator[list[OutboundCall]]:
    calls: list[OutboundCall] = []
    yield calls
    for placed in calls:
        for stream in placed.media:
            stream.sock.close()


def _offer(opened: list[OutboundCall], **options: Any) -> str:
    placed = call(**options)
    opened.append(placed)
    return sdp_offer.offer(placed, ADDRESS).decode()


def _profiles(offer: str) -> list[str]:
    return re.findall(r"^m=(\w+ )\d+ (\S+)", offer, re.MULTILINE) and [
        f"{kind} {profile}"
        for kind, profile in re.findall(r"^m=(\w+) \d+ (\S+)", offer, re.MULTILINE)
    ]


SECURE_ONLY = ["audio RTP/SAVP", "video RTP/SAVP"]
PLAIN_ONLY = ["audio RTP/AVP", "video RTP/AVP"]
BOTH = ["audio RTP/SAVP", "audio RTP/AVP", "video RTP/SAVP", "video RTP/AVP"]


@pytest.mark.parametrize(
    ("mode", "service", "expected"),
    [
        ("on", "", SECURE_ONLY),
        ("besteffort", "", BOTH),
        ("off", "", PLAIN_ONLY),
        ("on", "besteffort", BOTH),
        ("on", "off", PLAIN_ONLY),
        ("off", "on", SECURE_ONLY),
    ],
)
def test_profiles_follow_the_service_and_then_the_global_setting(
    opened: list[OutboundCall], mode: str, service: str, expected: list[str]
) -> None:
    offer = _offer(opened, settings={"crypto_mode": mode}, service_mode=service)
    assert _profiles(offer) == expected
    assert offer.count("a=crypto:1 ") == sum("SAVP" in profile for profile in expected)


@pytest.mark.parametrize("sha1", [False, True])
@pytest.mark.parametrize("others", ["gcm", "gcm-256", "aes-256-cm"])
def test_suites_are_as_the_wizard_and_the_variant_say(
    opened: list[OutboundCall],
    others: str,
    sha1: bool,  # noqa: FBT001
) -> None:
    variants = {"srtp_other_suites": others}
    offer = _offer(opened, variants=variants, enable_srtp_hmac_sha1=sha1)
    lines = re.findall(r"^a=crypto:(\d+) (\S+) inline:(\S+)\r$", offer, re.MULTILINE)
    suites = {suite for _, suite, _ in lines}
    with_sha1 = {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"}
    assert suites & with_sha1 == (with_sha1 if sha1 else set())
    assert suites - with_sha1
    for _, suite, key in lines:
        assert len(base64.b64decode(key, validate=True)) == SECRET_BYTES[suite]
    assert len({key for _, _, key in lines}) == len(lines)


def test_fir_is_offered_for_video_where_it_is_enabled(opened: list[OutboundCall]) -> None:
    settings = {"crypto_mode": "on"}
    assert "ccm fir" not in _offer(opened, settings=settings)
    assert _offer(opened, settings=settings, enable_fir=True).count("a=rtcp-fb:* ccm fir\r\n") == 1
    each = _offer(
        opened, settings=settings, enable_fir=True, variants={"rtcp_feedback": "each type"}
    )
    assert re.findall(r"a=rtcp-fb:(\S+) ccm fir", each) == ["97", "98"]


def test_ports_are_even_ones_of_the_media_range(opened: list[OutboundCall]) -> None:
    settings = {"media_ports_start": 41001, "media_ports_end": 41100}
    offer = _offer(opened, settings=settings)
    ports = [int(port) for port in re.findall(r"^m=\w+ (\d+)", offer, re.MULTILINE)]
    assert len(set(ports)) == 4
    assert all(41001 <= port <= 41100 and port % 2 == 0 for port in ports)
    assert ports == [stream.sock.getsockname()[1] for stream in opened[0].media]


def test_a_full_answer_says_where_media_go_and_with_which_key(opened: list[OutboundCall]) -> None:
    offer = _offer(opened, settings={"crypto_mode": "on"})
    sdp_offer.accept(opened[0], media_answer(f"INVITE\r\n\r\n{offer}", ADDRESS).encode())
    assert [stream.remote for stream in opened[0].media] == [(ADDRESS, 6000)] * 2
    assert all(stream.accepted == stream.crypto[0] for stream in opened[0].media)
    assert all(stream.remote_key == stream.crypto[0].inline for stream in opened[0].media)
    assert opened[0].encryption


def test_a_secure_stream_that_is_answered_without_key_is_not_used(
    opened: list[OutboundCall],
) -> None:
    _offer(opened, settings={"crypto_mode": "on"})
    body = f"v=0\r\nc=IN IP4 {ADDRESS}\r\nm=audio 6000 RTP/SAVP 8\r\nm=video 0 RTP/SAVP 97\r\n"
    sdp_offer.accept(opened[0], body.encode())
    assert [stream.remote for stream in opened[0].media] == [None, None]
    assert not opened[0].encryption


@pytest.mark.parametrize(
    "body", ["", "v=0\r\n", "v=0\r\nm=audio\r\nm=video 1 x\r\n", "m=audio 1 x\r\n" * 3]
)
def test_what_is_no_answer_is_refused(opened: list[OutboundCall], body: str) -> None:
    _offer(opened, settings={"crypto_mode": "on"})
    with pytest.raises(CallFailed):
        sdp_offer.accept(opened[0], body.encode())


def _header(name: str, **options: Any) -> str:
    said = Dialog(call(**options), (ADDRESS, 33000)).invite(b"").partition(b"\r\n\r\n")[0]
    return read(said).value(name)


@pytest.mark.parametrize(
    ("form", "ending"),
    [
        ("uri", ";transport=tls;cca-id=site-7>"),
        ("header", ";transport=tls>;cca-id=site-7"),
        ("quoted", ';transport=tls>;cca-id="site-7"'),
    ],
)
def test_the_contact_carries_the_cca_id(form: str, ending: str) -> None:
    contact = _header("contact", cca_id="site-7", variants={"cca_id_form": form})
    assert contact == f"<sip:acceptance@conf1.lab.example:5061{ending}"
    assert "cca-id" not in _header("contact", variants={"cca_id_form": form})


@pytest.mark.parametrize(
    ("form", "value"), [("domain", "uc-000000.0"), ("bare", "uc.0"), ("named", "uc.routine")]
)
def test_the_priority_begins_with_the_prefix(form: str, value: str) -> None:
    variants = {"resource_priority_form": form}
    assert _header("resource-priority", resource_priority_prefix="uc", variants=variants) == value
    assert _header("resource-priority", variants=variants) == ""


def test_an_alias_with_a_domain_is_the_caller() -> None:
    assert "<sip:room@site.example>" in _header("from", alias="room@site.example")
    assert _header("contact", alias="room@site.example").startswith("<sip:room@conf1.lab.example:")
