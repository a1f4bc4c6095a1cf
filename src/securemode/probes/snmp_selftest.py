"""Whether SNMPv3 with AES works on this machine at all.

pysnmp takes AES from `cryptography` and, where it does not find it there, lets every request with
privacy fail as if the agent were at fault.
"""

from __future__ import annotations

import pysnmp.proto.secmod.rfc3414.service  # noqa: F401 - first: these modules import each other
from pysnmp.error import PySnmpError
from pysnmp.proto.rfc1902 import OctetString
from pysnmp.proto.secmod.rfc3826.priv.aes import Aes

from securemode.errors import Unsupported

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
BOOTS, TIME, SALT = 0x00010203, 0x04050607, bytes.fromhex("08090a0b0c0d0e0f")
PLAIN = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
CIPHER = bytes.fromhex("3b3fd92eb72dad20333449f8e83cfb4a")
"""NIST SP 800-38A section F.3.13, CFB128-AES128: its IV is what RFC 3826 makes of these three."""
REMEDY = "install the locked dependencies (cryptography 47 or later), as ./accept does."


def aes_works() -> None:
    """Encrypt and decrypt through pysnmp's own privacy module, against NIST's known answer.

    Raises:
        Unsupported: AES-128 is missing or wrong here; no SNMPv3 observation would mean anything.
    """
    privacy, key = Aes(), OctetString(KEY)
    try:
        known = privacy.decrypt_data(key, (BOOTS, TIME, list(SALT)), OctetString(CIPHER))
        encrypted, salt = privacy.encrypt_data(key, (BOOTS, TIME, None), PLAIN)
        again = privacy.decrypt_data(key, (BOOTS, TIME, list(salt.asOctets())), encrypted)
    except PySnmpError as error:
        raise Unsupported(f"pysnmp cannot encrypt with AES: {error}.", remedy=REMEDY) from error
    if bytes(known) != PLAIN or bytes(again) != PLAIN or encrypted.asOctets() == PLAIN:
        raise Unsupported("pysnmp's AES gives wrong results.", remedy=REMEDY)
