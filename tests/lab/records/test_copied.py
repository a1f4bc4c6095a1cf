from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode_lab.records.copied import copied


@pytest.mark.parametrize(
    ("log", "text"),
    [
        ("plain\r\ntext\r\n", "plain\ntext\n\n"),
        ("ends in blanks   \r\n", "ends in blan\nks\n\n"),
        ("twelve chars", "twelve chars\n"),
        ("twelve chars\r\n", "twelve chars\n\n"),
        ("thirteen chars", "thirteen cha\nrs\n"),
        ("edge of line \b\r\n", "edge of line\n\n\n"),
        ("slip#\b \bped", "slipped\n"),
        ("slip#\x1b[1D \x1b[1Dped", "slipped\n"),
        ("over the edge\x1b[1A\x1b[10C?\x1b[1B", "over the ed?\ne\n"),
        ("rest is gone\r\x1b[4C\x1b[K", "rest\n"),
        ("\x1b]0;title\x07after", "after\n"),
        ("\x1b]0;title\x1b\\after", "after\n"),
        ("\x1b[?2004hafter\x1b[?2004l\r", "after\n"),
        ("before\x1b[H\x1b[Jafter", "before\nafter\n"),
        ("rung\x07", "rung\n"),
        ("a\x1b[31mred\x1b[0m", "ared\n"),
    ],
)
def test_what_a_window_shows(log: str, text: str) -> None:
    assert copied(log, 12) == text


@given(st.text(max_size=200), st.integers(1, 30))
def test_no_log_is_too_strange(log: str, columns: int) -> None:
    text = copied(log, columns)
    assert all(len(line) <= columns for line in text.splitlines())
    assert text.replace("\n", "").isprintable()
