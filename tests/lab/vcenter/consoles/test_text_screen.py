from __future__ import annotations

import pytest

from securemode_lab.vcenter.consoles.text_screen import Mode, Place, TextScreen

SMALL = Mode(5, 3, 8)


@pytest.mark.parametrize(
    ("written", "lines", "cursor"),
    [
        ("abc", ["abc", "", ""], (0, 3)),
        ("abcde", ["abcde", "", ""], (0, 5)),
        ("abcdef", ["abcde", "f", ""], (1, 1)),
        ("abcde\r\nf", ["abcde", "f", ""], (1, 1)),
        ("ab\ncd", ["ab", "  cd", ""], (1, 4)),
        ("1\r\n2\r\n3\r\n4", ["2", "3", "4"], (2, 1)),
        ("abc\b\b!", ["a!c", "", ""], (0, 2)),
        ("ab\b \b", ["a", "", ""], (0, 1)),
        ("abcde\b!", ["abc!e", "", ""], (0, 4)),
        ("\b\bx", ["x", "", ""], (0, 1)),
        ("abc\rx", ["xbc", "", ""], (0, 1)),
        ("a\tb", ["a   b", "", ""], (0, 5)),
        ("a\x07b\x1b", ["ab", "", ""], (0, 2)),
    ],
)
def test_a_terminal_writes(written: str, lines: list[str], cursor: tuple[int, int]) -> None:
    screen = TextScreen(SMALL)
    screen.write(written)
    assert screen.lines == lines
    assert screen.cursor == Place(*cursor)


def test_what_is_beyond_the_edge_is_lost() -> None:
    screen = TextScreen(SMALL)
    screen.put(1, 3, "abc", screen.cells[0][0].look)
    assert screen.lines == ["", "   ab", ""]
