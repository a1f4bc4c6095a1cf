"""Sessions of the web interface: idle timeout, and limits over all users and per user."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .accounts import Account

Clock: TypeAlias = Callable[[], datetime]


class TooManySessions(Exception):
    """A limit is reached, and the product is taken to refuse the newcomer."""


@dataclass(slots=True)
class Session:
    """One browser that is logged in."""

    account: Account
    last_used: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the security wizard set; None for unlimited.

    `evicts`: whether a newcomer ends the oldest session instead of being refused, which is unknown
    of the real product.
    """

    total: int | None = None
    per_user: int | None = None
    evicts: bool = False


class Sessions:
    """The sessions that are alive, by the value of their cookie, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, account: Account, limits: Limits, idle: timedelta | None) -> str:
        """Log somebody in.

        Returns:
            The value of the session's cookie.

        Raises:
            TooManySessions: a limit is reached and sessions are not evicted.
        """
        self._forget_idle(idle)
        own = [t for t, s in self._sessions.items() if s.account.username == account.username]
        self._make_room(own, limits.per_user, evicts=limits.evicts)
        self._make_room(list(self._sessions), limits.total, evicts=limits.evicts)
        token = secrets.token_hex(16)
        self._sessions[token] = Session(account, self._clock())
        return token

    def use(self, token: str, idle: timedelta | None) -> Session | None:
        """The session of a cookie, which counts as activity; None where it has ended."""
        self._forget_idle(idle)
        session = self._sessions.get(token)
        if session is not None:
            session.last_used = self._clock()
        return session

    def close(self, token: str) -> None:
        """Log out."""
        self._sessions.pop(token, None)

    def clear(self) -> None:
        """End every session."""
        self._sessions.clear()

    def _make_room(self, tokens: list[str], limit: int | None, *, evicts: bool) -> None:
        if limit is None or len(tokens) < limit:
            return
        if not evicts:
            raise TooManySessions
        for token in tokens[: len(tokens) - limit + 1]:
            del self._sessions[token]

    def _forget_idle(self, idle: timedelta | None) -> None:
        if idle is None:
            return
        now = self._clock()
        ended = [token for token, s in self._sessions.items() if now - s.last_used >= idle]
        for token in ended:
            del self._sessions[token]
