"""Runs the security wizard of a Management Node: python wizard.py ADDRESS PASSWORD LINE ..."""

from __future__ import annotations

import re
import socket
import sys

import paramiko

LIMIT_S = 30
PROMPT = re.compile(r"(?:[^\r\n]*: |\$ )\Z")


def main(address: str, password: str, *lines: str) -> None:
    """Answer each prompt with the next line, until the session ends."""
    with socket.create_connection((address, 22), timeout=LIMIT_S) as connection:
        transport = paramiko.Transport(connection)
        transport.start_client(timeout=LIMIT_S)
        transport.auth_password("admin", password)
        channel = transport.open_session(timeout=LIMIT_S)
        channel.settimeout(LIMIT_S)
        channel.get_pty()
        channel.invoke_shell()
        screen = ""
        for line in ("securitywizard", password, *lines):
            while not PROMPT.search(screen):
                screen += channel.recv(4096).decode()
            channel.sendall(f"{line}\r".encode())
            screen = ""
        while received := channel.recv(4096):
            screen += received.decode()
        transport.close()
    print(screen)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
