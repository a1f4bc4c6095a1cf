"""A browser of the Administrator interface: the Django login form, protected pages, logging out."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from securemode.errors import CannotLook, Unsupported
from securemode.observations.web import Page, PageView
from securemode.probes.web_client import CLIENT_CERTIFICATE

if TYPE_CHECKING:
    import requests

    from securemode.probes.web_client import Website

LOGIN_PATH = "/admin/login/"
LOGOUT_PATH = "/admin/logout/"
START_PATH = "/admin/conferencingstatus/deploymentgraph/deployment_graph/"
"""The product's own start page, asked for where a login does not say where it leads."""
TOKEN_FIELD, TOKEN_COOKIE = "csrfmiddlewaretoken", "csrftoken"
MOST_REDIRECTS = 5
FOUND_ELSEWHERE = frozenset({301, 302, 303, 307, 308})


class _LoginForm(HTMLParser):
    """The form that asks for a name and a password, and its hidden fields.

    A form that asks for a password alone is no login: it makes a backup.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self._asked: set[str] = set()
        self._is_over = False
        self.feed(html)
        self.close()

    @property
    def is_there(self) -> bool:
        """Whether a form asks for both."""
        return self._asked >= {"name", "password"}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_over = self._is_over or (self.is_there and tag == "form")
        if self._is_over:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.hidden, self._asked = {}, set()
        elif tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.hidden[given["name"]] = given.get("value", "")
        elif tag == "input" and given.get("type", "text") in _ASKS:
            self._asked.add(_ASKS[given.get("type", "text")])


_ASKS = {"text": "name", "email": "name", "password": "password"}


def login_form(html: str) -> dict[str, str] | None:
    """The hidden fields of the login form in a page; None where there is no such form."""
    if "password" not in html:
        return None
    form = _LoginForm(html)
    return form.hidden if form.is_there else None


class Browser:
    """One visitor with cookies of its own, or with those of a session of the site."""

    def __init__(self, site: Website, session: requests.Session | None = None) -> None:
        self._site = site
        self._session = session or site.session()

    @property
    def has_session(self) -> bool:
        """Whether the server gave a cookie beside the token of the form."""
        return bool(self._session_cookies)

    @property
    def _session_cookies(self) -> frozenset[tuple[str, str | None]]:
        """Everything in the jar beside the token of the form."""
        cookies = ((cookie.name, cookie.value) for cookie in self._session.cookies)
        return frozenset(cookie for cookie in cookies if cookie[0] != TOKEN_COOKIE)

    def log_in(self, username: str, password: str) -> str:
        """Fill in the login form once; return where the server leads, or nothing where it does not.

        Raises:
            Unsupported: there is no login form.
        """
        page = self._get(LOGIN_PATH)
        hidden = login_form(page.text)
        if hidden is None:
            raise Unsupported(
                f"{self._site.node.name} shows no login form at {LOGIN_PATH} (status "
                f"{page.status_code}): client-certificate mode, or no Administrator interface.",
                remedy=CLIENT_CERTIFICATE,
            )
        answer = self._post(LOGIN_PATH, hidden | {"username": username, "password": password})
        if answer.status_code not in FOUND_ELSEWHERE:
            return ""
        path = self._site.path_of(answer.headers.get("Location", ""))
        return "" if path.startswith(LOGIN_PATH) else path or START_PATH

    def view(self, path: str) -> PageView:
        """Ask for a page, follow redirects on the same node, and say what is shown."""
        answer = self._get(path)
        for _ in range(MOST_REDIRECTS):
            path = self._site.path_of(answer.headers.get("Location", ""))
            if answer.status_code not in FOUND_ELSEWHERE or not path:
                break
            answer = self._get(path)
        if login_form(answer.text) is not None:
            return PageView(answer.status_code, Page.LOGIN_FORM)
        shown = answer.status_code == 200  # noqa: PLR2004 - HTTP OK
        return PageView(answer.status_code, Page.CONTENT if shown else Page.NOTHING)

    def enter(self, path: str) -> str:
        """Ask for a page by certificate alone; return its path where it opened a session."""
        return path if self.view(path).page is Page.CONTENT and self.has_session else ""

    def is_still_inside(self, path: str) -> bool:
        """Whether the session that was opened by certificate still is the one that shows a page.

        Where it has ended, the certificate opens another one unasked: its cookie gives it away.
        """
        before = self._session_cookies
        return self.view(path).page is Page.CONTENT and self._session_cookies == before

    def signs_off(self) -> bool:
        """Log out where a certificate would log in again: whether the cookie was taken back."""
        before = self._session_cookies
        try:
            for leave in (self._leave_by_form, self._leave_by_link):
                if self._session_cookies == before and before:
                    leave()
        except CannotLook:
            return False
        return self._session_cookies != before or not before

    def log_out(self, protected_path: str) -> bool:
        """Log out, by form and by link; return whether the old cookie opens nothing any more."""
        cookies = self._session.cookies.copy()
        for leave in (self._leave_by_form, self._leave_by_link):
            leave()
            self._session.cookies = cookies.copy()
            if self.view(protected_path).page is not Page.CONTENT:
                return True
        return False

    def leaves(self, protected_path: str) -> bool:
        """As `log_out`, for clearing up: no answer counts as a session left behind."""
        try:
            return self.log_out(protected_path)
        except CannotLook:
            return False

    def _leave_by_form(self) -> None:
        tokens = [one.value or "" for one in self._session.cookies if one.name == TOKEN_COOKIE]
        self._post(LOGOUT_PATH, {TOKEN_FIELD: tokens[-1] if tokens else ""})

    def _leave_by_link(self) -> None:
        self._get(LOGOUT_PATH)

    def _get(self, path: str) -> requests.Response:
        return self._site.request(self._session, "GET", path)

    def _post(self, path: str, form: dict[str, str]) -> requests.Response:
        return self._site.request(self._session, "POST", path, form=form, referer=LOGIN_PATH)
