"""Paramiko drives both wizards from the first log-in to the answers in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.ssh.doubles import PASSWORD
from lab.ssh.served import LIMIT_S, ServedNode, converse, logged_in, read_to_prompt, serving
from lab.ssh.test_console import INSTALLED, NODE, QUIET, WEB_PASSWORD
from lab.ssh.test_security_wizard import GUIDE, SECURE, SECURED
from securemode_lab.appliance.answers import Answers

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def node() -> Iterator[ServedNode]:
    with serving(ServedNode()) as served:
        yield served


def test_from_the_first_login_to_secure_answers() -> None:
    fresh = ServedNode(os_password=None, installed=False)
    with serving(fresh):
        with logged_in(fresh.port, None) as client:
            screen = converse(
                client,
                *(PASSWORD, PASSWORD, PASSWORD),
                *(*NODE, WEB_PASSWORD, WEB_PASSWORD, *QUIET),
            )
        assert screen.endswith("The system will now reboot.\r\n")
        fresh.wait_for_restart()
        assert (fresh.os_password, fresh.values) == (PASSWORD, INSTALLED)

        with logged_in(fresh.port, PASSWORD) as client:
            screen = converse(client, "securitywizard", PASSWORD, *SECURE)
        assert all(f"{prompt}: " in screen for prompt in GUIDE)
        assert PASSWORD not in screen
        fresh.wait_for_restart()
        assert fresh.answers == SECURED


def test_ctrl_c_returns_to_the_shell(node: ServedNode) -> None:
    with logged_in(node.port, PASSWORD) as client:
        screen = converse(client, "securitywizard", PASSWORD, "YES", "\x03", "exit")
    assert "^C\r\nSecurity wizard aborted: no settings have been changed.\r\n$ exit\r\n" in screen
    assert (node.answers, node.restarts) == (Answers(), 0)


def test_an_invisible_password_leaves_an_end_of_line(node: ServedNode) -> None:
    with logged_in(node.port, PASSWORD) as client:
        screen = converse(client, "sudo reboot", "wrong", "\x03", "exit")
    expected = "[sudo] password for admin: \r\nSorry, try again.\r\n[sudo] password for admin: ^C"
    assert expected in screen


def test_a_lost_line_changes_nothing(node: ServedNode) -> None:
    with logged_in(node.port, PASSWORD) as client:
        channel = client.open_session(timeout=LIMIT_S)
        channel.settimeout(LIMIT_S)
        channel.get_pty()
        channel.invoke_shell()
        for line in ("securitywizard", PASSWORD, "YES"):
            read_to_prompt(channel)
            channel.sendall(f"{line}\r".encode())
        read_to_prompt(channel)
        client.sock.close()
    with logged_in(node.port, PASSWORD) as client:
        assert "(NO)" in converse(client, "securitywizard", PASSWORD, "\x03", "exit")
    assert (node.answers, node.restarts) == (Answers(), 0)


def test_ctrl_d_ends_the_session(node: ServedNode) -> None:
    with logged_in(node.port, PASSWORD) as client:
        channel = client.open_session(timeout=LIMIT_S)
        channel.settimeout(LIMIT_S)
        channel.get_pty()
        channel.invoke_shell()
        read_to_prompt(channel)
        channel.sendall(b"\x04")
        assert channel.recv_exit_status() == 0


def test_lines_typed_ahead(node: ServedNode) -> None:
    with logged_in(node.port, PASSWORD) as client:
        channel = client.open_session(timeout=LIMIT_S)
        channel.settimeout(LIMIT_S)
        channel.get_pty()
        channel.invoke_shell()
        channel.sendall("\r".join(["securitywizard", PASSWORD, *SECURE, ""]).encode())
        node.wait_for_restart()
    assert node.answers == SECURED


@pytest.mark.parametrize(
    ("command", "status", "answer"),
    [
        ("ls", 127, "-bash: ls: command not found\n"),
        ("sudo ls", 1, "sudo: ls: command not found\n"),
    ],
)
def test_a_command_without_a_shell(
    node: ServedNode, command: str, status: int, answer: str
) -> None:
    with logged_in(node.port, PASSWORD) as client:
        channel = client.open_session(timeout=LIMIT_S)
        channel.settimeout(LIMIT_S)
        channel.exec_command(command)
        assert channel.makefile().read().decode() == answer
        assert channel.recv_exit_status() == status


def test_the_wizard_without_a_terminal(node: ServedNode) -> None:
    with logged_in(node.port, PASSWORD) as client:
        channel = client.open_session(timeout=LIMIT_S)
        channel.settimeout(LIMIT_S)
        channel.exec_command("securitywizard")
        channel.sendall("\n".join([PASSWORD, *SECURE, ""]).encode())
        node.wait_for_restart()
    assert node.answers == SECURED
