from __future__ import annotations

import ssl
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from securemode.probes.client_hello_reading import NotAClientHello, read_client_hello
from securemode.probes.tls_registry import GROUPS, SUITES
from securemode.probes.wire.client_hello import SSL_2, TLS_1_2, TLS_1_3, Hello, encode


def hello_of_python(name: str = "trap.lab.example", *alpn: str) -> bytes:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # not what this Python was built with
    if alpn:
        context.set_alpn_protocols(list(alpn))
    sent = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return sent.read()


WHOLE = hello_of_python("trap.lab.example", "sip/2", "h2")
GREASED = encode(Hello(TLS_1_2, (0x0A0A, 0x002F, 0x5600, 0xEEEE), groups=(0x1A1A, 23, 0xFE00)))


def in_records(handshake: bytes, *sizes: int) -> bytes:
    pieces, rest = [], handshake
    for size in (*sizes, len(handshake)):
        piece, rest = rest[:size], rest[size:]
        if piece:
            pieces.append(b"\x16\x03\x01" + len(piece).to_bytes(2, "big") + piece)
    return b"".join(pieces)


def test_everything_of_an_ordinary_client() -> None:
    seen = read_client_hello(WHOLE)
    assert (seen.versions, seen.is_lowest_version_known) == (("TLS 1.3", "TLS 1.2"), True)
    assert (seen.record_version, seen.legacy_version) == ("TLS 1.0", "TLS 1.2")
    assert (seen.server_name, seen.alpn) == ("trap.lab.example", ("sip/2", "h2"))
    assert "TLS_EMPTY_RENEGOTIATION_INFO_SCSV" in seen.suites
    assert "TLS_EMPTY_RENEGOTIATION_INFO_SCSV" not in seen.offered_suites
    assert "ecdsa_secp256r1_sha256" in seen.signature_algorithms


def test_every_registered_suite_and_group_keeps_its_name() -> None:
    seen = read_client_hello(encode(Hello(TLS_1_2, tuple(SUITES), groups=tuple(GROUPS))))
    assert seen.suites[:-1] == tuple(SUITES.values())
    assert seen.groups == tuple(GROUPS.values())


def test_without_supported_versions_the_oldest_is_not_known() -> None:
    seen = read_client_hello(encode(Hello(TLS_1_2, (0x002F,))))
    assert (seen.versions, seen.is_lowest_version_known) == (("TLS 1.2",), False)
    seen = read_client_hello(encode(Hello(TLS_1_3, (0x1301,))))
    assert (seen.versions, seen.is_lowest_version_known) == (("TLS 1.3",), True)


def test_grease_and_unknown_numbers_are_shown_as_such() -> None:
    seen = read_client_hello(GREASED)
    assert seen.suites == (
        "GREASE",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_FALLBACK_SCSV",
        "0xEEEE",
        "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
    )
    assert seen.offered_suites == ("TLS_RSA_WITH_AES_128_CBC_SHA", "0xEEEE")
    assert seen.offered_groups == ("secp256r1", "0xFE00")


def test_a_hello_of_ssl_2_is_read() -> None:
    seen = read_client_hello(encode(Hello(SSL_2, ())))
    assert (seen.legacy_version, seen.is_lowest_version_known) == ("SSL 2", False)
    assert seen.suites[0] == "SSL_2_0x010080"
    assert len(seen.suites) == 8


def test_a_hello_of_ssl_2_for_a_newer_version_is_read() -> None:
    body = bytes.fromhex("01 0301 0006 0000 0010 00002f 0000ff") + bytes(16)
    seen = read_client_hello((0x8000 | len(body)).to_bytes(2, "big") + body)
    assert seen.versions == ("TLS 1.0",)
    assert seen.suites == ("TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV")


def test_names_from_outside_are_made_fit_to_be_shown() -> None:
    raw = WHOLE.replace(b"trap.lab.example", b"trap\n\x1b[31m.exam\xe9")
    assert read_client_hello(raw).server_name == "trap\\x0a\\x1b[31m.exam\\xe9"


@settings(deadline=None)
@given(st.lists(st.integers(1, 300), max_size=20))
def test_fragments_across_records_make_no_difference(sizes: list[int]) -> None:
    assert read_client_hello(in_records(WHOLE[5:], *sizes)) == read_client_hello(WHOLE)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_what_follows_makes_no_difference(more: bytes) -> None:
    assert read_client_hello(WHOLE + more) == read_client_hello(WHOLE)


@pytest.mark.parametrize("whole", [WHOLE, GREASED, encode(Hello(SSL_2, ()))])
def test_no_part_of_a_hello_is_one(whole: bytes) -> None:
    for length in range(len(whole)):
        with pytest.raises(NotAClientHello):
            read_client_hello(whole[:length])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"INVITE sip:a@b SIP/2.0\r\n",
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"\x16\x03\x01\x00\x00" * 100,
        in_records(b"\x02" + WHOLE[6:]),
    ],
)
def test_something_else_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAClientHello):
        read_client_hello(raw)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_it(raw: bytes) -> None:
    reads_or_refuses(raw)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_no_damage_breaks_it(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([WHOLE, GREASED, encode(Hello(SSL_2, ()))])))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    reads_or_refuses(bytes(raw))


def reads_or_refuses(raw: bytes) -> None:
    began = time.thread_time()
    try:
        seen = read_client_hello(raw)
    except NotAClientHello:
        pass
    else:
        assert seen.versions
        assert seen.server_name.isprintable()
    assert time.thread_time() - began < 2
