"""The guide's section "BIOS configuration", typed through at the console."""

from __future__ import annotations

import asyncio

import pytest

from lab.vcenter.consoles.machine import Operator, System
from securemode_lab.vcenter.consoles.nvram import (
    CD_ROM,
    HARD_DRIVE,
    NETWORK,
    REMOVABLE,
    Nvram,
    secured,
)

FIRST = "VMware Virtual SCSI Hard Drive (0:0)"
SECOND = "VMware Virtual SCSI Hard Drive (0:1)"
CARDS = "Bootable Add-in Cards"


def _kept(operator: Operator) -> Nvram:
    return Nvram.of(operator.guest.nvram.content)


def test_the_whole_procedure_of_the_guide() -> None:
    async def configure() -> Nvram:
        system = System()
        operator = Operator(system)
        await operator.enter_setup()
        await _put_hard_drive_first(operator)
        await _set_password(operator, "Secret1")
        await operator.go_to("Exit")
        await operator.press("Enter")
        assert "Save configuration changes and exit now?" in operator.sees
        await operator.press("Enter")
        await operator.wait("login: ", last=True)
        assert system.done == ["boot"]
        kept = _kept(operator)
        await operator.guest.power_off()
        assert system.done == ["boot", "halt"]
        return kept

    kept = asyncio.run(configure())
    assert kept.boot_order == [HARD_DRIVE, REMOVABLE, CD_ROM, NETWORK]
    assert kept.hard_drives == [FIRST, SECOND, CARDS]
    assert kept.supervisor
    assert kept.lets_in("secret1")


async def _put_hard_drive_first(operator: Operator) -> None:
    await operator.go_to("Boot")
    assert _rows(operator)[:2] == ["Removable Devices", "+Hard Drive"]
    await operator.press("Down", "+")
    assert _rows(operator)[0] == "+Hard Drive"
    await operator.press("Enter")
    assert _rows(operator)[:4] == ["-Hard Drive", FIRST, SECOND, CARDS]


async def _set_password(operator: Operator, password: str) -> None:
    await operator.go_to("Security")
    assert "Supervisor Password Is: Clear" in _packed(operator)
    await operator.press("Enter")
    assert "Enter New Password" in operator.sees
    for _ in range(2):
        await operator.type(password)
        assert "*" * len(password) in operator.sees
        assert password[1:] not in operator.sees
        await operator.press("Enter")
    assert "Changes have been saved." in operator.sees
    await operator.press("Enter")
    assert "Supervisor Password Is: Set" in _packed(operator)


def test_devices_move_and_the_selection_moves_with_them() -> None:
    async def order(*keys: str) -> tuple[list[str], list[str]]:
        operator = Operator()
        await operator.enter_setup()
        await operator.go_to("Boot")
        await operator.press(*keys, "F10", "Enter")
        kept = _kept(operator)
        await operator.guest.power_off()
        return kept.boot_order, kept.hard_drives

    kinds, drives = asyncio.run(order("-", "-", "-", "-"))
    assert kinds == [HARD_DRIVE, CD_ROM, NETWORK, REMOVABLE]
    kinds, drives = asyncio.run(order("+", "Enter", "Down", "Down", "Down", "-"))
    assert kinds == [REMOVABLE, HARD_DRIVE, CD_ROM, NETWORK]
    kinds, drives = asyncio.run(order("Down", "Enter", "Down", "-", "Down", "Down", "Up", "+"))
    assert kinds == [REMOVABLE, HARD_DRIVE, CD_ROM, NETWORK]
    assert drives == [SECOND, CARDS, FIRST]


def test_a_device_is_disabled_and_enabled_again() -> None:
    async def look() -> Nvram:
        operator = Operator()
        await operator.enter_setup()
        await operator.go_to("Boot")
        await operator.press("Down", "!", "Down", "!", "!", "Down", "!")
        for shown in ("+!Hard Drive", " CD-ROM Drive", " !Network boot"):
            assert shown in operator.sees
        await operator.press("F10", "Enter")
        kept = _kept(operator)
        await operator.guest.power_off()
        return kept

    assert asyncio.run(look()).disabled == [HARD_DRIVE, NETWORK]


def test_a_password_on_boot_needs_a_password() -> None:
    async def look() -> None:
        operator = Operator()
        await operator.enter_setup()
        await operator.go_to("Security")
        await operator.press("Down", "+")
        assert "Password on boot: [Disabled]" in _packed(operator)
        await operator.press("Enter", "x", "Enter", "x", "Enter", "Enter", "Down", "+")
        assert "Password on boot: [Enabled]" in _packed(operator)
        await operator.press("Esc", "Enter", "Enter")
        await operator.wait("Enter Password")
        await operator.guest.power_off()

    asyncio.run(look())


def test_other_settings_take_their_values_in_turn() -> None:
    async def look() -> Nvram:
        operator = Operator()
        await operator.enter_setup()
        await operator.press("Right", "Down")
        for key, value in (("+", "Win95"), ("Enter", "Win98"), ("+", "Other"), ("-", "Win98")):
            await operator.press(key)
            assert f"Installed O/S: [{value}]" in _packed(operator)
        await operator.press("F10", "Enter")
        kept = _kept(operator)
        await operator.guest.power_off()
        return kept

    assert asyncio.run(look()).options == {"Installed O/S:": "Win98"}


