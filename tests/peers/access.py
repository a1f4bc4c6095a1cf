"""What every test of a probe starts from: a node on loopback, and access to it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from securemode.environment.models import (
    Credentials,
    Environment,
    Identity,
    Login,
    NodeSettings,
    SnmpCredentials,
    Trust,
)
from securemode.environment.secret import Secret
from securemode.probes.probe import Access
from securemode.targets import Deployment, Node, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

LOOPBACK = "127.0.0.1"
ADMINISTRATOR = ("admin", "correct horse battery")


def program(name: str) -> str:
    """The path of a peer; without it the test is skipped, or fails where CI promised it."""
    if path := shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
        return path
    if os.environ.get("ACCEPT_CI_PEERS") == "1":
        pytest.fail(f"the peer {name} is not installed")
    pytest.skip(f"the peer {name} is not installed")


def node_with_free(*ports: int, role: Role = Role.MANAGEMENT, ipv6: str | None = None) -> Node:
    """A node on loopback whose ports are moved to where TCP and UDP are free."""
    for _ in range(100):
        offset = random.randrange(8000, 27000)  # below the ports that Linux gives to clients
        if all(_is_free(offset + port) for port in ports):
            return Node(name="node", role=role, ipv4=LOOPBACK, ipv6=ipv6, port_offset=offset)
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with contextlib.ExitStack() as stack:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            sock = stack.enter_context(socket.socket(socket.AF_INET, kind))
            try:
                sock.bind((LOOPBACK, port))
            except OSError:
                return False
    return True


def login(username: str, password: str) -> Login:
    return Login(username=username, password=Secret(password))


def access_to(
    node: Node,
    *,
    web: tuple[str, str] = ADMINISTRATOR,
    more_web: tuple[tuple[str, str], ...] = (),
    os_admin: tuple[str, str] | None = None,
    snmp: SnmpCredentials | None = None,
    ca_file: Path | None = None,
    more: dict[str, Any] | None = None,
    timeout_s: float = 1.0,
) -> Access:
    environment = Environment(
        name="test",
        identity=Identity(customer="A", site="B", contract="C", system="D"),
        management_node=NodeSettings(name=node.name, ipv4=node.ipv4),
        credentials=Credentials(
            web=login(*web),
            more_web=tuple(login(*one) for one in more_web),
            os_admin=login(*os_admin) if os_admin else None,
            snmp=snmp,
        ).model_copy(update=more),
        trust=Trust(ca_file=ca_file),
    )
    return Access(environment, Deployment(management=node), timeout_s, threading.Event())


def wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the peer did not come up"
        time.sleep(0.02)


@contextlib.contextmanager
def listener(port: int, address: str = LOOPBACK, backlog: int = 16) -> Iterator[socket.socket]:
    """A TCP port that accepts connections in its backlog and says nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.listen(backlog)
        yield sock


@contextlib.contextmanager
def silent_port(port: int) -> Iterator[None]:
    """A TCP port that looks dropped: its backlog is full, so the kernel answers no SYN any more."""
    with listener(port, backlog=0), contextlib.ExitStack() as stack:
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex((LOOPBACK, port))
        yield
