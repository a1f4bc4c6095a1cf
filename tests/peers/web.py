"""An Administrator interface in the manner of Django: login form, CSRF, sessions, limits."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from peers.access import ADMINISTRATOR, LOOPBACK
from peers.tls import server_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

START = "/admin/start/"
FORM = (
    '<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    '<input type="hidden" name="next" value=""><input name="username">'
    '<input type="password" name="password"></form>'
)
SECURE_HEADERS = {
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


@dataclass
class Behaviour:
    """How this interface behaves, and what happened to it."""

    accounts: dict[str, str] = field(default_factory=lambda: dict((ADMINISTRATOR,)))
    total: int = 1000
    per_user: int = 1000
    evicts: bool = False
    any_password: bool = False
    is_open: bool = False
    has_form: bool = True
    opens_early: bool = False
    logs_out: str = "POST"
    fails_after: int = 10**9
    delay_s: float = 0.0
    headers: dict[str, str] = field(default_factory=lambda: dict(SECURE_HEADERS))
    bare_paths: tuple[str, ...] = ()
    sessions: dict[str, str] = field(default_factory=dict)
    logins: Counter[str] = field(default_factory=Counter)
    most_alive: int = 0
    busy: int = 0
    most_busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open_session(self, username: str) -> str:
        """The cookie of a new session, or nothing where the limit refuses it."""
        while self._is_full(username):
            if not self.evicts:
                return ""
            mine = [key for key, owner in self.sessions.items() if owner == username]
            full_of_mine = len(mine) >= self.per_user
            del self.sessions[mine[0] if full_of_mine else next(iter(self.sessions))]
        cookie = secrets.token_hex(8)
        self.sessions[cookie] = username
        self.most_alive = max(self.most_alive, len(self.sessions))
        return cookie

    def _is_full(self, username: str) -> bool:
        mine = sum(owner == username for owner in self.sessions.values())
        return mine >= self.per_user or len(self.sessions) >= self.total


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    behaviour: Behaviour

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self._in_turn(self._get)

    def do_POST(self) -> None:
        self._in_turn(self._post)

    def _in_turn(self, work: Callable[[], None]) -> None:
        behaviour = self.behaviour
        with behaviour.lock:
            behaviour.busy += 1
            behaviour.most_busy = max(behaviour.most_busy, behaviour.busy)
        time.sleep(behaviour.delay_s)
        with behaviour.lock:
            behaviour.busy -= 1
            work()

    @property
    def cookies(self) -> dict[str, str]:
        return {key: one.value for key, one in SimpleCookie(self.headers.get("Cookie")).items()}

    @property
    def _may_see(self) -> bool:
        return self.behaviour.is_open or self.cookies.get("sessionid") in self.behaviour.sessions

    def _get(self) -> None:
        behaviour = self.behaviour
        if self.path == "/admin/login/":
            token = secrets.token_hex(16)
            page = FORM.format(token) if behaviour.has_form else "no certificate"
            self._say(200 if behaviour.has_form else 400, page, f"csrftoken={token}; Path=/")
        elif self.path == "/admin/logout/" and behaviour.logs_out == "GET":
            behaviour.sessions.pop(self.cookies.get("sessionid", ""), None)
            self._say(302, location="/admin/login/")
        elif self.path == START and self._may_see:
            self._say(200, "<p>conferences</p>")
        elif self.path in {START, "/"}:
            self._say(302, location="/admin/login/?next=x")
        elif self.path.startswith("/admin/login/?"):
            self._say(200, FORM.format("x"))
        else:
            self._say(404, "no such page")

    def _post(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = {key: one[0] for key, one in parse_qs(self.rfile.read(length).decode()).items()}
        token = form.get("csrfmiddlewaretoken", "")
        if not token or token != self.cookies.get("csrftoken") or not self.headers.get("Referer"):
            self._say(403, "CSRF verification failed")
        elif self.path == "/admin/logout/" and self.behaviour.logs_out == "POST":
            self.behaviour.sessions.pop(self.cookies.get("sessionid", ""), None)
            self._say(302, cookie="sessionid=gone; Max-Age=0; Path=/", location="/admin/login/")
        elif self.path == "/admin/login/":
            self._log_in(form)
        else:
            self._say(404, "no such page")

    def _log_in(self, form: dict[str, str]) -> None:
        behaviour, username = self.behaviour, form.get("username", "")
        behaviour.logins[username] += 1
        if behaviour.logins.total() > behaviour.fails_after:
            self.close_connection = True
            return
        known = behaviour.accounts.get(username) == form.get("password")
        cookie = behaviour.open_session(username) if known or behaviour.any_password else ""
        if cookie:
            self._say(302, cookie=f"sessionid={cookie}; Path=/", location=START)
        else:
            self._say(200, "<b>not this time</b>" + FORM.format("x"))

    def _say(self, status: int, page: str = "", cookie: str = "", location: str = "") -> None:
        self.send_response(status)
        headers = {} if self.path in self.behaviour.bare_paths else dict(self.behaviour.headers)
        more = {"Set-Cookie": cookie, "Location": location, "Content-Length": str(len(page))}
        for name, value in (headers | more).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page.encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients hang up in the middle of a handshake on purpose."""


@contextlib.contextmanager
def interface(
    port: int,
    directory: Path,
    behaviour: Behaviour,
    adjust: Callable[[ssl.SSLContext, Path], None] = lambda *_: None,
) -> Iterator[Path]:
    """Serve it over TLS; yields the file of the CA that signed its certificate."""
    context, ca_file = server_context(directory)
    adjust(context, ca_file)
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    with _Server((LOOPBACK, port), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield ca_file
        finally:
            server.shutdown()
            thread.join(3)
