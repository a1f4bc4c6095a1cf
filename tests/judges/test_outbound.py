from __future__ import annotations

from dataclasses import replace

import pytest

from securemode.judges.outbound import (
    approved_algorithms_are_offered,
    calls_are_marked,
    contact_carries_cca_id,
    full_intra_requests_are_offered,
    media_is_encrypted,
    no_anonymous_suite_is_offered,
    nothing_old_is_offered,
    resource_priority_has_prefix,
    srtp_with_sha1_is_offered,
)
from securemode.observations.client_hello import ClientHelloSeen
from securemode.observations.outbound import (
    CallEnd,
    InviteSeen,
    MediaOffered,
    OutboundCallSeen,
    PeerSort,
)
from securemode.verdicts import Verdict

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
SHA1_80 = "AES_CM_128_HMAC_SHA1_80"
HELLO = ClientHelloSeen(
    record_version="TLS 1.0",
    legacy_version="TLS 1.2",
    versions=("TLS 1.3", "TLS 1.2"),
    is_lowest_version_known=True,
    suites=(
        "GREASE",
        "TLS_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
    ),
    groups=("GREASE", "secp256r1", "ffdhe2048"),
)
AUDIO = MediaOffered(kind="audio", port=40000, profile="RTP/SAVP", crypto=(SHA1_80,))
VIDEO = replace(AUDIO, kind="video", port=40002, feedback=("* nack pli", "* ccm fir"))
INVITE = InviteSeen(
    uri="sip:acceptance@trap",
    headers=(
        ("contact", "<sip:a@conf1;transport=tls>;cca-id=LAB7"),
        ("resource-priority", "uc-000000.0"),
    ),
    media=(AUDIO, VIDEO),
)
PROPER = OutboundCallSeen(
    node="conf1",
    sort=PeerSort.PROPER,
    called="sip:acceptance@trap.lab:15061;transport=tls",
    ended=CallEnd.INVITED,
    certificate_shown=True,
    established=True,
    hello=HELLO,
    invite=INVITE,
    dscp=(40,),
)
MUTE = replace(PROPER, ended=CallEnd.MUTE, invite=None)
NO_HELLO = replace(MUTE, hello=None)
SDP_JUDGES = (full_intra_requests_are_offered, srtp_with_sha1_is_offered, media_is_encrypted)


def offering(**changes: object) -> OutboundCallSeen:
    return replace(PROPER, hello=replace(HELLO, **changes))  # type: ignore[arg-type]


def saying(**headers: str) -> OutboundCallSeen:
    said = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return replace(PROPER, invite=replace(INVITE, headers=said))


def sending(*media: MediaOffered) -> OutboundCallSeen:
    return replace(PROPER, invite=replace(INVITE, media=media))


@pytest.mark.parametrize(
    ("seen", "verdict", "words"),
    [
        (PROPER, PASS, "offers neither TLS below 1.2 nor AES128-SHA when it calls"),
        (
            offering(versions=("TLS 1.2", "TLS 1.1", "TLS 1.0")),
            FAIL,
            "offers TLS 1.1, TLS 1.0 when it calls",
        ),
        (
            offering(suites=("TLS_RSA_WITH_AES_128_CBC_SHA",)),
            FAIL,
            "offers TLS_RSA_WITH_AES_128_CBC_SHA when it calls",
        ),
        (
            offering(versions=("TLS 1.2",), is_lowest_version_known=False),
            INCONCLUSIVE,
            "names the newest version that it takes when it calls, and not the oldest",
        ),
        (
            offering(versions=("TLS 1.1",), is_lowest_version_known=False),
            FAIL,
            "offers TLS 1.1 when it calls",
        ),
        (NO_HELLO, INCONCLUSIVE, "calls without a ClientHello"),
    ],
)
def test_versions_and_aes128_sha(seen: OutboundCallSeen, verdict: Verdict, words: str) -> None:
    judgement = nothing_old_is_offered(seen)
    assert (judgement.verdict, judgement.what) == (verdict, words)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (PROPER, PASS),
        (offering(suites=("TLS_DH_anon_WITH_AES_256_CBC_SHA",)), FAIL),
        (offering(suites=("TLS_ECDH_anon_WITH_AES_256_CBC_SHA",)), FAIL),
        (NO_HELLO, INCONCLUSIVE),
        (MUTE, PASS),
    ],
)
def test_anonymous_suites(seen: OutboundCallSeen, verdict: Verdict) -> None:
    assert no_anonymous_suite_is_offered(seen).verdict is verdict


@pytest.mark.parametrize(
    ("seen", "verdict", "saw"),
    [
        (PROPER, PASS, "TLS 1.3, TLS 1.2 with 2 suites, all of them approved"),
        (
            offering(suites=("TLS_CHACHA20_POLY1305_SHA256",)),
            FAIL,
            "TLS_CHACHA20_POLY1305_SHA256",
        ),
        (offering(groups=("x25519", "secp256r1")), FAIL, "x25519"),
        (offering(suites=("TLS_DH_anon_WITH_AES_256_CBC_SHA",)), PASS, "with 1 suites"),
        (NO_HELLO, INCONCLUSIVE, "mute"),
    ],
)
def test_approved_algorithms(seen: OutboundCallSeen, verdict: Verdict, saw: str) -> None:
    judgement = approved_algorithms_are_offered(seen)
    assert judgement.verdict is verdict
    assert saw in judgement.saw


