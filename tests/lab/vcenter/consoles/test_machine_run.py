from __future__ import annotations

import asyncio
import time

import pytest

from lab.vcenter.consoles.machine import LIMIT_S, Operator, System
from lab.vcenter.consoles.png_reader import decoded
from securemode_lab.vcenter.consoles.nvram import CD_ROM, HARD_DRIVE, NETWORK, Hardware, Nvram

NOT_FOUND = "Operating System not found"


def test_a_machine_that_is_off_is_dark() -> None:
    operator = Operator(System())
    assert not operator.guest.is_on
    assert operator.sees.strip() == ""
    picture = decoded(operator.guest.screenshot())
    assert {dot for row in picture for dot in row} == {b"\0\0\0"}


def test_from_power_on_to_the_login() -> None:
    async def look() -> None:
        operator = Operator(System())
        await operator.guest.power_on(enter_setup=False)
        assert operator.guest.is_on
        await operator.wait("Press F2 to enter SETUP")
        await operator.wait("login: ", last=True)
        await operator.guest.power_off()
        assert not operator.guest.is_on

    asyncio.run(look())


def test_f2_enters_the_setup_and_another_key_does_not() -> None:
    async def look(key: str, text: str) -> None:
        operator = Operator(System())
        await operator.guest.power_on(enter_setup=False)
        await operator.wait("Press F2 to enter SETUP")
        await operator.press(key)
        await operator.wait(text)
        await operator.guest.power_off()

    asyncio.run(look("F2", "PhoenixBIOS Setup Utility"))
    asyncio.run(look("F9", "login: "))


@pytest.mark.parametrize(
    ("nvram", "network_is_tried"),
    [
        (Nvram(), False),
        (Nvram(boot_order=[NETWORK, CD_ROM, HARD_DRIVE]), True),
        (Nvram(boot_order=[NETWORK, HARD_DRIVE], disabled=[NETWORK]), False),
        (Nvram(hard_drives=["Bootable Add-in Cards"]), False),
    ],
)
def test_a_device_with_nothing_on_it_is_passed_over(
    nvram: Nvram, *, network_is_tried: bool
) -> None:
    async def look() -> bool:
        operator = Operator(System())
        operator.guest.nvram.content = nvram.content
        await operator.guest.power_on(enter_setup=False)
        tried, until = False, time.monotonic() + LIMIT_S
        while "login:" not in operator.sees and time.monotonic() < until:
            tried = tried or "PXE-E51" in operator.sees or "DHCP" in operator.sees
            await asyncio.sleep(0.005)
        assert "login:" in operator.sees
        await operator.guest.power_off()
        return tried

    assert asyncio.run(look()) is network_is_tried


@pytest.mark.parametrize(
    ("system", "hardware", "nvram"),
    [
        (None, Hardware(), Nvram()),
        (System(), Hardware(disks=()), Nvram()),
        (System(), Hardware(), Nvram(disabled=[HARD_DRIVE])),
        (System(), Hardware(), Nvram(disabled=["VMware Virtual SCSI Hard Drive (0:0)"])),
    ],
)
def test_a_machine_without_a_system(
    system: System | None, hardware: Hardware, nvram: Nvram
) -> None:
    async def look() -> None:
        operator = Operator(system, hardware)
        operator.guest.nvram.content = nvram.content
        await operator.guest.power_on(enter_setup=False)
        await operator.wait(NOT_FOUND, last=True)
        assert operator.guest.is_on
        await operator.guest.power_off()

    asyncio.run(look())


def test_a_damaged_file_is_as_good_as_none() -> None:
    async def look() -> None:
        operator = Operator(System())
        operator.guest.nvram.content = b"damaged"
        await operator.enter_setup()
        await operator.guest.power_off()

    asyncio.run(look())


def test_a_password_on_boot_is_asked_for() -> None:
    async def look() -> None:
        system = System()
        operator = Operator(system)
        nvram = Nvram(password_on_boot=True)
        nvram.set_supervisor("right")
        operator.guest.nvram.content = nvram.content
        await operator.guest.power_on(enter_setup=False)
        await operator.wait("Enter Password")
        assert system.done == []
        await operator.type("right")
        await operator.press("Enter")
        await operator.wait("login: ")
        await operator.guest.power_off()

    asyncio.run(look())


def test_a_restart_that_nobody_here_asked_for_is_seen() -> None:
    async def look() -> None:
        system = System()
        operator = Operator(system)
        await operator.guest.power_on(enter_setup=False)
        await operator.answer("login: ", "somebody")
        await operator.wait("Password: ", last=True)
        restarting = asyncio.ensure_future(system.restart())
        await operator.wait("Press F2 to enter SETUP")
        await operator.wait("login: ", last=True)
        assert "somebody" not in operator.sees
        await restarting
        await operator.guest.power_off()

    asyncio.run(look())


def test_a_system_that_runs_already_has_its_login_on_the_screen() -> None:
    async def look() -> None:
        system = System()
        await system.boot()
        operator = Operator(system)
        assert operator.guest.is_on
        await operator.wait("login: ", last=True)
        await operator.guest.power_off()
        assert system.done == ["boot", "halt"]

    asyncio.run(look())


def test_a_system_that_somebody_else_starts_leaves_the_setup() -> None:
    async def look() -> None:
        system = System()
        operator = Operator(system)
        await operator.enter_setup()
        await system.boot()
        await operator.wait("login: ", last=True)
        await operator.guest.power_off()

    asyncio.run(look())


def test_looking_does_not_disturb_a_system_that_starts() -> None:
    class SlowSystem(System):
        async def boot(self) -> None:
            await super().boot()
            await asyncio.sleep(0.1)
            self.done.append("booted")

    async def look() -> None:
        system = SlowSystem()
        operator = Operator(system)
        await operator.guest.power_on(enter_setup=False)
        await operator.wait("login: ", last=True)
        assert system.done == ["boot", "booted"]
        await operator.guest.power_off()

    asyncio.run(look())


def test_control_alt_delete_restarts_a_system() -> None:
    async def look() -> None:
        system = System()
        operator = Operator(system)
        await operator.guest.power_on(enter_setup=False)
        await operator.answer("login: ", "somebody")
        for _ in range(2):
            await operator.guest.keys([(0x4C, frozenset({"rightControl", "leftAlt"}))])
        await operator.wait("Press F2 to enter SETUP")
        await operator.wait("login: ", last=True)
        assert system.done == ["boot", "restart"]
        await operator.guest.power_off()

    asyncio.run(look())
