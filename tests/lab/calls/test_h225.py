"""The SETUP of a node's H.323 calls, as tshark dissects it and as the standards count bits."""

from __future__ import annotations

import math
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lab.calls.dissected import capture, fields, tshark
from securemode_lab.appliance import h225, q931
from securemode_lab.appliance.h235 import GROUPS, VERSION_3
from securemode_lab.appliance.per import Encoder, TooLong

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PRODUCT = "Pexip Infinity Conferencing Platform/41 (80000.0.0)"
IPV4 = (("198.51.100.21", 33001), ("198.51.100.2", 1720))
IPV6 = (("2001:db8:51::21", 39999), ("2001:db8:51::2", 17200))
BAD = ("Malformed", "Expert Info", "Unreassembled", "dissector bug")


def called(groups: Iterable[int] = (), ends: tuple[tuple[str, int], ...] = IPV4) -> h225.Call:
    return h225.Call("acceptance", "trap", ends[0], ends[1], PRODUCT, tuple(groups))


def setup(call: h225.Call) -> bytes:
    return q931.setup(4711, call.caller, h225.setup(call))


@pytest.mark.parametrize("ends", [IPV4, IPV6], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("groups", [(), (1024,), (1024, 1536), (1024, 1536, 2048)])
def test_tshark_reads_the_setup(
    tmp_path: Path, groups: tuple[int, ...], ends: tuple[tuple[str, int], ...]
) -> None:
    call = called(groups, ends)
    path = capture(tmp_path / "setup.pcap", [setup(call)])
    said = tshark(path, "-V")
    assert not [mark for mark in BAD if mark in said]
    for expected in (
        "Message type: SETUP (0x05)",
        "Call reference value: 1267",
        "protocolIdentifier: 0.0.8.2250.0.4 (Version 4)",
        "h323-ID: acceptance",
        "h323-ID: trap",
        f"productId: {PRODUCT}",
        f"ip: {ends[0][0]}",
        f"port: {ends[0][1]}",
        f"ip: {ends[1][0]}",
        f"port: {ends[1][1]}",
        "callType: pointToPoint",
    ):
        assert expected in said
    ((identifiers, conference, guid),) = fields(
        path, "h235.tokenOID", "h225.conferenceID", "h225.guid"
    )
    assert conference.replace("-", "") == call.conference.hex()
    assert guid.replace("-", "") == call.identifier.hex()
    expected_identifiers = [VERSION_3, *(GROUPS[bits].identifier for bits in groups)]
    assert identifiers.split(",") == (expected_identifiers if groups else [""])


def test_tshark_reads_the_keys(tmp_path: Path) -> None:
    path = capture(tmp_path / "keys.pcap", [setup(called((1024, 1536, 2048)))])
    ((halves, primes, generators),) = fields(path, "h235.halfkey", "h235.modSize", "h235.generator")
    assert [int(prime, 16) for prime in primes.split(",")] == [
        GROUPS[bits].prime for bits in (1024, 1536, 2048)
    ]
    assert [int(generator, 16) for generator in generators.split(",")] == [2, 2, 2]
    for bits, half in zip((1024, 1536, 2048), halves.split(","), strict=True):
        assert len(half) == bits // 4
        group = GROUPS[bits]
        of_the_subgroup = pow(int(half, 16), (group.prime - 1) // 2, group.prime)
        assert of_the_subgroup == pow(2, (group.prime - 1) // 2, group.prime)
        assert 2 < int(half, 16) < group.prime - 1


def test_every_call_has_keys_and_names_of_its_own(tmp_path: Path) -> None:
    path = capture(tmp_path / "two.pcap", [setup(called((1024,))), setup(called((1024,)))])
    first, second = fields(path, "h235.halfkey", "h225.conferenceID", "h225.guid")
    assert not set(first) & set(second)


def test_tshark_reads_the_release(tmp_path: Path) -> None:
    call = called()
    message = q931.release_complete(4711, h225.release_complete(call))
    said = tshark(capture(tmp_path / "release.pcap", [message]), "-V")
    assert not [mark for mark in BAD if mark in said]
    assert "Message type: RELEASE COMPLETE (0x5a)" in said
    assert "Cause value: Normal call clearing (16)" in said
    assert "h323-message-body: releaseComplete (5)" in said


CALLS = st.builds(
    h225.Call,
    caller=st.text(string.ascii_letters + string.digits + " ._-@äß日", min_size=1, max_size=80),
    called=st.text(string.printable, min_size=1, max_size=256),
    source=st.tuples(st.ip_addresses(v=4).map(str), st.integers(0, 65535)),
    destination=st.tuples(st.ip_addresses().map(str), st.integers(0, 65535)),
    product=st.text(string.ascii_letters, min_size=1, max_size=256),
    groups=st.sets(st.sampled_from((1024, 1536, 2048))),
)


@settings(max_examples=4, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(calls=st.lists(CALLS, min_size=20, max_size=20))
def test_tshark_reads_whatever_is_called(
    tmp_path_factory: pytest.TempPathFactory, calls: list[h225.Call]
) -> None:
    path = tmp_path_factory.mktemp("calls") / "calls.pcap"
    capture(path, [setup(call) for call in calls])
    dissected = fields(path, "_ws.malformed", "_ws.expert", "h225.guid", "h235.tokenOID")
    for call, (malformed, expert, guid, tokens) in zip(calls, dissected, strict=True):
        assert (malformed, expert) == ("", "")
        assert guid.replace("-", "") == call.identifier.hex()
        assert len(tokens.split(",")) == 1 + len(list(call.groups))


@pytest.mark.parametrize(("bits", "constant"), [(1024, 129093), (1536, 741804), (2048, 124476)])
def test_the_primes_are_those_of_the_rfcs(bits: int, constant: int) -> None:
    """RFC 2412 and RFC 3526 make them of the digits of pi and the first constant that fits."""
    digits = _floor_of_pi(bits - 130) + constant
    assert GROUPS[bits].prime == 2**bits - 2 ** (bits - 64) - 1 + 2**64 * digits
    assert pow(3, GROUPS[bits].prime - 1, GROUPS[bits].prime) == 1


def _floor_of_pi(bits: int) -> int:
    """Of pi times two to the power of `bits`, by Machin's formula."""

    def arctangent(inverse: int) -> int:
        term = total = one // inverse
        for step in range(3, math.ceil(bits + 64), 2):
            term = -term // inverse**2 if term > 0 else -(term // inverse**2)
            total += term // step
        return total

    one = 1 << bits + 64
    return 4 * (4 * arctangent(5) - arctangent(239)) >> 64


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0, 0, 0, "80"),  # no bits at all
        (2, 0, 6, "a0"),  # three bits
        (254, 0, 254, "ff00"),  # eight bits, not at an octet
        (255, 0, 255, "80ff"),  # an octet at its boundary
        (256, 1, 256, "80ff"),
        (1024, 0, 2048, "800400"),  # two octets at their boundary
        (65535, 0, 65535, "80ffff"),
    ],
)
def test_numbers_of_a_range(value: int, low: int, high: int, expected: str) -> None:
    """Behind one bit that is set, as X.691 counts them in 10.5."""
    encoder = Encoder()
    encoder.boolean(value=True)
    encoder.whole(value, low, high)
    assert encoder.encoded().hex() == expected


@pytest.mark.parametrize(
    ("octets", "expected"), [(0, "00"), (127, "7f"), (128, "8080"), (16383, "bfff")]
)
def test_lengths(octets: int, expected: str) -> None:
    encoder = Encoder()
    encoder.length(octets)
    assert encoder.encoded().hex() == expected


def test_what_would_need_fragments_is_refused() -> None:
    with pytest.raises(TooLong):
        Encoder().length(16384)
    with pytest.raises(TooLong):
        Encoder().small(64)
    with pytest.raises(TooLong):
        Encoder().whole(0, 0, 65536)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [("0.0.8.2250.0.4", "060008914a0004"), ("0.0.8.235.0.3.43", "070008816b00032b")],
)
def test_identifiers(identifier: str, expected: str) -> None:
    encoder = Encoder()
    encoder.oid(identifier)
    assert encoder.encoded().hex() == expected


@given(st.binary(max_size=200), st.integers(0, 200))
def test_whatever_comes_in_is_split_or_refused(data: bytes, at: int) -> None:
    try:
        first, rest = q931.split(data[:at])
        second, left = q931.split(rest + data[at:])
        assert (first + second, left) == q931.split(data)
    except q931.NoFrame:
        with pytest.raises(q931.NoFrame):
            q931.split(data)
