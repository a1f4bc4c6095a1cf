"""Whether a password is the one behind a hash, as a node's operating system finds out: SHA-512.

Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha512

_FORM = re.compile(r"\$6\$(?:rounds=(?P<rounds>\d{1,9})\$)?(?P<salt>[^$]{0,16})\$(?P<sum>.{86})")
_LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ROUNDS, _FEWEST, _MOST = 5000, 1000, 999_999
_SIZE = 64
_THIRD, _LAST = 21, 63


def is_behind(password: str, hashed: str) -> bool:
    """Whether a hash is of that password; one that nobody could have made is of none."""
    form = _FORM.fullmatch(hashed)
    if form is None:
        return False
    rounds = min(max(int(form["rounds"] or _ROUNDS), _FEWEST), _MOST)
    digest = _digest(password.encode(), form["salt"].encode(), rounds)
    return hmac.compare_digest(_written(digest), form["sum"])


def _digest(password: bytes, salt: bytes, rounds: int) -> bytes:
    first = sha512(password + salt)
    second = sha512(password + salt + password).digest()
    first.update(_stretched(second, len(password)))
    bits = len(password)
    while bits:
        first.update(second if bits % 2 else password)
        bits //= 2
    state = first.digest()
    word = _stretched(sha512(password * len(password)).digest(), len(password))
    grains = _stretched(sha512(salt * (16 + state[0])).digest(), len(salt))
    for number in range(rounds):
        odd = number % 2 == 1
        mixed = sha512(word if odd else state)
        if number % 3:
            mixed.update(grains)
        if number % 7:
            mixed.update(word)
        mixed.update(state if odd else word)
        state = mixed.digest()
    return state


def _stretched(block: bytes, size: int) -> bytes:
    return (block * (size // _SIZE + 1))[:size]


def _written(digest: bytes) -> str:
    """The digest in the order and the letters of `crypt`."""
    found = []
    places = [0, _THIRD, 2 * _THIRD]
    for _ in range(_THIRD):
        high, middle, low = (digest[place] for place in places)
        found.append(_letters(high << 16 | middle << 8 | low, 4))
        places = [place + 1 for place in places[1:] + places[:1]]
    return "".join(found) + _letters(digest[_LAST], 2)


def _letters(value: int, count: int) -> str:
    return "".join(_LETTERS[value >> 6 * place & 0x3F] for place in range(count))
