"""Stands in a node's place on loopback: an API that goes wrong, a port that talks nonsense."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Self

from infinity.server import Asked, Handler, Reply, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.control.running import RunningLab

HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "content-encoding"}
TIMEOUT_S = 10


class Api(ThreadingHTTPServer):
    """The Management Node's web port, but for the requests that `script` answers itself."""

    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], lab: RunningLab, script: Callable[[Asked], Reply | None]
    ) -> None:
        super().__init__(address, Handler)
        self.socket = _context(lab).wrap_socket(self.socket, server_side=True)
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.noted = Server("", [])
        self._lab = lab
        self._script = script

    def answer(self, asked: Asked) -> Reply:
        scripted = self._script(asked)
        return self._passed_on(asked) if scripted is None else scripted

    def _passed_on(self, asked: Asked) -> Reply:
        management = self._lab.management["ipv4"], self._lab.port(443)
        context = ssl._create_unverified_context()
        context.load_cert_chain(*_last_resort(self._lab))
        connection = http.client.HTTPSConnection(*management, timeout=TIMEOUT_S, context=context)
        with contextlib.closing(connection):
            connection.request(asked.method, asked.path, asked.body, asked.headers)
            answer = connection.getresponse()
            headers = {
                name: value for name, value in answer.headers.items() if name.lower() not in HOP
            }
            return Reply(answer.status, answer.read(), headers)

    def handle_error(self, *_: object) -> None:
        """Probes that only knock are no news."""


def _last_resort(lab: RunningLab) -> tuple[Path, Path]:
    """What the set-up made for the local administrator, who may do everything."""
    directory = Path(lab.document["trust"]["ca_file"]).parent
    username = lab.document["credentials"]["web"]["username"]
    return directory / f"{username}.pem", directory / f"{username}.key"


def _context(lab: RunningLab) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files = lab.document["certificates"][lab.management["name"]]
    context.load_cert_chain(files["certificate"], files["key"])
    return context


@contextlib.contextmanager
def api(lab: RunningLab, script: Callable[[Asked], Reply | None]) -> Iterator[str]:
    """An address at which the Management API goes wrong as scripted."""
    address = "127.0.77.1"
    server = Api((address, lab.port(443)), lab, script)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join(TIMEOUT_S)


class Broken:
    """Ports of a node that talk nonsense, or pass everything on until the node is gone.

    Attributes:
        has_vanished: whether it was there, and is gone.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._listening: list[socket.socket] = []
        self._open: list[socket.socket] = []
        self._left = 0
        self.has_vanished = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.vanish()

    def serves_no_certificate(self, port: int) -> None:
        """Answers a ClientHello with a certificate that is none."""
        self._listen(port, _serve_no_certificate)

    def passes_on(self, port: int, to: tuple[str, int], *, connections: int) -> None:
        """Is the node behind it for so many connections; then all its ports are closed."""
        self._left = connections
        self._listen(port, lambda here: self._relay(here, to))

    def _listen(self, port: int, serve: Callable[[socket.socket], None]) -> None:
        listening = socket.create_server((self._address, port), backlog=128)
        self._listening.append(listening)
        threading.Thread(target=self._accept, args=(listening, serve), daemon=True).start()

    def _accept(self, listening: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                connection.settimeout(TIMEOUT_S)
                threading.Thread(target=_quietly, args=(serve, connection), daemon=True).start()

    def _relay(self, here: socket.socket, to: tuple[str, int]) -> None:
        with self._lock:
            self._left -= 1
            is_last = self._left == 0
            self._open.append(here)
        if is_last:
            self.has_vanished = True
            self.vanish()
            return
        with socket.create_connection(to, TIMEOUT_S) as there:
            back = threading.Thread(target=_quietly, args=(_pump(there), here), daemon=True)
            back.start()
            _pump(here)(there)
            back.join(TIMEOUT_S)

    def vanish(self) -> None:
        """Close everything, in the middle of whatever is being said."""
        for one in (*self._listening, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _quietly(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with contextlib.suppress(OSError), connection:
        serve(connection)


def _pump(source: socket.socket) -> Callable[[socket.socket], None]:
    def pump(sink: socket.socket) -> None:
        while said := source.recv(1 << 14):
            sink.sendall(said)
        sink.shutdown(socket.SHUT_WR)

    return pump


AES128_SHA = bytes.fromhex("002f")
ALERT = bytes.fromhex("15 0303 0002 0228")
HELLO = bytes.fromhex("16 0303 002c 02 000028 0303") + bytes(32) + bytes.fromhex("00 002f 00 0000")
NO_CERTIFICATE = bytes.fromhex("16 0303 0010 0b 00000c 000009 000006") + b"potato"
DONE = bytes.fromhex("16 0303 0004 0e 000000")


def _serve_no_certificate(connection: socket.socket) -> None:
    hello = connection.recv(1 << 14)
    is_tls_1_2 = bytes.fromhex("002b") not in hello and hello[9:11] == b"\3\3"
    takes = is_tls_1_2 and AES128_SHA in hello
    connection.sendall(HELLO + NO_CERTIFICATE + DONE if takes else ALERT)
