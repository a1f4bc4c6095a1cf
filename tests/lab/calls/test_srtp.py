"""SRTP of the lab against libsrtp's, and against the test vectors of RFC 3711."""

from __future__ import annotations

import base64
import struct

import pytest

from securemode_lab.appliance import srtp

SAID = b"what is said"
FIRST = 65534

LIBSRTP = {
    "AES_CM_128_HMAC_SHA1_80": (
        "ac75ae411865c6fb48dd6a42f36e616c9c1a09b4d4b0",
        "5fab4c6e452ddd7b2252b583331fc1507ce40af0ab0a",
        "80bbb3dfbc49d0063e6b417d7fc6e7ebda90466aed88",
    ),
    "AES_CM_128_HMAC_SHA1_32": (
        "ac75ae411865c6fb48dd6a42f36e616c",
        "5fab4c6e452ddd7b2252b583331fc150",
        "80bbb3dfbc49d0063e6b417d7fc6e7eb",
    ),
    "AEAD_AES_128_GCM": (
        "009b533463fdffe23c11f778d19ab9cc42adee7fd40634918cd93332",
        "535e37b88b66618ee973cf4cd0b9b9c521e1e352887ac138b22b3eeb",
        "d3bc330b0148a8a931aeb4855d77b4920d98a9ec5e103d0e1d92c54d",
    ),
    "AEAD_AES_256_GCM": (
        "7a343484157aa7d530d5f69aef604f8e37eb8861b6d01e0f3e0b107c",
        "5b0bc89a40bb13b25c710e7fc755667606b142b134fccb46e98ee09a",
        "5911924681e7f32e55a2a460edf7e833729a8e65c63cf541c6477571",
    ),
}
"""What libsrtp (pylibsrtp 1.0) made of three packets, the last of them behind a rollover.

Key with salt is 01 02 03 ..., as long as the suite wants it.
"""
KEY_OCTETS = {
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
    "AEAD_AES_128_GCM": 28,
    "AEAD_AES_256_GCM": 44,
}


@pytest.mark.parametrize("suite", LIBSRTP)
def test_packets_are_those_of_libsrtp(suite: str) -> None:
    inline = base64.b64encode(bytes(range(1, KEY_OCTETS[suite] + 1))).decode()
    protection = srtp.Protection(suite, inline)
    for number, expected in enumerate(LIBSRTP[suite]):
        header = struct.pack("!BBHII", 0x80, 8, (FIRST + number) % 65536, 160 * number, 0x01020304)
        protected = protection.protected(header + SAID, FIRST + number)
        assert protected[:12] == header
        assert protected[12:].hex() == expected


def test_session_keys_are_those_of_the_rfc() -> None:
    """RFC 3711, appendix B.3."""
    key = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
    salt = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
    assert srtp._derived(key, salt, 0, 16).hex().upper() == "C61E7A93744F39EE10734AFE3FF7A087"
    assert srtp._derived(key, salt, 2, 14).hex().upper() == "30CBBC08863D8C85D49DB34A9AE1"
    expected = "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"
    assert srtp._derived(key, salt, 1, 20).hex().upper() == expected


def test_keys_of_256_bits_are_those_of_the_rfc() -> None:
    """RFC 6188, section 7.2."""
    key = bytes.fromhex("F0F04914B513F2763A1B1FA130F10E2998F6F6E43E4309D1E622A0E332B9F1B6")
    salt = bytes.fromhex("3B04803DE51EE7C96423AB5B78D2")
    expected = "5BA1064E30EC51613CAD926C5A28EF731EC7FB397F70A960653CAF06554CD8C4"
    assert srtp._derived(key, salt, 0, 32).hex().upper() == expected


def test_an_unknown_suite_is_no_suite() -> None:
    with pytest.raises(KeyError):
        srtp.Protection("F8_128_HMAC_SHA1_80", "")
