from __future__ import annotations

import asyncio

import pytest

from lab.vcenter.consoles.machine import Operator
from lab.vcenter.consoles.png_reader import cell, decoded
from securemode_lab.vcenter.consoles import font
from securemode_lab.vcenter.consoles.picture import png
from securemode_lab.vcenter.consoles.text_screen import MODES, Colour, Look, Place, TextScreen

PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
LETTER_L = (
    *("........", "........"),
    *("..###...", *["...##..."] * 8, "..####.."),
    *["........"] * 4,
)
"""A small L as it stands in the character generator of a VGA."""


def _shown(mode: str, text: str) -> TextScreen:
    screen = TextScreen(MODES[mode])
    screen.write(text)
    screen.shows_cursor = False
    return screen


@pytest.mark.parametrize(
    ("mode", "size"),
    [("80x25 9x16", (720, 400)), ("80x25 8x16", (640, 400)), ("100x37 8x16", (800, 600))],
)
def test_a_screen_has_its_size(mode: str, size: tuple[int, int]) -> None:
    picture = decoded(png(_shown(mode, "login: ")))
    assert (len(picture[0]), len(picture)) == size


@pytest.mark.parametrize(("mode", "width"), [("80x25 9x16", 9), ("80x25 8x16", 8)])
def test_a_letter_is_drawn_as_a_vga_draws_it(mode: str, width: int) -> None:
    picture = decoded(png(_shown(mode, "xl")))
    paper, rows = cell(picture, 0, 1, width)
    assert paper == b"\0\0\0"
    assert rows == tuple(row.ljust(width, ".") for row in LETTER_L)
    assert picture[2][width + 2] == b"\xaa\xaa\xaa"


def test_every_letter_looks_different() -> None:
    picture = decoded(png(_shown("100x37 8x16", PRINTABLE)))
    shapes = {cell(picture, 0, column, 8)[1] for column in range(len(PRINTABLE))}
    assert len(shapes) == len(PRINTABLE)


def test_text_is_where_it_belongs() -> None:
    picture = decoded(png(_shown("80x25 9x16", "\r\n\r\n   l")))
    inked = {(y, x) for y, row in enumerate(picture) for x, dot in enumerate(row) if any(dot)}
    assert {(y // 16, x // 9) for y, x in inked} == {(2, 3)}


def test_lines_meet_across_the_ninth_column() -> None:
    screen = _shown("80x25 9x16", "")
    screen.put(0, 0, "┌─", Look(Colour.GREY, Colour.BLACK))
    row = decoded(png(screen))[7]
    assert [any(dot) for dot in row[4:18]] == [True] * 14


@pytest.mark.parametrize(
    ("look", "ink", "paper"),
    [
        (Look(Colour.WHITE, Colour.BLUE), "ffffff", "0000aa"),
        (Look(Colour.BLACK, Colour.CYAN), "000000", "00aaaa"),
        (Look(Colour.YELLOW, Colour.BROWN), "ffff55", "aa5500"),
        (Look(Colour.DARK_GREY, Colour.GREY), "555555", "aaaaaa"),
    ],
)
def test_colours_are_those_of_a_colour_monitor(look: Look, ink: str, paper: str) -> None:
    screen = _shown("80x25 8x16", "")
    screen.put(0, 0, "l", look)
    row = decoded(png(screen))[3]
    assert [dot.hex() for dot in row[:8]] == [*[paper] * 3, *[ink] * 2, *[paper] * 3]


def test_the_cursor_is_two_rows_of_ink() -> None:
    screen = TextScreen()
    screen.write("l")
    screen.cursor = Place(0, 1)
    with_cursor, without = (decoded(png(screen, with_cursor=seen)) for seen in (True, False))
    differ = {
        (y, x)
        for y, row in enumerate(without)
        for x, dot in enumerate(row)
        if with_cursor[y][x] != dot
    }
    assert differ == {(y, x) for y in (13, 14) for x in range(9, 18)}


def test_different_texts_are_different_pictures() -> None:
    texts = ("login: ", "Password: ", "login:  ", "Login: ")
    assert len({png(_shown("80x25 9x16", text)) for text in texts[:2] + texts[3:]}) == 3
    assert png(_shown("80x25 9x16", texts[0])) == png(_shown("80x25 9x16", texts[2]))


def test_a_letter_that_the_font_lacks_is_a_block() -> None:
    assert font.letter("あ", 8) == font.letter("■", 8) != font.letter(" ", 8)


def test_what_is_selected_stands_out_in_the_picture() -> None:
    async def look() -> list[bytes]:
        operator = Operator()
        await operator.enter_setup()
        await operator.go_to("Boot")
        pictures = [operator.guest.screenshot()]
        await operator.press("Down")
        pictures.append(operator.guest.screenshot())
        await operator.guest.power_off()
        return pictures

    before, after = map(decoded, asyncio.run(look()))
    papers = [[cell(picture, row, 5, 9)[0].hex() for row in (4, 5)] for picture in (before, after)]
    assert papers == [["000000", "aaaaaa"], ["aaaaaa", "000000"]]
