from __future__ import annotations

import pytest

from securemode_lab.vcenter.consoles.keys import Key, Keyboard

SHIFT, CONTROL, ALT = "rightShift", "leftControl", "leftAlt"
LETTERS = {
    0x04: ("a", "A"),
    0x1D: ("z", "Z"),
    0x1E: ("1", "!"),
    0x1F: ("2", "@"),
    0x26: ("9", "("),
    0x27: ("0", ")"),
    0x2C: (" ", " "),
    0x2D: ("-", "_"),
    0x2E: ("=", "+"),
    0x2F: ("[", "{"),
    0x30: ("]", "}"),
    0x31: ("\\", "|"),
    0x33: (";", ":"),
    0x34: ("'", '"'),
    0x35: ("`", "~"),
    0x36: (",", "<"),
    0x37: (".", ">"),
    0x38: ("/", "?"),
    0x56: ("-", "-"),
    0x57: ("+", "+"),
    0x62: ("0", "0"),
}
NAMED = {
    0x28: "Enter",
    0x58: "Enter",
    0x29: "Esc",
    0x2A: "Backspace",
    0x2B: "Tab",
    0x3A: "F1",
    0x43: "F10",
    0x45: "F12",
    0x4A: "Home",
    0x4C: "Delete",
    0x4F: "Right",
    0x50: "Left",
    0x51: "Down",
    0x52: "Up",
}


@pytest.mark.parametrize(("usage", "letters"), LETTERS.items())
def test_letters_of_the_us_layout(usage: int, letters: tuple[str, str]) -> None:
    keys = [Keyboard().pressed(usage, held) for held in ([], [SHIFT])]
    assert [key and key.letter for key in keys] == list(letters)


@pytest.mark.parametrize(("usage", "name"), NAMED.items())
def test_keys_without_a_letter(usage: int, name: str) -> None:
    key = Keyboard().pressed(usage, ())
    assert key == Key(name)
    assert not key.letter


@pytest.mark.parametrize("usage", [0x00, 0xE1, 0x32])
def test_keys_that_do_nothing(usage: int) -> None:
    assert Keyboard().pressed(usage, ()) is None


def test_every_letter_can_be_typed() -> None:
    usages = range(0x04, 0x39)
    pressed = [Keyboard().pressed(usage, held) for usage in usages for held in ([], [SHIFT])]
    typed = {key.letter for key in pressed if key}
    assert typed >= set(map(chr, range(0x20, 0x7F)))


def test_caps_lock_is_for_letters_and_shift_undoes_it() -> None:
    keyboard = Keyboard()
    assert keyboard.pressed(0x39, ()) is None
    assert keyboard.pressed(0x04, ()) == Key("A")
    assert keyboard.pressed(0x04, [SHIFT]) == Key("a")
    assert keyboard.pressed(0x1E, ()) == Key("1")
    keyboard.pressed(0x39, ())
    assert keyboard.pressed(0x04, ()) == Key("a")


def test_control_alt_delete() -> None:
    key = Keyboard().pressed(0x4C, [CONTROL, ALT])
    assert key
    assert key.resets
    assert not Key("Delete", control=True).resets
    assert not Key("c", control=True).letter
