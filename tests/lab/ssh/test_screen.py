"""The screen of a virtual machine: what keys do, and what of them is seen."""

from __future__ import annotations

import asyncio

import pytest

from securemode_lab.appliance.screen import Screen
from securemode_lab.appliance.wizard_terminal import Ended, Interrupted


@pytest.mark.parametrize(
    ("keys", "line", "shown"),
    [
        ("plain", "plain", "plain\r\n"),
        ("", "", "\r\n"),
        ("slip#\x7fped", "slipped", "slip#\b \bped\r\n"),
        ("\x7f\x7fa", "a", "a\r\n"),
        ("abc\x7f\x7f\x7f\x7f", "", "abc\b \b\b \b\b \b\r\n"),
        ("abc\x15d", "d", "abc\b \b\b \b\b \bd\r\n"),
    ],
)
def test_what_keys_do(keys: str, line: str, shown: str) -> None:
    screen = Screen([keys])
    assert asyncio.run(screen.read_line()) == line
    assert screen.log == shown


def test_nothing_typed_is_seen_without_echo() -> None:
    screen = Screen(["secret\x7fT"])
    screen.write("Password: ")
    assert asyncio.run(screen.read_line(echo=False)) == "secreT"
    assert screen.log == "Password: \r\n"


def test_ctrl_c_interrupts_what_was_begun() -> None:
    screen = Screen(["half\x03never", "next"])
    with pytest.raises(Interrupted):
        asyncio.run(screen.read_line())
    assert screen.log == "half^C\r\n"
    assert asyncio.run(screen.read_line()) == "next"


def test_nobody_is_left_to_type() -> None:
    with pytest.raises(Ended):
        asyncio.run(Screen([]).read_line())
