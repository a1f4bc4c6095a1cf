"""Sessions of vCenter: who is logged in, and what their role permits."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.objects import READ, VIEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode_lab.document import Login

ANONYMOUS = "System.Anonymous"
_IDLE_LIMIT = timedelta(minutes=30)
_OPEN_TO_ALL = frozenset({ANONYMOUS, VIEW, READ})


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in.

    Attributes:
        username: with its domain.
        password: the one that is right.
        writes: whether the role is Administrator; it is Read-only otherwise.
    """

    username: str
    password: str
    writes: bool

    def may(self, privilege: str) -> bool:
        """Whether the role has a privilege."""
        return self.writes or privilege in _OPEN_TO_ALL


NOBODY = Account("", "", writes=False)
"""Whose requests carry no cookie of a session that is open."""


@dataclass(slots=True)
class Session:
    """One login.

    Attributes:
        account: whose it is.
        cookie: the secret by which its requests are known.
        key: by which others may speak of it.
        began, active: when it began, and when it was last used.
        objects: ids of views, filters and collectors that go when it goes.
        pages: what is left of long answers, with the size of a page, by its token.
        watches: what its filters have told so far, by the id of their collector.
        is_over: whether it has ended.
        successor: the session that a login has begun, whose cookie goes with the answer.
    """

    account: Account
    cookie: str = field(default_factory=lambda: secrets.token_hex(20))
    key: str = field(default_factory=lambda: secrets.token_hex(16))
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    active: datetime = field(default_factory=lambda: datetime.now(UTC))
    objects: set[str] = field(default_factory=set)
    pages: dict[str, tuple[list[Any], int]] = field(default_factory=dict)
    watches: dict[str, Any] = field(default_factory=dict)
    is_over: bool = False
    successor: Session | None = None

    @property
    def user(self) -> str:
        """Name of whoever logged in."""
        return self.account.username

    def described(self) -> vim.UserSession:
        """As the API tells it."""
        return vim.UserSession(
            key=self.key,
            userName=self.user,
            fullName=self.user,
            loginTime=self.began,
            lastActiveTime=self.active,
            locale="en",
            messageLocale="en",
        )


class Sessions:
    """Who is logged in at present.

    Args:
        accounts: of everybody who may log in.
        writers: names of those whose role is Administrator.
    """

    def __init__(self, accounts: Iterable[Login], *, writers: Iterable[str]) -> None:
        able = set(writers)
        self._accounts = [
            Account(login.username, login.password, login.username in able) for login in accounts
        ]
        self._by_cookie: dict[str, Session] = {}

    def login(self, username: str, password: str) -> Session:
        """Begin a session.

        Raises:
            vim.fault.InvalidLogin: there is no such user with that password.
        """
        for account in self._accounts:
            right = hmac.compare_digest(account.password.encode(), password.encode())
            if account.username.lower() == username.lower() and right:
                session = Session(account)
                self._by_cookie[session.cookie] = session
                return session
        raise vim.fault.InvalidLogin(
            msg="Cannot complete login due to an incorrect user name or password."
        )

    def of(self, cookie: str) -> Session | None:
        """The session to which a cookie belongs, None where it is over or never was."""
        session = self._by_cookie.get(cookie)
        if session is None:
            return None
        now = datetime.now(UTC)
        if now - session.active > _IDLE_LIMIT:
            self.end(session)
            return None
        session.active = now
        return session

    def all(self) -> list[Session]:
        """Every session that is open."""
        return list(self._by_cookie.values())

    def end(self, session: Session) -> None:
        """Log out, or let expire; requests with its cookie are nobody's from now on."""
        session.is_over = True
        self._by_cookie.pop(session.cookie, None)
