from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from securemode.vsphere.console.fonts import USUAL, font, usual_fonts
from securemode.vsphere.console.glyphs import read
from securemode.vsphere.console.png import decoded
from vsphere.console.drawing import (
    BLACK,
    BLUE,
    CYAN,
    GREY,
    WHITE,
    Screen,
    drawn,
    noisy,
    packed,
    picture,
)

if TYPE_CHECKING:
    from securemode.vsphere.console.screen_text import ScreenText

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
SHAPES = ((80, 25, 9, None), (80, 25, 8, None), (100, 37, 8, (800, 600)), (128, 48, 8, None))
FRAMES = "┌─┬┐│├┤└┴┘"


def seen(png: bytes) -> ScreenText:
    return read(decoded(png))


@pytest.mark.parametrize("name", USUAL)
@pytest.mark.parametrize(("columns", "rows", "width", "size"), SHAPES)
def test_every_printable_character_is_read(
    name: str, columns: int, rows: int, width: int, size: tuple[int, int] | None
) -> None:
    screen = Screen(columns, rows)
    screen.put(0, 0, PRINTABLE[:48])
    screen.put(rows - 1, columns - 47, PRINTABLE[48:])
    screen.put(5, 3, FRAMES)
    text = seen(picture(screen, face=font(name), width=width, size=size))
    assert text.is_certain
    assert len(text.cells) == rows
    assert {len(row) for row in text.cells} == {columns}
    assert text.lines[0] == PRINTABLE[:48]
    assert text.lines[rows - 1] == PRINTABLE[48:].rjust(columns)
    assert text.lines[5] == "   " + FRAMES
    assert font(text.font).glyphs["g"] == font(name).glyphs["g"]


@pytest.mark.parametrize("name", USUAL)
def test_every_letter_of_a_font_differs_from_every_other(name: str) -> None:
    glyphs = [font(name).glyphs[character] for character in PRINTABLE]
    assert len(set(glyphs)) == len(PRINTABLE)
    assert all(
        font(name).characters[glyph] == one for one, glyph in zip(PRINTABLE, glyphs, strict=True)
    )


def test_colours_and_reverse_video_do_not_matter_and_are_told() -> None:
    screen = Screen(paper=GREY, ink=BLUE)
    screen.put(1, 5, "Boot", WHITE, BLUE)
    screen.put(1, 15, "Exit", GREY, CYAN)
    screen.put(9, 2, "Hard Drive", BLACK, WHITE)
    text = seen(picture(screen, width=9))
    assert text.lines[1] == "     Boot      Exit"
    (boot,), (drive,) = text.places_of("Boot"), text.places_of("Hard Drive")
    assert text.colours_in(boot) == {(bytes(WHITE), bytes(BLUE))}
    assert text.colours_in(drive) == {(bytes(BLACK), bytes(WHITE))}
    assert text.cells[0][0].paper == bytes(GREY)


@pytest.mark.parametrize("rows", [(13, 14), (14, 15), (12, 13, 14, 15), range(16)])
@pytest.mark.parametrize("under", [" ", "a", "M", "$"])
def test_a_cursor_hides_nothing(rows: range, under: str) -> None:
    screen = Screen(cursor=(3, 7))
    screen.put(3, 0, f"login: {under}")
    text = seen(picture(screen, cursor_rows=rows))
    assert text.is_certain
    assert text.lines[3] == f"login: {under}".rstrip() or len(rows) == 16


def test_what_the_cursor_covers_too_far_is_not_certain() -> None:
    screen = Screen(cursor=(3, 0))
    screen.put(3, 0, ",")
    cell = seen(picture(screen, cursor_rows=range(12, 16))).cells[3][0]
    assert not cell.is_certain or cell.character == ","


@settings(max_examples=10, deadline=None)
@given(
    lines=some.lists(some.text(PRINTABLE, max_size=80), min_size=1, max_size=25),
    width=some.sampled_from((8, 9)),
    face=some.sampled_from(usual_fonts()),
)
def test_text_comes_back_as_it_was_drawn(lines: list[str], width: int, face: object) -> None:
    screen = Screen()
    for row, line in enumerate(lines):
        screen.put(row, 0, line)
    text = seen(picture(screen, width=width, face=face))
    wanted = [line.rstrip() for line in lines]
    for row, line in enumerate(wanted):
        for column, character in enumerate(line):
            cell = text.cells[row][column]
            assert cell.character == character or not cell.is_certain
    if len(set("".join(wanted)) - {" "}) > 20:
        assert list(text.lines[: len(wanted)]) == wanted
        assert text.is_certain


@settings(max_examples=15, deadline=None)
@given(flips=some.integers(20, 4000), seed=some.integers(0, 2**16))
def test_noise_makes_it_uncertain_and_never_wrong(flips: int, seed: int) -> None:
    screen = Screen()
    for row in range(25):
        screen.put(row, 0, (string.ascii_letters + string.digits + "()[]?:;.,!|l1I")[row:][:76])
    clean = screen.cells
    text = seen(packed(noisy(drawn(screen), flips, seed)))
    assert not text.is_certain
    for row, cells in enumerate(text.cells):
        for column, cell in enumerate(cells):
            assert not cell.is_certain or cell.has_cursor or cell.character == clean[row][column][0]


def test_a_photograph_is_no_text() -> None:
    pixels = [bytes(x * y % 251 for x in range(720 * 3)) for y in range(400)]
    text = seen(packed(pixels))
    assert text.font == ""
    assert len(text.uncertain) > 1500


def test_text_is_found_as_whole_words_and_only_where_it_is_certain() -> None:
    screen = Screen()
    screen.put(0, 0, "Password: passwords Password")
    pixels = drawn(screen)
    pixels[5][25 * 8 * 3] ^= 85
    text = seen(packed(pixels))
    assert [(place.row, place.first, place.last) for place in text.places_of("Password")] == [
        (0, 0, 8)
    ]
    assert not text.says("word")
    assert text.is_certain_in(1, 25)
    assert not text.is_certain_in(0, 1)
