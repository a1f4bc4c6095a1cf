"""OpenSSH's server on a high port, and one of paramiko that lets people in."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL

from peers.access import LOOPBACK, listener, program, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def sshd(port: int, directory: Path, *options: str) -> Iterator[None]:
    """OpenSSH as whoever runs the test: it can check no password, so it rejects all of them."""
    path, key = program("sshd"), directory / "host_key"
    subprocess.run(
        [program("ssh-keygen"), "-q", "-t", "ecdsa", "-N", "", "-f", key], check=True, timeout=10
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    settings = (f"Port={port}", f"ListenAddress={LOOPBACK}", f"HostKey={key}", "PidFile=none")
    arguments = [part for setting in (*settings, *options) for part in ("-o", setting)]
    daemon = subprocess.Popen(
        [path, "-D", "-f", "/dev/null", *arguments], stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _accepts(port))
        yield
    finally:
        daemon.kill()
        daemon.wait(30)


def _accepts(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((LOOPBACK, port)) == 0


class Doorman(paramiko.ServerInterface):
    """Lets in whoever has this password; None lets everybody in; counts the attempts."""

    def __init__(self, password: str | None) -> None:
        self.password = password
        self.attempts: list[str] = []

    def check_auth_none(self, username: str) -> int:  # noqa: ARG002 - as paramiko calls it
        return AUTH_FAILED if self.password else AUTH_SUCCESSFUL

    def check_auth_password(self, username: str, password: str) -> int:
        self.attempts.append(username)
        right = password == self.password
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002 - as paramiko calls it
        return "password"


@contextlib.contextmanager
def open_door(port: int, doorman: Doorman) -> Iterator[None]:
    """An SSH server whose doorman decides."""
    key, transports = paramiko.ECDSAKey.generate(), []
    with listener(port) as sock:
        sock.settimeout(0.05)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError, EOFError, paramiko.SSHException):
                    connection, _ = sock.accept()
                    connection.settimeout(5)
                    transport = paramiko.Transport(connection)
                    transports.append(transport)
                    transport.add_server_key(key)
                    transport.start_server(event=threading.Event(), server=doorman)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(2)
            for transport in transports:
                transport.close()
