"""A node with nothing but SSH, on loopback, and paramiko as the one who sits at it."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import asyncssh
import paramiko

from lab.ssh.doubles import NodeState
from securemode_lab.appliance.console import Console
from securemode_lab.appliance.ssh import SshServer, generate_host_keys

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

LIMIT_S = 30
PROMPT = re.compile(r"(?:[^\r\n]*: |\$ )\Z")


@cache
def rsa_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-rsa", key_size=2048)


@dataclass
class ServedNode(NodeState):
    """A node whose restart closes its port and opens it again; run by `serving`."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    port: int = 0
    complaints: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = SshServer(Console(self), generate_host_keys(rsa_key()))
        self.restarted = threading.Event()
        self.loop.set_exception_handler(lambda _loop, complaint: self.complaints.append(complaint))

    async def start(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        await self.server.start(listener)

    async def restart(self) -> None:
        await self.server.stop()
        await asyncio.sleep(0.05)
        await self.start()
        await super().restart()
        self.restarted.set()

    def wait_for_restart(self) -> None:
        assert self.restarted.wait(LIMIT_S)
        self.restarted.clear()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(LIMIT_S)


@contextmanager
def serving(node: ServedNode) -> Iterator[ServedNode]:
    """The node's loop in a thread of its own; afterwards nothing may have gone wrong there."""
    thread = threading.Thread(target=node.loop.run_forever, daemon=True)
    thread.start()
    try:
        node.do(node.start())
        yield node
    finally:
        node.do(node.server.stop())
        node.do(asyncio.sleep(0.05))
        node.loop.call_soon_threadsafe(node.loop.stop)
        thread.join(LIMIT_S)
        node.loop.close()
    assert node.complaints == []


@contextmanager
def transport(port: int) -> Iterator[paramiko.Transport]:
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) as connection:
        client = paramiko.Transport(connection)
        try:
            client.start_client(timeout=LIMIT_S)
            yield client
        finally:
            client.close()


@contextmanager
def logged_in(port: int, password: str | None) -> Iterator[paramiko.Transport]:
    """Admin's connection; without a password where none has been set."""
    with transport(port) as client:
        if password is None:
            client.auth_none("admin")
        else:
            client.auth_password("admin", password)
        yield client


def converse(client: paramiko.Transport, *typed: str) -> str:
    """Everything on the screen of a session in which each prompt is answered by the next line."""
    channel = client.open_session(timeout=LIMIT_S)
    channel.settimeout(LIMIT_S)
    channel.get_pty()
    channel.invoke_shell()
    screen = ""
    for line in typed:
        screen += read_to_prompt(channel)
        channel.sendall(line.encode() if line == "\x03" else f"{line}\r".encode())
    return screen + read_to_end(channel)


def read_to_prompt(channel: paramiko.Channel) -> str:
    text = ""
    while not PROMPT.search(text):
        received = channel.recv(4096).decode()
        assert received, f"the session ended after {text!r}"
        text += received
    return text


def read_to_end(channel: paramiko.Channel) -> str:
    text = ""
    while received := channel.recv(4096):
        text += received.decode()
    return text
