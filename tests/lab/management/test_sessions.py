"""Limits of sessions, without a network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode_lab.appliance.accounts import Account
from securemode_lab.appliance.sessions import Limits, Sessions, TooManySessions

USERS = st.lists(st.sampled_from(["ann", "bob", "cem"]), max_size=30)
LIMIT = st.none() | st.integers(1, 5)


def _now() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def _open(sessions: Sessions, user: str, limits: Limits) -> str | None:
    try:
        return sessions.open(Account(user, frozenset()), limits, None)
    except TooManySessions:
        return None


@given(USERS, LIMIT, LIMIT, st.booleans())
def test_limits_hold_for_any_order_of_logins(
    users: list[str],
    total: int | None,
    per_user: int | None,
    evicts: bool,  # noqa: FBT001 (hypothesis)
) -> None:
    sessions = Sessions(_now)
    limits = Limits(total=total, per_user=per_user, evicts=evicts)
    opened = [(user, _open(sessions, user, limits)) for user in users]
    alive = [user for user, token in opened if token and sessions.use(token, None)]

    assert len(alive) == len(sessions)
    assert total is None or len(alive) <= total
    for user in set(users):
        assert per_user is None or alive.count(user) <= per_user
    if evicts:
        assert all(token for _, token in opened)
    if total is None and per_user is None:
        assert alive == users


def test_eviction_ends_the_oldest_of_the_same_user() -> None:
    sessions = Sessions(_now)
    limits = Limits(per_user=1, evicts=True)
    ann = _open(sessions, "ann", limits)
    bob = _open(sessions, "bob", limits)
    _open(sessions, "bob", limits)

    assert sessions.use(str(ann), None)
    assert sessions.use(str(bob), None) is None


def test_idle_sessions_make_room() -> None:
    now = _now()
    sessions = Sessions(lambda: now)
    limits = Limits(total=1)
    account = Account("ann", frozenset())
    sessions.open(account, limits, timedelta(minutes=5))
    with pytest.raises(TooManySessions):
        sessions.open(account, limits, timedelta(minutes=5))
    now += timedelta(minutes=5)

    assert sessions.open(account, limits, timedelta(minutes=5))
