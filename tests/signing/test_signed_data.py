from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from peers.pki import issued
from securemode.signing.signed_data import (
    CHANGED,
    LARGEST,
    OTHER_CONTENT,
    NotASignature,
    read,
)
from securemode.signing.signer import Signer

if TYPE_CHECKING:
    from peers.pki import Holder

CONTENT = b'{"files": []}\n'
_UTF8, _BITS = 0x0C, 0x03
"""Tags of ASN.1."""


@pytest.fixture(scope="module")
def authority() -> Holder:
    return issued("Root of Tests", is_authority=True)


@pytest.fixture(scope="module", params=["EC", "RSA"])
def signature(request: pytest.FixtureRequest, authority: Holder) -> bytes:
    key = rsa.generate_private_key(65537, 2048) if request.param == "RSA" else None
    who = issued("Ada Example", authority, key=key)
    signer = Signer(certificate=who.certificate, key=who.key, chain=(authority.certificate,))
    return signer.sign(CONTENT)


def test_a_signature_says_who_signed_and_when(signature: bytes, authority: Holder) -> None:
    [one] = read(signature, CONTENT)
    assert one.broken == ""
    assert one.signer == "CN=Ada Example"
    assert one.others == (authority.certificate,)
    assert one.signed_at is not None
    assert abs(datetime.now(UTC) - one.signed_at) < timedelta(hours=1)


def test_it_does_not_hold_over_other_content(signature: bytes) -> None:
    assert [one.broken for one in read(signature, CONTENT + b" ")] == [OTHER_CONTENT]


def test_it_does_not_hold_once_it_was_changed(signature: bytes) -> None:
    changed = bytearray(signature)
    changed[-1] ^= 1
    assert [one.broken for one in read(bytes(changed), CONTENT)] == [CHANGED]


def test_it_does_not_hold_with_the_certificate_of_another(authority: Holder) -> None:
    ada, eve = issued("Ada Example", authority), issued("Eve Example", authority)
    forged = Signer(certificate=ada.certificate, key=eve.key).sign(CONTENT)
    assert [one.broken for one in read(forged, CONTENT)] == [CHANGED]


def test_a_truncated_signature_is_none(signature: bytes) -> None:
    for length in range(0, len(signature), 9):
        with pytest.raises(NotASignature):
            read(signature[:length], CONTENT)


def test_nothing_follows_a_signature(signature: bytes) -> None:
    with pytest.raises(NotASignature, match="1 bytes follow its end"):
        read(signature + b"\0", CONTENT)


def test_a_huge_file_is_not_read() -> None:
    with pytest.raises(NotASignature, match="more than any signature"):
        read(bytes(LARGEST + 1), CONTENT)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_other_bytes_are_no_signature(data: bytes) -> None:
    with pytest.raises(NotASignature):
        read(data, CONTENT)


def test_a_signer_whose_name_is_of_a_wrong_type_is_not_named(signature: bytes) -> None:
    ours = bytes([_UTF8, len(b"Ada Example")]) + b"Ada Example"
    assert ours in signature
    [one] = read(signature.replace(ours, bytes([_BITS]) + ours[1:]), CONTENT)
    assert one.signer == "with a name that cannot be read"


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@settings(deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_raises_nothing_else(place: int, by: int) -> None:
    changed = bytearray(SIGNED)
    changed[place % len(changed)] ^= by
    try:
        found = read(bytes(changed), CONTENT)
    except NotASignature:
        return
    assert all(isinstance(one.signer, str) for one in found)


_ADA = issued("Ada Example")
SIGNED = Signer(certificate=_ADA.certificate, key=_ADA.key).sign(CONTENT)
