"""How many administrator sessions live side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import TYPE_CHECKING, ClassVar, TypeVar

from securemode.errors import (
    AuthenticationRejected,
    Interrupted,
    SecureModeError,
    UnexpectedAnswer,
)
from securemode.observations.web import LoginBy, Page, SessionLimit, WebSessionsSeen
from securemode.probes.probe import Connection
from securemode.probes.web_certificate_login import has_login_page, shown_to
from securemode.probes.web_client import WEB_PORT, Website
from securemode.probes.web_login import START_PATH, Browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from securemode.environment.models import Credentials, KeyPair, Login
    from securemode.probes.probe import Access
    from securemode.targets import Node

MOST_AT_A_TIME = 8
_STATED = {LoginBy.PASSWORD: "web", LoginBy.CERTIFICATE: "client_certificate"}

Result = TypeVar("Result")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class WebSessions:
    """How many of N + 1 administrator sessions are still alive once all have been opened.

    What the product does at the limit is not public. Counting what is alive in the end holds
    whether it refuses the new session or ends the oldest. Every session is closed again, whatever
    happens.

    Attributes:
        target: the Management Node.
        limit: of all users together, over all accounts of the environment, or of one user.
        expected: N, the limit that the site states.

    Source: guide, section "Running the security wizard".
    """

    name: ClassVar[str] = "web-sessions"
    observes: ClassVar[type] = WebSessionsSeen
    intrusive: ClassVar[str | None] = "web_sessions"
    simultaneous: ClassVar[int] = MOST_AT_A_TIME

    target: Node
    limit: SessionLimit
    expected: int

    def connections(self) -> tuple[Connection, ...]:
        """The web port; a server that keeps no connections costs one for each request."""
        most = 7 * (self.expected + 1)
        return (Connection("tls", self.target.address, str(self.target.port(WEB_PORT)), most),)

    def look(self, access: Access) -> WebSessionsSeen:
        """Open N + 1 sessions, count those alive, close them all.

        Raises:
            AuthenticationRejected: no account of the environment can log in.
            UnexpectedAnswer: the page to count by shows its content without login.
            Interrupted: the run was stopped; every session is closed.
        """
        most = min(MOST_AT_A_TIME, access.environment.limits.connections_per_target)
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(max_workers=most))

            def site(identity: KeyPair | None = None) -> Website:
                one = Website(self.target, access, connections=most, identity=identity)
                return stack.enter_context(one)

            nobody = site()
            accounts = self._accounts(access, nobody, site)
            return _Count(nobody, access, pool).of(self.limit, self.expected, accounts)

    def _accounts(
        self, access: Access, nobody: Website, site: Callable[[KeyPair], Website]
    ) -> tuple[_Account, ...]:
        """Who logs in: by certificate where there is no login page, else by password."""
        credentials = access.environment.credentials
        if credentials.client_certificate is None or has_login_page(self.target, access):
            logins = (credentials.web, *credentials.more_web)
            accounts = tuple(_Account(nobody, login) for login in logins)
        else:
            identities = client_identities(credentials)
            accounts = tuple(_Account(site(identity)) for identity in identities)
        return (
            accounts[:1] if self.limit is SessionLimit.PER_USER else accounts[: self.expected + 1]
        )


def client_identities(credentials: Credentials) -> tuple[KeyPair, ...]:
    """Every client certificate of the environment that should open the Administrator interface."""
    stated = (
        credentials.client_certificate,
        *(login.certificate for login in credentials.more_web),
        credentials.last_resort,
    )
    return tuple(one for one in stated if one is not None)


@dataclass(frozen=True, slots=True)
class _Account:
    """Who opens sessions: through which connections, and with which login, None by certificate."""

    site: Website
    login: Login | None = None


class _Count:
    """One count: the browsers it opened, and the page by which they are counted."""

    def __init__(self, nobody: Website, access: Access, pool: ThreadPoolExecutor) -> None:
        self._nobody = nobody
        self._access = access
        self._pool = pool
        self._browsers: list[Browser] = []
        self._path = START_PATH
        self._by = LoginBy.PASSWORD

    def of(
        self, limit: SessionLimit, expected: int, accounts: tuple[_Account, ...]
    ) -> WebSessionsSeen:
        """Open, count and close; an error on the way is raised after everything is closed."""
        self._by = LoginBy.PASSWORD if accounts[0].login else LoginBy.CERTIFICATE
        try:
            usable = self._first_sessions(accounts)
            self._require_protection()
            rest = islice(cycle(usable), expected + 1 - len(usable))
            self._concurrently(self._open, rest)
            alive = self._alive()
        except BaseException as error:
            left = self._close(self._browsers)
            if left and isinstance(error, SecureModeError):
                error.message += f" {left} sessions could not be closed again."
            raise
        seen = WebSessionsSeen(
            limit=limit,
            expected=expected,
            accounts=len(usable),
            attempted=expected + 1,
            alive=len(alive),
            left_behind=0,
            certificate_was_verified=self._nobody.certificate_is_verified,
            by=self._by,
        )
        still_open = alive if self._by is LoginBy.PASSWORD else self._browsers
        return replace(seen, left_behind=self._close(still_open))

    def _first_sessions(self, accounts: tuple[_Account, ...]) -> list[_Account]:
        """One session of each account: an account that cannot log in is tried no further."""
        if self._by is LoginBy.CERTIFICATE:
            opened = [self._open(account) for account in accounts]  # so that the first is known
        else:
            opened = self._concurrently(self._open, accounts)
        usable = [one for one, path in zip(accounts, opened, strict=True) if path]
        if not usable:
            raise AuthenticationRejected(
                f"{self._nobody.node.name} opens a session for no account of the environment.",
                remedy=f"correct credentials.{_STATED[self._by]}, or log other administrators out.",
            )
        self._path = next(path for path in opened if path)
        return usable

    def _require_protection(self) -> None:
        """Without login the page must not show: else counting by it would count nothing."""
        if shown_to(Browser(self._nobody), self._path).page is Page.CONTENT:
            raise UnexpectedAnswer(f"{self._path} of {self._nobody.node.name} needs no login.")

    def _open(self, account: _Account) -> str:
        if self._access.cancelled.is_set():
            raise Interrupted("the run was stopped while sessions were opened.")
        browser = Browser(account.site)
        self._browsers.append(browser)
        if account.login is None:
            return browser.enter(START_PATH)
        return browser.log_in(account.login.username, account.login.password.reveal())

    def _alive(self) -> list[Browser]:
        browsers = [browser for browser in self._browsers if browser.has_session]
        if self._by is LoginBy.CERTIFICATE:
            return self._alive_by_certificate(browsers)
        views = self._concurrently(lambda browser: browser.view(self._path), browsers)
        return [one for one, view in zip(browsers, views, strict=True) if view.page is Page.CONTENT]

    def _alive_by_certificate(self, browsers: list[Browser]) -> list[Browser]:
        """The first one last.

        A session that has ended is replaced by a new one when its page is asked for, which can end
        the oldest in turn: the others must have been looked at before.
        """
        first, others = browsers[:1], browsers[1:]
        inside = self._concurrently(lambda one: one.is_still_inside(self._path), others)
        inside = [one.is_still_inside(self._path) for one in first] + inside
        return [one for one, is_inside in zip(browsers, inside, strict=True) if is_inside]

    def _close(self, browsers: list[Browser]) -> int:
        """Log out; return how many sessions could not be closed."""
        inside = [browser for browser in browsers if browser.has_session]
        if self._by is LoginBy.CERTIFICATE:
            return self._concurrently(Browser.signs_off, inside).count(False)
        return self._concurrently(lambda one: one.leaves(self._path), inside).count(False)

    def _concurrently(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Do the work on every item; the first error is raised when all have ended."""
        futures = [self._pool.submit(work, item) for item in items]
        failed = next((error for future in futures if (error := future.exception())), None)
        if failed:
            raise failed
        return [future.result() for future in futures]
