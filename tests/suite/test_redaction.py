from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.redaction import STARS, Redactor

SECRET = 'p4ss "wörd"/+&'


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        quote(SECRET, safe=""),
        SECRET.replace('"', '\\"'),
    ],
)
def test_no_form_of_a_secret_passes(shown: str) -> None:
    assert Redactor([SECRET]).text(f"before {shown} after").count(STARS) == 1


def test_short_values_are_left_alone() -> None:
    assert Redactor(["1"]).text("11 nodes") == "11 nodes"


@given(st.text(min_size=4).filter(lambda text: "*" not in text), st.text())
def test_whatever_the_secret_it_is_gone(secret: str, around: str) -> None:
    assert secret not in Redactor([secret]).text(around + secret + around).replace(STARS, "\0")
