from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from peers.access import LOOPBACK, access_to, listener, node_with_free, silent_port
from peers.ssh import Doorman, open_door, sshd
from securemode.observations.ssh import LoginResult, PortAnswer, SshAccessSeen, SshPort
from securemode.probes.ssh import SshAccess
from securemode.probes.wire import ssh_banner

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.targets import Node

ADMIN = ("admin", "the password of the operating system")


@pytest.fixture
def node() -> Iterator[Node]:
    """A node whose web port answers."""
    free = node_with_free(22, 443)
    with listener(free.port(443)):
        yield free


def look(node: Node, os_admin: tuple[str, str] | None = ADMIN) -> SshAccessSeen:
    return SshAccess(node).look(access_to(node, os_admin=os_admin))


def port_seen(answer: PortAnswer, banner: str = "", *, alive: bool = True) -> tuple[SshPort]:
    return (
        SshPort(
            address=LOOPBACK, answer=answer, banner=banner, alive_before=alive, alive_after=alive
        ),
    )


def test_closed_port_refuses(node: Node) -> None:
    seen = look(node)
    assert seen.ports == port_seen(PortAnswer.REFUSED)
    assert seen.login is None


def test_dropped_port_is_silent(node: Node) -> None:
    with silent_port(node.port(22)):
        began = time.monotonic()
        seen = look(node)
    assert seen.ports == port_seen(PortAnswer.SILENT)
    assert time.monotonic() - began < 15


def test_node_that_is_not_there_has_no_control() -> None:
    node = node_with_free(22, 443)
    assert look(node).ports == port_seen(PortAnswer.REFUSED, alive=False)


def test_openssh_rejects_the_password(node: Node, tmp_path: Path) -> None:
    with sshd(node.port(22), tmp_path):
        seen = look(node, ("nobody-by-this-name", "wrong"))
    (port,) = seen.ports
    assert port.answer is PortAnswer.OPEN
    assert port.banner.startswith("SSH-2.0-OpenSSH")
    assert seen.login is not None
    assert seen.login.result is LoginResult.REJECTED
    assert "password" in seen.login.methods
    adapter = TypeAdapter(SshAccessSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_openssh_with_keys_only(node: Node, tmp_path: Path) -> None:
    only_keys = ("PasswordAuthentication=no", "KbdInteractiveAuthentication=no")
    with sshd(node.port(22), tmp_path, *only_keys):
        seen = look(node)
    assert seen.login is not None
    assert seen.login.result is LoginResult.NO_PASSWORD_LOGIN
    assert seen.login.methods == ("publickey",)


def test_openssh_without_credentials_to_try(node: Node, tmp_path: Path) -> None:
    with sshd(node.port(22), tmp_path):
        seen = look(node, None)
    assert seen.login is not None
    assert seen.login.result is LoginResult.NO_CREDENTIALS
    assert "password" in seen.login.methods


@pytest.mark.parametrize(
    ("password", "result", "attempts"),
    [
        (ADMIN[1], LoginResult.ACCEPTED, ["admin"]),
        ("another", LoginResult.REJECTED, ["admin"]),
        (None, LoginResult.ACCEPTED, []),
    ],
)
def test_the_password_is_tried_once(
    node: Node, password: str | None, result: LoginResult, attempts: list[str]
) -> None:
    doorman = Doorman(password)
    with open_door(node.port(22), doorman):
        seen = look(node)
    assert seen.login is not None
    assert seen.login.result is result
    assert doorman.attempts == attempts


def test_open_port_that_is_no_ssh(node: Node) -> None:
    with listener(node.port(22)):
        seen = look(node)
    assert seen.ports == port_seen(PortAnswer.OPEN)
    assert seen.login is not None
    assert seen.login.result is LoginResult.NO_SESSION


def test_server_that_hangs_up_after_its_banner(node: Node) -> None:
    with listener(node.port(22)) as sock, says(sock, b"be welcome\r\nSSH-2.0-x\r\n"):
        seen = look(node)
    assert seen.ports == port_seen(PortAnswer.OPEN, "SSH-2.0-x")
    assert seen.login is not None
    assert seen.login.result is LoginResult.NO_SESSION
    assert seen.login.detail


def test_every_address_is_looked_at() -> None:
    node = node_with_free(22, 443, ipv6="::1")
    with (
        listener(node.port(443)),
        listener(node.port(443), "::1"),
        listener(node.port(22), "::1") as sock,
        says(sock, b"SSH-2.0-six\r\n"),
    ):
        seen = look(node)
    assert [(port.address, port.answer, port.banner) for port in seen.ports] == [
        (LOOPBACK, PortAnswer.REFUSED, ""),
        ("::1", PortAnswer.OPEN, "SSH-2.0-six"),
    ]
    assert {one.address for one in SshAccess(node).connections()} == {LOOPBACK, "::1"}


@contextlib.contextmanager
def says(sock: socket.socket, words: bytes) -> Iterator[None]:
    """Greet everybody who connects, then hang up."""
    sock.settimeout(0.05)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                connection, _ = sock.accept()
                with connection:
                    connection.sendall(words)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2"),
        (b"welcome\nSSH-1.99-x y\n", "SSH-1.99-x y"),
        (b"SSH-2.0-cut", ""),
        (b"HTTP/1.1 400\r\n", ""),
        (b"SSH-2.0-\x1b[31m\xff\n", "SSH-2.0-?[31m?"),
    ],
)
def test_identification_is_a_whole_line(said: bytes, expected: str) -> None:
    assert ssh_banner.identification(said) == expected


@given(st.binary(max_size=300))
def test_whatever_is_said_is_fit_to_print(said: bytes) -> None:
    text = ssh_banner.identification(b"SSH-" + said + b"\n")
    assert text.startswith("SSH-")
    assert text.isprintable()
    assert text.isascii()
