"""Who is at the web interface: login form, sessions, client certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web
from yarl import URL

from . import web_csrf, web_pages
from .permissions import Permission
from .requestlog import USER
from .sessions import Limits, TooManySessions
from .web_certificates import NoAccess, certificate_account, mode, refusal_status, shows_one

if TYPE_CHECKING:
    from .accounts import Account, Accounts
    from .resources.fields import Row
    from .sessions import Sessions
    from .store import Store
    from .web_variants import Variants

LOGIN = "/admin/login/"
COOKIE = "sessionid"
WRONG = "Please enter a correct username and password. Both fields may be case-sensitive."
FULL = "The maximum number of active sessions has been reached."


@dataclass(slots=True)
class SessionLimits:
    """What the wizard's answers say at this moment; None for unlimited."""

    total: int | None = None
    per_user: int | None = None


class Logins:
    """The way into the web interface.

    Attributes:
        limits: set by the node's behaviour.
        defects: switched by faults: "login_refuses_right_password", "login_accepts_wrong_password",
            "sessions_unlimited_total", "sessions_unlimited_per_user", "sessions_never_idle",
            "login_page_without_certificate", "web_refuses_certificates", "web_refuses_people",
            "login_page_without_banner".
    """

    def __init__(
        self, store: Store, accounts: Accounts, sessions: Sessions, variants: Variants
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._sessions = sessions
        self._variants = variants
        self.limits = SessionLimits()
        self.defects = accounts.defects

    async def visitor(self, request: web.Request) -> tuple[Account, str]:
        """Whoever asks for a protected page, and the cookie that the answer has to set, if any.

        Raises:
            web.HTTPException: a redirect to the login page, or the refusal of a certificate.
        """
        account, cookie = await self._identified(request)
        request[USER] = account.username
        return account, cookie

    async def answer(self, request: web.Request) -> web.Response:
        """GET and POST of the login page."""
        if self._asks_for_certificate(request):
            _account, cookie = await self.visitor(request)
            return self._enter(self._start_page(), cookie or request.cookies[COOKIE])
        if request.method == "POST":
            return await self._attempt(request)
        if self._session(request) is not None:
            raise web.HTTPFound(self._start_page())
        token = web_csrf.token_of(request)
        following = request.query.get("next") or self._start_page()
        return self._form(token, following)

    def leave(self, request: web.Request, opened: str = "") -> web.Response:
        """The logout page; `opened` is a session that a certificate has opened just now."""
        self._sessions.close(opened or request.cookies.get(COOKIE, ""))
        body = f'<p>You are logged out. <a href="{LOGIN}">Log in again</a></p>'
        answer = _html(web_pages.page("Logged out", body, self._settings()))
        answer.del_cookie(COOKIE, path="/")
        return answer

    async def _attempt(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        reason = web_csrf.refusal(request, form)
        if reason:
            return _html(web_pages.csrf_refusal(reason, self._settings()), HTTPStatus.FORBIDDEN)
        following = form.get("next", "")
        token = request.cookies[web_csrf.COOKIE]
        username = form.get("username", "")
        account = await self._who(username, form.get("password", ""))
        if account is None or not _is_welcome(account):
            return self._form(token, following, WRONG, username)
        try:
            cookie = self._open(account)
        except TooManySessions:
            return self._form(token, following, FULL, username)
        request[USER] = account.username
        return self._enter(following if _is_ours(following) else self._start_page(), cookie)

    async def _who(self, username: str, password: str) -> Account | None:
        account = await self._accounts.authenticate(username, password)
        if account is not None and "login_refuses_right_password" in self.defects:
            return None
        if account is None and "login_accepts_wrong_password" in self.defects:
            return await self._accounts.find(username)
        return account

    async def _identified(self, request: web.Request) -> tuple[Account, str]:
        session = self._session(request)
        if not self._asks_for_certificate(request):
            if session is None:
                following = quote(request.path_qs, safe="/")
                raise web.HTTPFound(URL(f"{LOGIN}?next={following}", encoded=True))
            return session, ""
        try:
            account = await certificate_account(request, self._store, self._accounts)
            self._welcome(account)
            if session is not None and session.username == account.username:
                return account, ""
            return account, self._open(account)
        except NoAccess as error:
            raise _refused(refusal_status(self._variants), str(error)) from None
        except TooManySessions:
            raise _refused(HTTPStatus.FORBIDDEN, FULL) from None

    def _welcome(self, account: Account) -> None:
        of_directory = account.username != self._accounts.local_username
        refuses_people = "web_refuses_people" in self.defects and of_directory
        if "web_refuses_certificates" in self.defects or refuses_people:
            raise NoAccess("The certificate was not accepted")
        if not _is_welcome(account):
            raise NoAccess("The role does not permit the web interface")

    def _asks_for_certificate(self, request: web.Request) -> bool:
        shows_page = "login_page_without_certificate" in self.defects
        return mode(self._store) != "NO" and not (shows_page and not shows_one(request))

    def _session(self, request: web.Request) -> Account | None:
        session = self._sessions.use(request.cookies.get(COOKIE, ""), self._idle())
        return session.account if session else None

    def _open(self, account: Account) -> str:
        unlimited_total = "sessions_unlimited_total" in self.defects
        unlimited_per_user = "sessions_unlimited_per_user" in self.defects
        limits = Limits(
            total=None if unlimited_total else self.limits.total,
            per_user=None if unlimited_per_user else self.limits.per_user,
            evicts=self._variants["session_limit"] == "evict",
        )
        return self._sessions.open(account, limits, self._idle())

    def _idle(self) -> timedelta | None:
        settings = self._settings()
        if not settings["session_timeout_enabled"] or "sessions_never_idle" in self.defects:
            return None
        return timedelta(minutes=settings["management_session_timeout"])

    def _settings(self) -> Row:
        return self._store.get("global", 1)

    def _start_page(self) -> str:
        return str(self._settings()["management_start_page"]) or "/admin/"

    def _form(
        self, token: str, following: str, error: str = "", username: str = ""
    ) -> web.Response:
        settings = self._settings()
        if "login_page_without_banner" in self.defects:
            settings = {**settings, "logon_banner": ""}
        answer = _html(
            web_pages.login(
                settings, token=token, following=following, error=error, username=username
            )
        )
        web_csrf.set_token(answer, token)
        return answer

    def _enter(self, following: str, cookie: str) -> web.Response:
        answer = web.Response(status=HTTPStatus.FOUND, headers={"Location": following})
        set_session(answer, cookie)
        web_csrf.set_token(answer, web_csrf.new_token())
        return answer


def set_session(answer: web.StreamResponse, cookie: str) -> None:
    """Give the browser its session."""
    answer.set_cookie(COOKIE, cookie, path="/", secure=True, httponly=True, samesite="Lax")


def _is_welcome(account: Account) -> bool:
    return account.may(Permission.IS_ADMINISTRATOR) and account.may(Permission.WEB_INTERFACE)


def _is_ours(address: str) -> bool:
    """Whether a redirect stays on this site."""
    return address.startswith("/") and not address.startswith(("//", "/\\"))


def _html(text: str, status: int = HTTPStatus.OK) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")


def _refused(status: int, text: str) -> web.HTTPException:
    kind = web.HTTPBadRequest if status == HTTPStatus.BAD_REQUEST else web.HTTPForbidden
    return kind(text=text)
