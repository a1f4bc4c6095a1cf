"""The Basic Encoding Rules: known encodings, round trips, and `Malformed` for all the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ

from securemode_lab.appliance import ber
from securemode_lab.appliance.ber import Malformed, Oid, Reader, Tag

ARCS = st.integers(min_value=0, max_value=2**32 - 1)
OIDS = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 39)), st.tuples(st.just(2), st.integers(0, 1000))
).flatmap(lambda root: st.lists(ARCS, max_size=40).map(lambda rest: (*root, *rest)))
NUMBERS = st.integers(min_value=-(2**63), max_value=2**64 - 1)


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (-1, "0201ff"), (-128, "020180")],
)
def test_known_numbers(number: int, encoded: str) -> None:
    assert ber.integer(number).hex() == encoded


@pytest.mark.parametrize(
    ("arcs", "encoded"),
    [((0, 0), "060100"), ((1, 3, 6, 1), "06032b0601"), ((2, 999, 3), "0603883703")],
)
def test_known_object_identifiers(arcs: Oid, encoded: str) -> None:
    assert ber.oid(arcs).hex() == encoded
    assert Reader(bytes.fromhex(encoded)).oid() == arcs


def test_lengths_in_both_forms() -> None:
    assert ber.octets(bytes(127))[:2].hex() == "047f"
    assert ber.octets(bytes(128))[:3].hex() == "048180"
    assert ber.octets(bytes(256))[:4].hex() == "04820100"


@given(NUMBERS)
def test_numbers_as_pyasn1(number: int) -> None:
    encoded = ber.integer(number)
    theirs, rest = decoder.decode(encoded)
    assert (int(theirs), rest) == (number, b"")
    assert len(encoded) <= len(encoder.encode(univ.Integer(number)))
    assert Reader(encoded).integer() == number


@given(OIDS)
def test_object_identifiers_as_pyasn1(arcs: Oid) -> None:
    encoded = ber.oid(arcs)
    assert encoded == encoder.encode(univ.ObjectIdentifier(arcs))
    assert Reader(encoded).oid() == arcs


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_sequences_as_pyasn1(contents: list[bytes]) -> None:
    encoded = ber.sequence(*map(ber.octets, contents))
    theirs, rest = decoder.decode(encoded)
    assert ([bytes(octets) for octets in theirs], rest) == (contents, b"")
    inside = Reader(encoded).inside(Tag.SEQUENCE)
    assert [inside.octets() for _ in contents] == contents
    assert inside.exhausted


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "02",
        "0200",
        "0201",
        "020a00000000000000000000",
        "0280" + "00" * 4,
        "0285" + "00" * 8,
        "0205ffffff",
        "0401ff",
    ],
)
def test_what_is_no_number(wrong: str) -> None:
    with pytest.raises(Malformed):
        Reader(bytes.fromhex(wrong)).integer()


@pytest.mark.parametrize(
    "wrong", ["0601ff", "0606" + "ff" * 5 + "7f", "0681" + "82" + "2b" + "01" * 129]
)
def test_what_is_no_object_identifier(wrong: str) -> None:
    with pytest.raises(Malformed):
        Reader(bytes.fromhex(wrong)).oid()


def test_nothing_reaches_beyond_what_contains_it() -> None:
    inside = Reader(bytes.fromhex("3003020500" + "aabbccdd")).inside(Tag.SEQUENCE)
    with pytest.raises(Malformed):
        inside.integer()
