"""The hash by which a node knows the password of its system administrator: sha512-crypt.

A new Conferencing Node takes the hash out of its bootstrap configuration; a password in clear would
leave it without a login.

Source: U. Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6.
"""

from __future__ import annotations

import secrets
from hashlib import sha512

ROUNDS = 5000
SALT_LENGTH = 16
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGEST = 64
_GROUPS = 21


def password_hash(password: str, *, salt: str = "", rounds: int = ROUNDS) -> str:
    """The password as `$6$rounds=…$salt$hash`.

    Args:
        password: in clear.
        salt: up to 16 letters; made where it is left out.
        rounds: how often it is hashed.
    """
    salt = (salt or "".join(secrets.choice(_ALPHABET) for _ in range(SALT_LENGTH)))[:SALT_LENGTH]
    digest = _hashed(password.encode(), salt.encode(), rounds)
    return f"$6$rounds={rounds}${salt}${_encoded(digest)}"


def _hashed(password: bytes, salt: bytes, rounds: int) -> bytes:
    """Steps 1 to 21 of the specification."""
    other = sha512(password + salt + password).digest()
    mixed = sha512(password + salt + _repeated(other, len(password)))
    length = len(password)
    while length:
        mixed.update(other if length & 1 else password)
        length >>= 1
    digest = mixed.digest()
    of_password = _repeated(sha512(password * len(password)).digest(), len(password))
    of_salt = _repeated(sha512(salt * (16 + digest[0])).digest(), len(salt))
    for number in range(rounds):
        odd = number & 1
        text = of_password if odd else digest
        text += of_salt if number % 3 else b""
        text += of_password if number % 7 else b""
        digest = sha512(text + (digest if odd else of_password)).digest()
    return digest


def _repeated(piece: bytes, length: int) -> bytes:
    return (piece * (length // len(piece) + 1))[:length]


def _encoded(digest: bytes) -> str:
    """Step 22: three bytes from all over the digest are four letters."""
    letters = ""
    for group in range(_GROUPS):
        places = [group, group + _GROUPS, group + 2 * _GROUPS]
        turned = places[group % 3 :] + places[: group % 3]
        letters += _letters(int.from_bytes(digest[place] for place in turned), 4)
    return letters + _letters(digest[_DIGEST - 1], 2)


def _letters(value: int, count: int) -> str:
    return "".join(_ALPHABET[value >> 6 * place & 63] for place in range(count))
