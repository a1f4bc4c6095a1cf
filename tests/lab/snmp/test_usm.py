"""Keys and ciphers against the vectors of RFC 3414, appendix A.3, and against themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode_lab.appliance.snmp_usm import (
    MD5,
    SHA,
    Aes,
    Des,
    Privacy,
    localised_key,
    password_to_key,
)

ENGINE_ID = bytes.fromhex("000000000000000000000002")
NUMBERS = st.integers(min_value=0, max_value=2**31 - 1)


@pytest.mark.parametrize(
    ("algorithm", "key", "localised"),
    [
        (MD5, "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        (
            SHA,
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_keys_of_the_rfc(algorithm: str, key: str, localised: str) -> None:
    assert password_to_key("maplesyrup", algorithm).hex() == key
    assert localised_key("maplesyrup", algorithm, ENGINE_ID).hex() == localised


@pytest.mark.parametrize("cipher", [Aes(), Des()])
@given(key=st.binary(min_size=16, max_size=20), clock=st.tuples(NUMBERS, NUMBERS), data=st.binary())
def test_what_is_encrypted_is_decrypted(
    cipher: Privacy, key: bytes, clock: tuple[int, int], data: bytes
) -> None:
    salt, hidden = cipher.encrypt(key, clock, data)
    clear = cipher.decrypt(key, clock, salt, hidden)
    assert clear[: len(data)] == data
    assert clear[len(data) :] == bytes(len(clear) - len(data))


@pytest.mark.parametrize("cipher", [Aes(), Des()])
def test_no_salt_comes_twice(cipher: Privacy) -> None:
    salts = {cipher.encrypt(bytes(16), (1, 1), b"data")[0] for _ in range(100)}
    assert len(salts) == 100


def test_des_does_not_take_half_a_block() -> None:
    assert Des().decrypt(bytes(16), (0, 0), bytes(8), bytes(9)) == b""
