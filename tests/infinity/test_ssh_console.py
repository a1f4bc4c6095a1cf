"""The console over SSH, against a server made of paramiko's other half."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import paramiko
import pytest
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from peers.access import listener, login, node_with_free, silent_port
from securemode.errors import (
    AuthenticationRejected,
    CannotLook,
    Refused,
    TimedOut,
    UnexpectedAnswer,
)
from securemode.infinity.ssh_console import ssh_console

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from securemode.targets import Node

LOGIN = login("admin", "right")


class Door(paramiko.ServerInterface):
    """Lets admin in by password, to a shell that says what it was told."""

    def __init__(self) -> None:
        self.width = 0
        self.shell = threading.Event()

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == ("admin", "right")
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_channel_request(self, *_: object) -> int:
        return OPEN_SUCCEEDED

    def check_channel_pty_request(self, *details: object) -> bool:
        self.width = int(str(details[2]))
        return True

    def check_channel_shell_request(self, _: paramiko.Channel) -> bool:
        self.shell.set()
        return True


@contextmanager
def shell_on(node: Node) -> Iterator[Door]:
    door = Door()

    def serve(sock: socket.socket) -> None:
        connection, _ = sock.accept()
        transport = paramiko.Transport(connection)
        transport.set_log_channel("securemode.ssh_console")
        transport.add_server_key(paramiko.ECDSAKey.generate(bits=256))
        try:
            transport.start_server(server=door)
            channel = transport.accept(5)
            if channel is not None and door.shell.wait(30):
                channel.sendall("grüß dich $ ".encode()[:4])
                channel.sendall("grüß dich $ ".encode()[4:])
                channel.sendall(b"heard " + channel.recv(100))
        except (EOFError, paramiko.SSHException):
            pass
        finally:
            transport.close()

    with listener(node.port(22)) as sock:
        thread = threading.Thread(target=serve, args=(sock,))
        thread.start()
        yield door
        thread.join(10)


def test_a_wide_shell_that_is_read_until_it_closes() -> None:
    node = node_with_free(22)
    heard = ""
    with shell_on(node) as door, ssh_console(node, LOGIN, 5) as console:
        while "$ " not in heard:
            heard += console.read(2) or ""
        assert console.read(0.05) == ""
        console.write("hello\n")
        while (piece := console.read(2)) is not None:
            heard += piece
        console.write("nobody hears this")
    assert heard == "grüß dich $ heard hello\n"
    assert door.width >= 200


def test_a_wrong_password() -> None:
    node = node_with_free(22)
    with (
        shell_on(node),
        pytest.raises(AuthenticationRejected, match="SSH to node as admin: the account is not"),
        ssh_console(node, login("admin", "wrong"), 5),
    ):
        pass


def test_nothing_listens() -> None:
    with (
        pytest.raises(Refused, match="the connection is refused"),
        ssh_console(node_with_free(22), LOGIN, 1),
    ):
        pass


def test_a_port_that_drops() -> None:
    node = node_with_free(22)
    with (
        silent_port(node.port(22)),
        pytest.raises(TimedOut, match="nothing answers"),
        ssh_console(node, LOGIN, 0.3),
    ):
        pass


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_something_else_than_ssh(says: bytes) -> None:
    node = node_with_free(22)

    def serve(sock: socket.socket) -> None:
        connection, _ = sock.accept()
        connection.sendall(says)
        connection.close()

    with listener(node.port(22)) as sock:
        thread = threading.Thread(target=serve, args=(sock,))
        thread.start()
        with pytest.raises(CannotLook) as caught, ssh_console(node, LOGIN, 1):
            pass
        thread.join(5)
    assert caught.type is UnexpectedAnswer
    assert "does not complete an SSH login" in caught.value.message
