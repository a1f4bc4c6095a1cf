"""Debian's snmpd on a high port, and an agent that lies."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from typing import TYPE_CHECKING

from peers.access import LOOPBACK, program, wait_until
from securemode.environment.models import SnmpCredentials
from securemode.environment.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USER, AUTHENTICATION, PRIVACY, COMMUNITY = "pex", "authpass-1234", "privpass-1234", "kept-secret"
STATION = SnmpCredentials(
    username=USER,
    authentication_password=Secret(AUTHENTICATION),
    privacy_password=Secret(PRIVACY),
    community=Secret(COMMUNITY),
)
SECURE = f"createUser {USER} SHA {AUTHENTICATION} AES {PRIVACY}\nrouser {USER} authpriv\n"


@contextlib.contextmanager
def snmpd(port: int, configuration: str, directory: Path) -> Iterator[None]:
    path = program("snmpd")
    file = directory / "snmpd.conf"
    file.write_text(configuration)
    arguments = ["-f", "-Ln", "-C", "-c", str(file), "-I", "-smux", f"udp:{LOOPBACK}:{port}"]
    environment = os.environ | {"SNMP_PERSISTENT_DIR": str(directory / "persistent")}
    daemon = subprocess.Popen([path, *arguments], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _is_bound(port))
        yield
    finally:
        daemon.kill()
        daemon.wait(30)


def _is_bound(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


@contextlib.contextmanager
def agent(port: int, answer: Callable[[bytes], bytes | None]) -> Iterator[list[bytes]]:
    """A UDP port that answers every datagram with what `answer` makes of it; yields what came."""
    came: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, port))
        sock.settimeout(0.05)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    datagram, peer = sock.recvfrom(65536)
                    came.append(datagram)
                    if said := answer(datagram):
                        sock.sendto(said, peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield came
        finally:
            stop.set()
            thread.join(2)
