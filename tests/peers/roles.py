"""A product on which some users may do what the guide leaves to the auditor."""

from __future__ import annotations

import base64
import json
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

from infinity.server import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from infinity.server import Asked

FORM = (
    '<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="t">'
    '<input name="username"><input type="password" name="password"></form>'
)
MENU = (
    '<a href="/admin/logview/log/support/">Support log</a>'
    '<a href="/admin/capture/">Packet  capture</a><a href="/admin/backups/">Backups</a>'
)


def product(
    *, refusal: int = 403, open_to: frozenset[str] = frozenset({"auditor"}), menu: str = MENU
) -> Callable[[Asked], Reply]:
    """Web and API, with Basic authentication, that refuse everybody but some users."""

    def answer(asked: Asked) -> Reply:
        if not asked.path.startswith("/api/"):
            return _public(asked) or _page(asked, _user_of(asked), refusal, open_to, menu)
        if asked.method == "GET":
            return Reply(200, b"{}")
        pair = base64.b64decode(asked.headers["Authorization"].split()[1]).decode()
        may = pair.partition(":")[0] in open_to
        return Reply(202, json.dumps({"status": "success"}).encode()) if may else Reply(403)

    return answer


def _user_of(asked: Asked) -> str:
    cookie = SimpleCookie(asked.headers.get("Cookie", "")).get("sessionid")
    return cookie.value if cookie else ""


def _public(asked: Asked) -> Reply | None:
    """Logging in and out."""
    if asked.path == "/admin/login/" and asked.method == "POST":
        user = asked.body.decode().partition("username=")[2].partition("&")[0]
        known = user in {"viewer", "operator", "auditor"}
        moved = {"Location": "/admin/start/", "Set-Cookie": f"sessionid={user}; Path=/"}
        return Reply(302, headers=moved) if known else Reply(200, FORM.encode())
    if asked.path == "/admin/logout/":
        return Reply(302, headers={"Set-Cookie": "sessionid=; Max-Age=0; Path=/"})
    if not _user_of(asked):
        return Reply(200, FORM.encode(), {"Set-Cookie": "csrftoken=t; Path=/"})
    return None


def _page(asked: Asked, user: str, refusal: int, open_to: frozenset[str], menu: str) -> Reply:
    if asked.path == "/admin/start/":
        return Reply(200, menu.encode())
    if user not in open_to:
        return Reply(refusal, b"<h1>Access denied</h1>")
    has_backups = asked.path == "/admin/backups/"
    more = '<a href="/admin/backups/download/1/">1</a>' if has_backups else ""
    return Reply(200, f"content {more}".encode())
