"""The console of a node's system on the screen of its virtual machine."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lab.vcenter.consoles.machine import Operator, System
from securemode_lab.appliance.answers import Answers
from securemode_lab.vcenter.consoles.guest import ConsoleGuest
from securemode_lab.vcenter.consoles.text_screen import MODES

INSTALLATION = {
    "Hostname": "mgmt",
    "Domain suffix": "lab.example",
    "IP address": "198.51.100.10",
    "Network mask": "255.255.254.0",
    "Gateway": "198.51.100.1",
    "DNS servers": "198.51.100.2",
    "NTP servers": "198.51.100.3 198.51.100.4",
    "Web administration username": "admin",
}


def test_the_first_login_installs_a_management_node() -> None:
    async def install() -> System:
        system = System(os_password=None, installed=False)
        operator = Operator(system)
        await operator.guest.power_on(enter_setup=False)
        await operator.answer("login: ", "admin")
        await operator.answer("New password: ", "Password1")
        await operator.answer("Retype new password: ", "Password1")
        await operator.answer("[sudo] password for admin: ", "Password1")
        for question, value in INSTALLATION.items():
            await operator.wait(f"{question}")
            await operator.answer(":", value)
        await operator.answer("Web administration password: ", "Webword12")
        await operator.answer("Retype web administration password: ", "Webword12")
        assert "Password1" not in operator.sees
        assert "Webword12" not in operator.sees
        await operator.answer("Enable incident reporting (NO): ", "no")
        await operator.answer("Send usage statistics (NO): ", "no")
        await operator.answer("login: ", "admin")
        await operator.answer("Password: ", "Password1")
        await operator.wait("Pexip Infinity")
        await operator.guest.power_off()
        return system

    system = asyncio.run(install())
    assert system.os_password == "Password1"
    assert system.values["hostname"] == "mgmt"
    assert system.values["ntp"] == "198.51.100.3 198.51.100.4"


def test_the_security_wizard_and_the_restart_after_it() -> None:
    async def secure() -> System:
        system = System()
        operator = Operator(system)
        await operator.guest.power_on(enter_setup=False)
        await operator.answer("login: ", "admin")
        await operator.answer("Password: ", "right")
        await operator.answer("$", "securitywizard")
        await operator.answer("[sudo] password for admin: ", "right")
        await operator.answer("Enable FIPS compliance mode (NO): ", "YES")
        for _ in range(40):
            if "The system will now reboot" in operator.sees or "F2" in operator.sees:
                break
            await operator.press("Enter")
        await operator.wait("login: ", last=True)
        assert "FIPS" not in operator.sees
        await operator.guest.power_off()
        return system

    system = asyncio.run(secure())
    assert system.answers == replace(Answers(), fips_mode=True)
    assert system.done == ["boot", "restart", "halt"]


def test_a_disabled_administrator_is_refused() -> None:
    async def look() -> None:
        system = System(is_management=False, answers=Answers(disable_admin_account=True))
        operator = Operator(system)
        await operator.guest.power_on(enter_setup=False)
        await operator.answer("login: ", "admin")
        await operator.answer("Password: ", "right")
        await operator.wait("Login incorrect\nlogin:", last=True)
        await operator.guest.power_off()

    asyncio.run(look())


def test_long_lines_wrap_and_the_screen_scrolls() -> None:
    async def look() -> None:
        operator = Operator(System(mode=MODES["100x37 8x16"]))
        await operator.guest.power_on(enter_setup=False)
        await operator.answer("login: ", "x" * 100)
        assert operator.sees.splitlines()[:2] == ["login: " + "x" * 93, "x" * 7]
        for _ in range(40):
            await operator.press("Enter")
        assert "x" not in operator.sees
        assert len(operator.guest.screen.lines) == 37
        await operator.guest.power_off()

    asyncio.run(look())


def test_the_line_discipline() -> None:
    async def look() -> None:
        operator = Operator(System())
        await operator.guest.power_on(enter_setup=False)
        await operator.answer("login: ", "admin")
        await operator.answer("Password: ", "right")
        await operator.wait("$", last=True)
        await operator.type("nonsensf")
        await operator.press("Backspace", "e", "Enter")
        await operator.wait("-bash: nonsense: command not found\n$", last=True)
        await operator.type("nothing")
        await operator.guest.keys([(0x18, frozenset({"leftControl"}))])
        await operator.wait("command not found\n$", last=True)
        await operator.type("half")
        await operator.guest.keys([(0x07, frozenset({"leftControl"}))])
        await operator.wait("$ half", last=True)
        await operator.guest.keys([(0x06, frozenset({"leftControl"}))])
        await operator.wait("half^C\n$", last=True)
        await operator.press("Up")
        await operator.wait("^[[A", last=True)
        await operator.guest.keys([(0x06, frozenset({"leftControl"}))])
        await operator.guest.keys([(0x07, frozenset({"leftControl"}))])
        await operator.wait("login:", last=True)
        assert "half" not in operator.sees
        await operator.guest.power_off()

    asyncio.run(look())


def test_the_cursor_blinks() -> None:
    async def look() -> list[bytes]:
        now = [0.0]
        system = System()
        await system.boot()
        guest = ConsoleGuest(system, clock=lambda: now[0])
        operator = Operator(system)
        operator.guest = guest
        await operator.wait("login:")
        pictures = []
        for now[0] in (0.0, 0.3, 0.5):
            pictures.append(guest.screenshot())
        await guest.power_off()
        return pictures

    seen, unseen, again = asyncio.run(look())
    assert seen == again != unseen
