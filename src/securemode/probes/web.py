"""Whether an administrator gets in, and what every sort of HTTPS answer carries."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import CannotLook, Refused
from securemode.observations.web import (
    AdministratorLoginSeen,
    HttpAnswer,
    HttpAnswersSeen,
    Page,
    PageView,
    PlainHttp,
)
from securemode.probes.probe import Connection
from securemode.probes.web_certificate_login import certificate_login, has_login_page
from securemode.probes.web_client import WEB_PORT, Website
from securemode.probes.web_login import START_PATH, Browser
from securemode.targets import Role

if TYPE_CHECKING:
    import requests

    from securemode.probes.probe import Access
    from securemode.targets import Node

PLAIN_PORT = 80
NOWHERE = "/securemode-acceptance/no-such-page/"
REQUESTS = {
    Role.MANAGEMENT: (
        ("GET", "/"),
        ("GET", "/admin/login/"),
        ("GET", NOWHERE),
        ("GET", "/api/admin/configuration/v1/global/1/"),
        ("POST", "/admin/login/"),
    ),
    Role.CONFERENCING: (
        ("GET", "/"),
        ("GET", "/webapp/"),
        ("GET", NOWHERE),
        ("GET", "/api/client/v2/status"),
        ("POST", "/"),
    ),
}
"""Every sort of answer: root, page, no such page, API without login, form without its token."""
RECORDED = (
    "referrer-policy",
    "strict-transport-security",
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "server",
)


@dataclass(frozen=True, slots=True)
class AdministratorLogin:
    """What a protected page shows without login, after a wrong password and after the right one.

    The wrong password is tried once, and first: the login that succeeds afterwards is the positive
    control, and clears what the product may count against the account.

    Source: guide, section "Configure administrator accounts and authentication settings".
    """

    name: ClassVar[str] = "administrator-login"
    observes: ClassVar[type] = AdministratorLoginSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """The web port; a kept connection a visitor, again where the server closes it."""
        return (Connection("tls", self.target.address, str(self.target.port(WEB_PORT)), 8),)

    def look(self, access: Access) -> AdministratorLoginSeen:
        """Three visitors ask for the same page; whoever got in logs out again.

        Where the product has no login page and the environment a client certificate, they come
        with the right certificate, with a forged one, and without.
        """
        login = access.environment.credentials.web
        identity = access.environment.credentials.client_certificate
        if identity is not None and not has_login_page(self.target, access):
            return certificate_login(self.target, access, identity)
        with Website(self.target, access) as site:
            intruder, administrator = Browser(site), Browser(site)
            tried = [intruder]
            try:
                intruder.log_in(login.username, secrets.token_urlsafe(18))
                tried.append(administrator)
                path = administrator.log_in(login.username, login.password.reveal()) or START_PATH
                views = [visitor.view(path) for visitor in (Browser(site), *tried)]
            except CannotLook:
                _log_out(tried, START_PATH)
                raise
            return AdministratorLoginSeen(
                protected_path=path,
                without_login=views[0],
                wrong_password=views[1],
                right_password=views[2],
                logged_out=_log_out(_inside(tried, views[1:]), path),
                certificate_was_verified=site.certificate_is_verified,
            )


def _inside(browsers: list[Browser], views: list[PageView]) -> list[Browser]:
    return [one for one, view in zip(browsers, views, strict=True) if view.page is Page.CONTENT]


def _log_out(browsers: list[Browser], path: str) -> bool:
    """Log out every browser that holds a session; whether all of them are out."""
    left = [browser for browser in browsers if browser.has_session and not browser.leaves(path)]
    return not left


@dataclass(frozen=True, slots=True)
class HttpAnswers:
    """Status and security headers of every sort of HTTPS answer of a node, and what port 80 does.

    No password is sent, so the certificate is not verified: it has requirements of its own. Our
    client certificate is presented where the environment gives one and the node asks for it.

    Source: guide, section "Running the security wizard".
    """

    name: ClassVar[str] = "http-answers"
    observes: ClassVar[type] = HttpAnswersSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """The web port, at worst once a request and twice to log out, and port 80 once."""
        address, most = self.target.address, 3 * len(REQUESTS[self.target.role])
        return (
            Connection("tls", address, str(self.target.port(WEB_PORT)), most),
            Connection("tcp", address, str(self.target.port(PLAIN_PORT)), 1),
        )

    def look(self, access: Access) -> HttpAnswersSeen:
        """Send every request; those that get no answer are recorded beside the others.

        Raises:
            CannotLook: no request at all was answered.
        """
        answers, errors = [], []
        identity = access.environment.credentials.client_certificate
        with Website(self.target, access, verify=False, identity=identity) as site:
            for method, path in REQUESTS[self.target.role]:
                visitor = site.session()
                try:
                    answers.append(_answer(site, visitor, method, path))
                except CannotLook as error:
                    errors.append(error)
                if identity is not None:  # which may have opened a session unasked
                    Browser(site, visitor).signs_off()
            if not answers:
                raise errors[0]
            return HttpAnswersSeen(
                answers=tuple(answers),
                unanswered=tuple(error.message for error in errors),
                plain_http=_plain_http(site),
            )


def _answer(site: Website, visitor: requests.Session, method: str, path: str) -> HttpAnswer:
    form = {"wrong": "form"} if method == "POST" else None
    answer = site.request(visitor, method, path, form=form)
    return HttpAnswer(
        request=f"{method} {path}", status=answer.status_code, headers=_security_headers(answer)
    )


def _security_headers(answer: requests.Response) -> tuple[tuple[str, str], ...]:
    """One entry for each time that a header was sent; requests itself would join them."""
    sent = answer.raw.headers
    return tuple((name, value) for name in RECORDED for value in sent.getlist(name))


def _plain_http(site: Website) -> PlainHttp:
    try:
        answer = site.request(site.session(), "GET", "/", plain=True)
    except Refused:
        return PlainHttp(answer="refused")
    except CannotLook:
        return PlainHttp(answer="no answer")
    to_https = answer.is_redirect and answer.headers["Location"].startswith("https://")
    return PlainHttp(
        answer="redirect to HTTPS" if to_https else "answer", status=answer.status_code
    )
