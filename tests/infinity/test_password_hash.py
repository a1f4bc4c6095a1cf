from __future__ import annotations

import shutil
import subprocess

import pytest

from securemode.infinity.password_hash import password_hash


@pytest.mark.parametrize(
    ("password", "salt", "rounds", "expected"),
    [  # test vectors of the specification
        (
            "Hello world!",
            "saltstringsaltst",
            10000,
            "OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
        ),
        (
            "This is just a test",
            "toolongsaltstrin",
            5000,
            "lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0",
        ),
        (
            "we have a short salt string but not a short password",
            "short",
            77777,
            "WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0",
        ),
    ],
)
def test_the_hash_is_that_of_the_specification(
    password: str, salt: str, rounds: int, expected: str
) -> None:
    made = password_hash(password, salt=salt, rounds=rounds)
    assert made == f"$6$rounds={rounds}${salt}${expected}"


@pytest.mark.parametrize("password", ["a", "x" * 200, "ü§ %", "0" * 64])
def test_openssl_makes_the_same(password: str) -> None:
    openssl = shutil.which("openssl")
    assert openssl
    made = password_hash(password, salt="0123456789abcdef")
    said = subprocess.run(
        [openssl, "passwd", "-6", "-salt", "0123456789abcdef", "-stdin"],
        input=password.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert made.replace("rounds=5000$", "") == said.strip()


def test_every_salt_is_another() -> None:
    first, second = (password_hash("the same") for _ in range(2))
    assert first != second
