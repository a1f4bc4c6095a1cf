"""Forms accept no requests from elsewhere: the token in cookie and form, and the Referer."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

COOKIE = "csrftoken"
FIELD = "csrfmiddlewaretoken"
TOKEN_LENGTH = 64
ONE_YEAR_S = 31_449_600


def token_of(request: web.Request) -> str:
    """The token that the browser holds, or a new one."""
    token = request.cookies.get(COOKIE, "")
    return token if len(token) == TOKEN_LENGTH and token.isalnum() else new_token()


def new_token() -> str:
    """A token that nobody has seen."""
    return secrets.token_hex(TOKEN_LENGTH // 2)


def set_token(answer: web.StreamResponse, token: str) -> None:
    """Give the browser its token."""
    answer.set_cookie(COOKIE, token, max_age=ONE_YEAR_S, path="/", secure=True, samesite="Lax")


def refusal(request: web.Request, form: Mapping[str, object]) -> str:
    """Why a form is refused; empty where it came from one of our own pages."""
    referer = request.headers.get("Referer")
    if referer is None:
        return "Referer checking failed - no Referer."
    if urlsplit(referer).netloc != request.host:
        return f"Referer checking failed - {referer} does not match any trusted origins."
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return "CSRF cookie not set."
    if not hmac.compare_digest(cookie.encode(), str(form.get(FIELD, "")).encode()):
        return "CSRF token missing or incorrect."
    return ""