def test_the_tree_opens_and_closes() -> None:
    async def look() -> None:
        operator = Operator()
        await operator.enter_setup()
        await operator.go_to("Boot")
        assert CARDS not in operator.sees
        await operator.guest.keys([(0x28, frozenset({"leftControl"}))])
        assert CARDS in operator.sees
        assert "-Hard Drive" in operator.sees
        await operator.press("Down", "Enter")
        assert CARDS not in operator.sees
        assert "+Hard Drive" in operator.sees
        await operator.guest.power_off()

    asyncio.run(look())


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [("one", "other", "Passwords do not match."), ("Same", "sAME", "Changes have been saved.")],
)
def test_a_password_is_typed_twice(first: str, again: str, said: str) -> None:
    async def look() -> None:
        operator = Operator()
        await operator.enter_setup()
        await operator.go_to("Security")
        await operator.press("Enter")
        await operator.type(first)
        await operator.press("Enter")
        await operator.type(again)
        await operator.press("Enter")
        assert said in operator.sees
        saved = said.startswith("Changes")
        await operator.press("Enter", *([] if saved else ["Esc"]))
        assert f"Supervisor Password Is:       {'Set' if saved else 'Clear'}" in operator.sees
        assert bool(_kept(operator).supervisor) is saved
        await operator.guest.power_off()

    asyncio.run(look())


def test_a_password_takes_eight_letters_and_gives_way_to_none() -> None:
    async def look() -> None:
        operator = Operator()
        operator.guest.nvram.content = secured("OldOne12")
        await operator.guest.power_on(enter_setup=True)
        await operator.wait("Enter Password")
        await operator.type("oldone12345")
        assert "[********]" in operator.sees
        await operator.press("Enter")
        await operator.go_to("Security")
        assert "Supervisor Password Is:       Set" in operator.sees
        await operator.press("Enter")
        await operator.type("wrong")
        await operator.press("Enter", "Enter", "Enter")
        assert "Incorrect password." in operator.sees
        await operator.press("Enter")
        await operator.type("oldone12")
        await operator.press("Enter", "Enter", "Enter", "Enter")
        assert "Supervisor Password Is:       Clear" in operator.sees
        assert not _kept(operator).supervisor
        await operator.guest.power_off()

    asyncio.run(look())


def test_three_wrong_passwords_and_the_system_is_disabled() -> None:
    async def look() -> None:
        operator = Operator(System())
        operator.guest.nvram.content = secured("right")
        await operator.guest.power_on(enter_setup=True)
        await operator.wait("Enter Password")
        for _ in range(3):
            assert "System Disabled" not in operator.sees
            await operator.type("wrong")
            await operator.press("Enter")
        assert "System Disabled" in operator.sees
        await operator.type("right")
        await operator.press("Enter")
        assert "System Disabled" in operator.sees
        await operator.guest.keys([(0x4C, frozenset({"leftControl", "leftAlt"}))])
        await operator.wait("login: ")
        await operator.guest.power_off()

    asyncio.run(look())


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (("F10", "Right", "Enter", "F10", "Enter"), HARD_DRIVE),
        (("F10", "Esc", "Esc", "Down", "Enter", "Enter"), HARD_DRIVE),
        (("Esc", "Down", "Enter", "Right", "Enter"), REMOVABLE),
        (("Esc", "Down", "Down", "Enter", "Enter", "Up", "Up", "Enter", "Enter"), REMOVABLE),
        (("F9", "Enter", "F10", "Enter"), REMOVABLE),
        (("Esc", "Up", "Enter", "Enter", "Up", "Up", "Up", "Enter"), HARD_DRIVE),
        (("Esc", "Up", "Up", "Enter", "Enter", "Up", "Up", "Enter"), REMOVABLE),
    ],
)
def test_ways_out(keys: tuple[str, ...], first: str) -> None:
    async def leave() -> list[str]:
        operator = Operator(System())
        await operator.enter_setup()
        await operator.go_to("Boot")
        await operator.press("Down", "+", *keys)
        await operator.wait("login: ")
        kept = _kept(operator)
        await operator.guest.power_off()
        return kept.boot_order

    assert asyncio.run(leave())[0] == first


def test_the_pages_are_five_and_in_a_circle() -> None:
    async def look() -> list[str]:
        operator = Operator()
        await operator.enter_setup()
        seen = [operator.sees]
        for _ in range(5):
            await operator.press("Right")
            seen.append(operator.sees)
        await operator.press("Left")
        seen.append(operator.sees)
        await operator.guest.power_off()
        return seen

    pages = asyncio.run(look())
    assert len(set(pages[:5])) == 5
    assert pages[6] == pages[4]
    for page, mark in zip(pages, ("System Date", "Installed O/S"), strict=False):
        assert mark in page
        assert "PhoenixBIOS Setup Utility" in page


def _rows(operator: Operator) -> list[str]:
    """The lines of the page that is open."""
    return [line[1:54].strip() for line in operator.sees.splitlines()[4:]]


def _packed(operator: Operator) -> str:
    """The screen with single blanks."""
    return " ".join(operator.sees.split())
