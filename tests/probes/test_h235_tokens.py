from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from securemode.probes.h225_setup import message_type, user_information
from securemode.probes.h235_tokens import GROUP_BITS, offer
from securemode.probes.packed_encoding import Bits, NotUnderstoodError

CASES: list[dict[str, Any]] = YAML(typ="safe").load(
    Path(__file__).parent / "cases" / "h323_setups.yaml"
)
HEAD = bytes.fromhex("0802123405")
BEARER, DISPLAY = bytes.fromhex("04038893a5"), b"\x28\x04conf"
BUSY = b"\xa1"


def q931(encoded: bytes, *before: bytes, head: bytes = HEAD) -> bytes:
    user = struct.pack("!BHB", 0x7E, len(encoded) + 1, 5) + encoded
    return head + b"".join(before) + user


def encoded(case: dict[str, Any]) -> bytes:
    return bytes.fromhex(str(case["encoded"]).replace(" ", ""))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_what_a_setup_offers(case: dict[str, Any]) -> None:
    read = offer(q931(encoded(case), BEARER, DISPLAY))
    assert list(read.tokens) == case["tokens"]
    assert [group.bits for group in read.groups] == case["bits"]
    assert read.product in {"Pexip Infinity 41 (80000.0.0)", ""}


def test_information_elements_of_one_octet_are_passed_over() -> None:
    message = q931(encoded(CASES[1]), BUSY, BEARER)
    assert user_information(message) == encoded(CASES[1])


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (b"", "no SETUP"),
        (HEAD, "without user-to-user information"),
        (q931(b""), "ends too early"),
        (q931(encoded(CASES[1]))[:-1], "without user-to-user information"),
        (q931(encoded(CASES[1])[:-60]), "ends too early"),
        (q931(encoded(CASES[1]), head=bytes.fromhex("080212345a")), "no SETUP"),
        (q931(bytes.fromhex("0500060008914a0004")), "is not read"),
    ],
)
def test_what_cannot_be_read_says_so(message: bytes, words: str) -> None:
    with pytest.raises(NotUnderstoodError, match=words):
        offer(message)


def test_an_identifier_of_a_group_that_was_not_read_is_no_absence() -> None:
    """A reader that lost its way must not say that there is nothing to be seen."""
    hidden = b"\x7f\x09\x00" + bytes.fromhex("070008816b00032d") + b"\x00"
    message = q931(encoded(CASES[0]))
    with pytest.raises(NotUnderstoodError, match=r"0\.0\.8\.235\.0\.3\.45 outside"):
        offer(message + hidden)


def test_every_known_group_is_a_multiple_of_an_octet() -> None:
    assert all(bits % 64 == 0 for bits in GROUP_BITS.values())


@pytest.mark.parametrize(
    ("lowest", "highest", "data", "value"),
    [
        (0, 0, "", 0),
        (1, 2, "80", 2),
        (0, 255, "a7", 0xA7),
        (1, 256, "ff", 256),
        (0, 65535, "1234", 0x1234),
        (1, (1 << 32) - 1, "c0fffffffe", (1 << 32) - 1),
    ],
)
def test_bounded_numbers(lowest: int, highest: int, data: str, value: int) -> None:
    assert Bits(bytes.fromhex(data)).within(lowest, highest) == value


def test_message_types() -> None:
    assert message_type(HEAD) == 5
    assert [message_type(one) for one in (b"", b"\x08", b"\x08\x02\x00", b"\x03\x00\x05")] == [
        -1
    ] * 4


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_understood_or_refused(noise: bytes) -> None:
    _read_or_refused(noise)
    _read_or_refused(q931(noise))


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(CASES),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
    st.integers(0, 2000),
)
def test_mangled_setups_are_understood_or_refused(
    case: dict[str, Any], changes: list[tuple[int, int]], length: int
) -> None:
    message = bytearray(q931(encoded(case), BEARER))
    for place, value in changes:
        message[place % len(message)] = value
    _read_or_refused(bytes(message))
    _read_or_refused(bytes(message[: length % len(message)]))


def _read_or_refused(message: bytes) -> None:
    try:
        read = offer(message)
    except NotUnderstoodError:
        return
    assert all(group.bits >= 0 for group in read.groups)
    assert len(read.tokens) <= 600
