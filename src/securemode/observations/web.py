"""What can be seen of a node's web interface."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Page(StrEnum):
    """What somebody who asks for a protected page gets to see."""

    CONTENT = "the page"
    LOGIN_FORM = "the login form"
    NOTHING = "no page"


@dataclass(frozen=True, slots=True)
class PageView:
    """One look at a page.

    Attributes:
        status: HTTP status at the end of the redirects that were followed.
        page: what was shown.
    """

    status: int
    page: Page

    def __str__(self) -> str:
        return f"{self.page.value} ({self.status})"


class LoginBy(StrEnum):
    """How administrators show who they are."""

    PASSWORD = "password"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorLoginSeen:
    """What an administrator's login opens, and what wrong credentials open.

    Attributes:
        protected_path: the page that was asked for three times.
        without_login: what it shows somebody who has not logged in.
        wrong_password: what it shows after the one attempt with a wrong password, or with a
            certificate of the same name that the suite signed itself.
        right_password: what it shows after a login with the environment's credentials.
        logged_out: whether every session that was opened is closed again.
        certificate_was_verified: whether the connection was trusted because of `trust.ca_file`.
        by: password, or client certificate where the product demands one.
    """

    protected_path: str
    without_login: PageView
    wrong_password: PageView
    right_password: PageView
    logged_out: bool
    certificate_was_verified: bool
    by: LoginBy = LoginBy.PASSWORD


class SessionLimit(StrEnum):
    """Whose sessions a limit counts."""

    TOTAL = "total"
    PER_USER = "per_user"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSessionsSeen:
    """How many administrator sessions live side by side.

    Attributes:
        limit: whose sessions are counted.
        expected: the limit that the site states.
        accounts: how many accounts could log in.
        attempted: logins tried, one more than expected.
        alive: sessions that could still load the protected page after the last login.
        left_behind: sessions that could not be closed again.
        certificate_was_verified: whether the connection was trusted because of `trust.ca_file`.
        by: password, or client certificate where the product demands one.
    """

    limit: SessionLimit
    expected: int
    accounts: int
    attempted: int
    alive: int
    left_behind: int
    certificate_was_verified: bool
    by: LoginBy = LoginBy.PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """The answer to one HTTPS request.

    Attributes:
        request: method and path: "GET /".
        status: HTTP status.
        headers: security headers, name in lower case and value, one entry a header line.
    """

    request: str
    status: int
    headers: tuple[tuple[str, str], ...]

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of the header `name`, one for each time that it was sent."""
        return tuple(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainHttp:
    """What port 80 does; recorded, not judged.

    Attributes:
        answer: "redirect to HTTPS", "answer", "refused", "no answer".
        status: HTTP status, 0 without an answer.
    """

    answer: str
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswersSeen:
    """Answers of every sort from one node.

    Attributes:
        answers: one a request that was answered.
        unanswered: requests that were not, with the reason.
        plain_http: what port 80 does.
    """

    answers: tuple[HttpAnswer, ...]
    unanswered: tuple[str, ...]
    plain_http: PlainHttp
