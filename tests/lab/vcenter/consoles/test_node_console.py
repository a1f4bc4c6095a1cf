"""The console of a node's virtual machine, with the node itself behind it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.vcenter.consoles.machine import Operator
from lab.vcenter.consoles.test_system_console import INSTALLATION
from securemode_lab.appliance.answers import Answers
from securemode_lab.deployment import Deployment
from securemode_lab.network import profile
from securemode_lab.vcenter.consoles.installed_system import NodeSystem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PASSWORD = "Password1"


@asynccontextmanager
async def _deployed(folder: Path, *, installed: bool) -> AsyncIterator[Deployment]:
    deployment = Deployment(
        profile.choose("loopback"), 1, installed=installed, folder=folder, by_address=False
    )
    await deployment.start()
    try:
        yield deployment
    finally:
        await deployment.stop()


def _operator(deployment: Deployment, name: str) -> Operator:
    return Operator(NodeSystem(deployment, deployment.member(name)))


def test_a_management_node_is_installed_and_secured_at_its_console(tmp_path: Path) -> None:
    async def look() -> None:
        async with _deployed(tmp_path, installed=False) as deployment:
            operator = _operator(deployment, "mgmt")
            await operator.answer("login: ", "admin")
            for prompt in ("New password: ", "Retype new password: ", "for admin: "):
                await operator.answer(prompt, PASSWORD)
            for question, value in INSTALLATION.items():
                await operator.wait(question)
                await operator.answer(":", value)
            for prompt in ("Web administration password: ", "Retype web administration password: "):
                await operator.answer(prompt, PASSWORD)
            await operator.answer("Enable incident reporting (NO): ", "")
            await operator.answer("Send usage statistics (NO): ", "")
            await operator.answer("login: ", "admin")
            assert deployment.installed
            assert deployment.member("conf1").node.is_on
            await operator.answer("Password: ", PASSWORD)
            await operator.answer("$", "securitywizard")
            await operator.answer("for admin: ", PASSWORD)
            await operator.answer("Enable FIPS compliance mode (NO): ", "YES")
            await operator.answer("Disable system administrator account (NO): ", "YES")
            while not operator.sees.rstrip().endswith("login:"):
                await operator.press("Enter")
                await asyncio.sleep(0.005)
            assert deployment.answers == replace(
                Answers(), fips_mode=True, disable_admin_account=True
            )
            await operator.answer("login: ", "admin")
            await operator.answer("Password: ", PASSWORD)
            await operator.wait("Login incorrect")

    asyncio.run(look())


def test_a_node_is_switched_off_and_goes_through_its_setup(tmp_path: Path) -> None:
    async def look() -> None:
        async with _deployed(tmp_path, installed=True) as deployment:
            node = deployment.member("conf1").node
            operator = _operator(deployment, "conf1")
            assert operator.guest.is_on
            await operator.guest.power_off()
            assert not node.is_on
            await operator.enter_setup()
            await operator.press("F10", "Enter")
            await operator.wait("login:")
            assert node.is_on
            await deployment.restart("conf1")
            await operator.wait("login:")
            assert operator.guest.is_on

    asyncio.run(look())


@pytest.mark.parametrize(
    ("text", "size"), [("80x25 8x16", (80, 25, 8)), ("100x37 8x16", (100, 37, 8))]
)
def test_the_size_of_the_screen_is_a_variant(
    tmp_path: Path, text: str, size: tuple[int, int, int]
) -> None:
    async def look() -> None:
        async with _deployed(tmp_path, installed=True) as deployment:
            await deployment.vary("console_text", text)
            operator = _operator(deployment, "conf1")
            await operator.wait("login:")
            mode = operator.guest.screen.mode
            assert (mode.columns, mode.lines, mode.cell_width) == size
            await operator.enter_setup()
            mode = operator.guest.screen.mode
            assert (mode.columns, mode.lines, mode.cell_width) == (80, 25, 8)
            await operator.guest.power_off()

    asyncio.run(look())
