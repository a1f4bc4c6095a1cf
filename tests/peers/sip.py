"""SIP servers on loopback: sipp, and one whose every answer the test decides."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from peers.access import LOOPBACK, listener, program, wait_until

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    Answering = Callable[[bytes], bytes]


def answer(request: bytes, *, status: str = "200 OK", more: str = "") -> bytes:
    """A response that repeats what RFC 3261 section 8.2.6.2 wants repeated."""
    repeated = [
        line
        for line in request.decode().split("\r\n")
        if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
    ]
    return "\r\n".join([f"SIP/2.0 {status}", *repeated, *more.splitlines(), "", ""]).encode()


@contextlib.contextmanager
def over_udp(port: int, answering: Answering, *, deaf_to: int = 0) -> Iterator[list[bytes]]:
    """Answer every datagram after the first `deaf_to`; yields what came."""
    came: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, port))
        sock.settimeout(0.05)

        def turn() -> None:
            request, peer = sock.recvfrom(65536)
            came.append(request)
            if len(came) > deaf_to:
                sock.sendto(answering(request), peer)

        with _served(turn):
            yield came


@contextlib.contextmanager
def over_tcp(
    port: int, answering: Answering, context: ssl.SSLContext | None = None
) -> Iterator[None]:
    """Answer the first request of every connection in two pieces, then hang up."""
    with listener(port) as sock:
        sock.settimeout(0.05)

        def turn() -> None:
            stream, _ = sock.accept()
            stream.settimeout(2)
            with context.wrap_socket(stream, server_side=True) if context else stream as secured:
                said = answering(secured.recv(65536))
                secured.sendall(said[:10])
                secured.sendall(said[10:])

        with _served(turn):
            yield


@contextlib.contextmanager
def _served(turn: Callable[[], None]) -> Iterator[None]:
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                turn()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(3)


@contextlib.contextmanager
def sipp(port: int, transport: str, directory: Path) -> Iterator[None]:
    """The SIP tester, answering OPTIONS by a scenario of three lines."""
    path, scenario = program("sipp"), directory / "options.xml"
    scenario.write_text(SCENARIO)
    mode = {"udp": "u1", "tcp": "t1"}[transport]
    arguments = ["-sf", str(scenario), "-t", mode, "-i", LOOPBACK, "-p", str(port), "-nostdin"]
    daemon = subprocess.Popen(
        [path, *arguments, "-m", "1"], cwd=directory, stdout=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _is_bound(port, transport))
        yield
    finally:
        daemon.kill()
        daemon.wait(30)


def _is_bound(port: int, transport: str) -> bool:
    """From the kernel's table: to try the port would take it from the daemon that is coming up."""
    table = Path(f"/proc/net/{transport}").read_text(encoding="ascii").splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") for line in table)


SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="options">
  <recv request="OPTIONS"/>
  <send><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:];tag=[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Server: sipp
    Allow: INVITE, ACK, BYE, CANCEL, OPTIONS
    Content-Length: 0

  ]]></send>
</scenario>
"""
