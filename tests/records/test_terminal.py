"""What stood on a terminal, sequence by sequence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.records.terminal import LONGEST_LINE, shown

PROMPT = "Enable FIPS compliance mode (NO): "
FULL = "x" * 79 + " "


@pytest.mark.parametrize(
    ("sent", "stood"),
    [
        ("a\r\nb\nc\r\r\nd", "a\nb\nc\nd"),
        ("abc\b\bX", "aXc"),
        ("YEX\b \bS", "YES"),
        ("YS\x1b[D\x1b[@E", "YES"),
        ("YXES\x1b[3D\x1b[P", "YES"),
        ("abc\x1b[2D\x1b[K", "a"),
        ("abc\x1b[2K", "   "),
        ("abc\x1b[1G>", ">bc"),
        ("a\x1b[3Cb", "a   b"),
        (f"{PROMPT}\r\x1b[K{PROMPT}YES", f"{PROMPT}YES"),
        (f"{PROMPT}Y\r{PROMPT}YES", f"{PROMPT}YES"),
        (f"{PROMPT}\r\x1b[1m{PROMPT}NO", f"{PROMPT}NO"),
        ("one line\ranother one", "one line\nanother one"),
        (f"{FULL}\rgoes on", f"{'x' * 79}\ngoes on"),
        ("10 %\r20 %\n", "10 %\n20 %\n"),
        ("a\x1b[2J\x1b[Hb", "a\nb"),
        ("\x1b[?2004ha\x1b[?2004l\x1b]0;title\x07b\x1b]8;;link\x1b\\c\x1b(Bd\x1b=e", "abcde"),
        ("a\x1b]0;never ended\nb", "a\nb"),
        ("a\x1b", "a"),
        ("a\x07\x00\u200bb", "ab"),
    ],
)
def test_what_stood_there(sent: str, stood: str) -> None:
    assert shown(sent) == stood


@given(st.text(alphabet="ab \r\n\b\t\x1b[];0123456789ABCDGHJKP@m?", max_size=200))
def test_lines_stay_in_bounds(sent: str) -> None:
    for line in shown(sent).split("\n"):
        assert len(line) <= LONGEST_LINE
        assert all(character.isprintable() for character in line)
