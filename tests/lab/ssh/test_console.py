"""Log-in, shell and installation at a scripted terminal."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from lab.ssh.doubles import PASSWORD, Key, NodeState, Script
from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.console import Console

NODE = ("", "lab.example", "198.51.100.10", "", "198.51.100.1", "198.51.100.2", "ntp.example", "")
WEB_PASSWORD = "web-admin-password"
QUIET = ("", "")
INSTALLED = {
    "hostname": "pexman",
    "domain": "lab.example",
    "ip": "198.51.100.10",
    "mask": "255.255.255.0",
    "gw": "198.51.100.1",
    "dns": "198.51.100.2",
    "ntp": "ntp.example",
    "user": "admin",
    "pass": WEB_PASSWORD,
    "error_reports": False,
    "enable_analytics": False,
}


@dataclass
class RestartingSlowly(NodeState):
    """Its restart cancels the session first, as a closed connection does."""

    session: asyncio.Future[None] | None = None
    restarted: asyncio.Event = field(default_factory=asyncio.Event)

    async def restart(self) -> None:
        assert self.session is not None
        self.session.cancel()
        await asyncio.sleep(0.01)
        await super().restart()
        self.restarted.set()


def session(state: NodeState, *typed: str | Key) -> Script:
    script = Script(typed)
    asyncio.run(Console(state).session(script))
    return script


def login(state: NodeState, *typed: str | Key) -> Script:
    script = Script(typed)
    asyncio.run(Console(state).login(script))
    return script


def factory_fresh() -> NodeState:
    return NodeState(os_password=None, installed=False)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ls -l", "-bash: ls: command not found\n"),
        ("sudo ls", "sudo: ls: command not found\n"),
        ("reboot", "-bash: reboot: command not found\n"),
        ("", ""),
    ],
)
def test_a_shell_of_few_commands(line: str, answer: str) -> None:
    script = session(NodeState(), line, "exit")
    assert script.screen == f"Pexip Infinity\n$ {line}\n{answer}$ exit\n"


def test_ctrl_c_gives_a_new_prompt() -> None:
    assert session(NodeState(), Key.CTRL_C, "exit").screen.endswith("$ ^C\n$ exit\n")


def test_reboot() -> None:
    state = NodeState()
    script = session(state, "sudo reboot", "wrong", PASSWORD)
    assert state.restarts == 1
    assert script.screen.endswith("The system will reboot now.\n")


@pytest.mark.parametrize("typed", [("wrong",) * 3, (Key.CTRL_C,)])
def test_no_reboot_without_the_password(typed: tuple[str | Key, ...]) -> None:
    state = NodeState()
    session(state, "sudo reboot", *typed, "exit")
    assert state.restarts == 0


def test_another_node_can_be_rebooted() -> None:
    state = NodeState(is_management=False)
    session(state, "sudo reboot", PASSWORD)
    assert state.restarts == 1


@pytest.mark.parametrize(("line", "status"), [("ls", 127), ("sudo ls", 1), ("exit", 0)])
def test_a_command_without_a_shell(line: str, status: int) -> None:
    assert asyncio.run(Console(NodeState()).command(Script([]), line)) == status


def test_a_restart_survives_the_session_that_asked_for_it() -> None:
    state = RestartingSlowly()

    async def main() -> None:
        console = Console(state)
        state.session = asyncio.ensure_future(console.session(Script(["sudo reboot", PASSWORD])))
        with pytest.raises(asyncio.CancelledError):
            await state.session
        assert state.restarts == 0
        await asyncio.wait_for(state.restarted.wait(), timeout=30)

    asyncio.run(main())
    assert state.restarts == 1


def test_first_login_sets_the_password_and_installs() -> None:
    state = factory_fresh()
    script = login(
        state, "admin", PASSWORD, PASSWORD, PASSWORD, *NODE, WEB_PASSWORD, WEB_PASSWORD, *QUIET
    )
    assert state.os_password == PASSWORD
    assert state.values == INSTALLED
    assert state.restarts == 1
    assert script.hidden == [PASSWORD] * 3 + [WEB_PASSWORD] * 2
    assert PASSWORD not in script.screen
    assert script.left_over == []


def test_first_password_too_short_then_mistyped() -> None:
    state = factory_fresh()
    script = session(state, "7-chars", PASSWORD, "mistyped-once", PASSWORD, PASSWORD)
    assert state.os_password == PASSWORD
    assert "shorter than 8 characters" in script.screen
    assert "passwords do not match" in script.screen
    assert "Running Pexip installation wizard" not in script.screen


def test_installation_needs_the_password_again() -> None:
    state = NodeState(installed=False)
    script = session(state, "wrong", "wrong", "wrong")
    assert "incorrect password attempts" in script.screen
    assert (state.installed, state.restarts) == (False, 0)


def test_installation_asks_again_for_what_cannot_be() -> None:
    state = NodeState(installed=False)
    script = session(
        state,
        PASSWORD,
        *("man.example", "pexman", "", "lab.example", "198.51.100.300", "198.51.100.10"),
        *("255.0.255.0", "255.255.254.0", "198.51.102.1", "198.51.100.10", "198.51.101.1"),
        *("dns.example", "198.51.100.2 198.51.100.3", "", "ntp.example", "web admin", "web"),
        *("short", WEB_PASSWORD, "mistyped-once", WEB_PASSWORD, WEB_PASSWORD),
        *("perhaps", "YES", "", "operator", "operator@lab.example", "n"),
    )
    assert state.values == INSTALLED | {
        "mask": "255.255.254.0",
        "gw": "198.51.101.1",
        "dns": "198.51.100.2 198.51.100.3",
        "user": "web",
        "error_reports": True,
        "contact_email_address": "operator@lab.example",
    }
    assert "Please enter another node of 198.51.100.0/23." in script.screen
    assert script.left_over == []


@pytest.mark.parametrize("answered", [0, 3, len(NODE)])
def test_ctrl_c_leaves_the_installation_undone(answered: int) -> None:
    state = NodeState(installed=False)
    script = session(state, PASSWORD, *NODE[:answered], Key.CTRL_C, "never typed")
    assert (state.installed, state.values, state.restarts) == (False, {}, 0)
    assert "Installation aborted." in script.screen
    assert script.left_over == ["never typed"]


def test_installation_in_other_words() -> None:
    state = NodeState(installed=False, variants={"wizard_wording": "reworded"})
    script = session(state, PASSWORD, *NODE, WEB_PASSWORD, WEB_PASSWORD, *QUIET)
    assert state.values == INSTALLED
    assert "Enable incident reporting? (NO): " in script.screen
    assert "Ip address: " in script.screen


def test_login_at_the_screen() -> None:
    script = login(NodeState(), "root", PASSWORD, "admin", "wrong", "admin", PASSWORD, "exit")
    assert script.screen.count("Login incorrect") == 2
    assert script.screen.endswith("$ exit\n")


def test_no_login_with_the_account_disabled() -> None:
    state = NodeState(answers=Answers(disable_admin_account=True))
    script = login(state, "admin", PASSWORD, "admin", PASSWORD)
    assert script.screen.count("Login incorrect") == 2
    assert "$ " not in script.screen