@pytest.mark.parametrize(
    ("contact", "verdict"),
    [
        ("<sip:a@conf1;transport=tls>;cca-id=LAB7", PASS),
        ("<sip:a@conf1;cca-id=LAB7;transport=tls>", PASS),
        ('"A; B" <sip:a@conf1>; +sip.cca="LAB7"', PASS),
        ("<sip:a@conf1;x-cca=LAB%37>", PASS),
        ("<sip:a@conf1>;cca-id=LAB70", FAIL),
        ("<sip:a@conf1>;cca-id=lab7", FAIL),
        ("<sip:LAB7@conf1>", FAIL),
        ('"LAB7" <sip:a@conf1;transport=tls>', FAIL),
        ("<sip:a@conf1>;cca-id", FAIL),
        ("", FAIL),
    ],
)
def test_cca_id(contact: str, verdict: Verdict) -> None:
    judgement = contact_carries_cca_id(saying(contact=contact), cca_id="LAB7")
    assert judgement.verdict is verdict
    assert contact in judgement.saw


def test_a_quoted_cca_id_is_read() -> None:
    seen = saying(contact=r'<sip:a@conf1>;cca-id="A \"B\" C"')
    assert contact_carries_cca_id(seen, cca_id='A "B" C').verdict is PASS


@pytest.mark.parametrize(
    ("said", "prefix", "verdict"),
    [
        ("uc-000000.0", "uc", PASS),
        ("UC.routine", "uc", PASS),
        ("uc", "uc", PASS),
        ("q735.3, uc-000000.0", "uc", PASS),
        ("dsn.flash", "dsn", PASS),
        ("dsn-uc.flash", "uc", FAIL),
        ("drsn.flash", "dsn", FAIL),
        ("dsn.flash", "uc", FAIL),
        ("ucx.0", "uc", FAIL),
        ("dsn.flash", None, PASS),
        ("ets.0", None, FAIL),
        ("", None, FAIL),
    ],
)
def test_resource_priority(said: str, prefix: str | None, verdict: Verdict) -> None:
    judgement = resource_priority_has_prefix(saying(resource_priority=said), prefix=prefix)
    assert judgement.verdict is verdict


@pytest.mark.parametrize(
    ("media", "verdict"),
    [
        ((AUDIO, VIDEO), PASS),
        ((AUDIO, replace(VIDEO, feedback=("96 ccm fir tstr",))), PASS),
        ((AUDIO, replace(VIDEO, feedback=("* nack pli",))), FAIL),
        ((AUDIO, replace(VIDEO, feedback=("* ccm firx",))), FAIL),
        ((AUDIO, replace(VIDEO, feedback=())), FAIL),
        ((AUDIO,), INCONCLUSIVE),
        ((AUDIO, replace(VIDEO, port=0)), INCONCLUSIVE),
    ],
)
def test_fir(media: tuple[MediaOffered, ...], verdict: Verdict) -> None:
    assert full_intra_requests_are_offered(sending(*media)).verdict is verdict


@pytest.mark.parametrize(
    ("media", "verdict"),
    [
        ((AUDIO, VIDEO), PASS),
        ((replace(AUDIO, crypto=("AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_32")),), PASS),
        ((replace(AUDIO, crypto=("AEAD_AES_256_GCM",)),), FAIL),
        ((replace(AUDIO, crypto=("AES_256_CM_HMAC_SHA1_80",)),), FAIL),
        ((replace(AUDIO, crypto=()),), FAIL),
        ((replace(AUDIO, crypto=(), has_fingerprint=True),), INCONCLUSIVE),
        ((replace(AUDIO, port=0), replace(VIDEO, crypto=("AEAD_AES_256_GCM",))), FAIL),
    ],
)
def test_srtp(media: tuple[MediaOffered, ...], verdict: Verdict) -> None:
    assert srtp_with_sha1_is_offered(sending(*media)).verdict is verdict


@pytest.mark.parametrize(
    ("media", "verdict"),
    [
        ((AUDIO, VIDEO), PASS),
        ((replace(AUDIO, profile="UDP/TLS/RTP/SAVPF"),), PASS),
        ((AUDIO, MediaOffered(kind="application", port=5, profile="UDP/BFCP")), PASS),
        ((AUDIO, replace(VIDEO, profile="RTP/AVP")), FAIL),
        ((AUDIO, replace(VIDEO, profile="RTP/AVPF")), FAIL),
        ((AUDIO, replace(VIDEO, profile="RTP/AVP", port=0)), PASS),
        ((replace(AUDIO, leaves_in_clear=True),), FAIL),
        ((MediaOffered(kind="application", port=5, profile="UDP/BFCP"),), INCONCLUSIVE),
        ((), INCONCLUSIVE),
    ],
)
def test_encryption(media: tuple[MediaOffered, ...], verdict: Verdict) -> None:
    assert media_is_encrypted(sending(*media)).verdict is verdict


@pytest.mark.parametrize("judge", SDP_JUDGES)
def test_nothing_is_said_of_an_offer_that_was_not_seen(judge: object) -> None:
    without = replace(PROPER, invite=replace(INVITE, media=None))
    for seen in (without, MUTE):
        assert judge(seen).verdict is INCONCLUSIVE  # type: ignore[operator]


def test_nothing_is_said_of_headers_that_were_not_seen() -> None:
    assert contact_carries_cca_id(MUTE, cca_id="LAB7").verdict is INCONCLUSIVE
    assert resource_priority_has_prefix(MUTE, prefix=None).verdict is INCONCLUSIVE


@pytest.mark.parametrize(
    ("marks", "verdict"),
    [
        (((40,), (40,)), PASS),
        (((40,), (0, 40)), FAIL),
        (((0,), ()), FAIL),
        (((40,), ()), Verdict.NOT_APPLICABLE),
    ],
)
def test_marks(marks: tuple[tuple[int, ...], ...], verdict: Verdict) -> None:
    seen = [replace(PROPER, dscp=one) for one in marks]
    assert calls_are_marked(*seen, dscp=40).verdict is verdict
