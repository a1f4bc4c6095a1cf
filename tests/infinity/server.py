"""A small Management API for tests: answers what the test scripts, and notes what it was asked."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Reply:
    """What the server sends; `cut` bytes of the body are withheld."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    hang: bool = False
    drip: bool = False


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(value).encode(), dict(headers))


def page(*rows: object, following: str | None = None) -> Reply:
    meta = {"limit": 20, "next": following, "offset": 0, "previous": None, "total_count": 1}
    return as_json({"meta": meta, "objects": list(rows)})


@dataclass
class Server:
    url: str
    requests: list[Asked]
    simultaneous: int = 0
    most_simultaneous: int = 0


class Listener(ThreadingHTTPServer):
    """The server proper; everything that tests look at is in `noted`."""

    daemon_threads = True

    def __init__(self, answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.answer = answer
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.noted = Server(f"{'https' if tls else 'http'}://127.0.0.1:{self.server_port}", [])

    def handle_error(self, *_: object) -> None:
        """A client that went away is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
        noted = self.server.noted
        with self.server.lock:
            noted.requests.append(asked)
            noted.simultaneous += 1
            noted.most_simultaneous = max(noted.most_simultaneous, noted.simultaneous)
        reply = self.server.answer(asked)
        with self.server.lock:
            noted.simultaneous -= 1
        self.send(reply)

    do_GET = do_POST = do_PATCH = do_DELETE = serve  # noqa: N815 - http.server's names

    def send(self, reply: Reply) -> None:
        if reply.hang:
            self.server.over.wait(5)
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        for byte in reply.body if reply.drip else b"":
            self.wfile.write(bytes([byte]))
            self.server.over.wait(0.05)
        self.wfile.write(reply.body[: len(reply.body) - reply.cut])
        self.close_connection = bool(reply.cut or reply.drip)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@contextmanager
def serving(
    answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    listener = Listener(answer, tls)
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield listener.noted
    finally:
        listener.over.set()
        listener.shutdown()
        listener.server_close()
        thread.join(5)
