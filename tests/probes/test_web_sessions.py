from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

import pytest
from pydantic import TypeAdapter

from peers.access import ADMINISTRATOR, access_to, node_with_free
from peers.web import Behaviour, interface
from securemode.errors import (
    AuthenticationRejected,
    CannotLook,
    Interrupted,
    UnexpectedAnswer,
    Unsupported,
)
from securemode.observations.web import SessionLimit, WebSessionsSeen
from securemode.probes.web_sessions import WebSessions

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from securemode.probes.probe import Access
    from securemode.targets import Node

TOTAL, PER_USER = SessionLimit
MORE = tuple((f"admin{number}", f"password {number}") for number in range(10))
ACCOUNTS = dict((ADMINISTRATOR, *MORE))


@pytest.fixture
def node() -> Node:
    return node_with_free(443)


def count(
    node: Node,
    directory: Path,
    behaviour: Behaviour,
    limit: SessionLimit,
    expected: int,
    *,
    more_web: tuple[tuple[str, str], ...] = (),
    access: Access | None = None,
) -> WebSessionsSeen:
    with interface(node.port(443), directory, behaviour):
        access = access or access_to(node, more_web=more_web)
        return WebSessions(node, limit, expected).look(access)


@pytest.mark.parametrize("evicts", [False, True])
def test_limit_of_one_user(node: Node, tmp_path: Path, *, evicts: bool) -> None:
    behaviour = Behaviour(per_user=10, evicts=evicts)
    seen = count(node, tmp_path, behaviour, PER_USER, 10)
    assert seen == WebSessionsSeen(
        limit=PER_USER,
        expected=10,
        accounts=1,
        attempted=11,
        alive=10,
        left_behind=0,
        certificate_was_verified=False,
    )
    assert behaviour.logins.total() == 11
    assert not behaviour.sessions
    adapter = TypeAdapter(WebSessionsSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


@pytest.mark.parametrize("evicts", [False, True])
def test_total_limit_over_several_users(node: Node, tmp_path: Path, *, evicts: bool) -> None:
    behaviour = Behaviour(accounts=ACCOUNTS, per_user=10, total=100, evicts=evicts)
    began = time.monotonic()
    seen = count(node, tmp_path, behaviour, TOTAL, 100, more_web=MORE)
    took_s = time.monotonic() - began
    assert (seen.accounts, seen.attempted, seen.alive, seen.left_behind) == (11, 101, 100, 0)
    assert not behaviour.sessions
    assert took_s < 30


def test_no_limit_at_all(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour()
    assert count(node, tmp_path, behaviour, PER_USER, 10).alive == 11
    assert not behaviour.sessions


def test_one_account_does_not_reach_the_total_limit(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(per_user=10, total=100)
    seen = count(node, tmp_path, behaviour, TOTAL, 20)
    assert (seen.accounts, seen.attempted, seen.alive) == (1, 21, 10)


def test_account_that_cannot_log_in_is_tried_once(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour()
    seen = count(node, tmp_path, behaviour, TOTAL, 10, more_web=(("stranger", "x"),))
    assert (seen.accounts, seen.alive) == (1, 11)
    assert behaviour.logins == {"admin": 11, "stranger": 1}


def test_sessions_of_others_count(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(per_user=10, sessions={"another browser": "admin"})
    seen = count(node, tmp_path, behaviour, PER_USER, 10)
    assert seen.alive == 9
    assert behaviour.sessions == {"another browser": "admin"}


def test_no_more_than_eight_at_a_time(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(delay_s=0.02)
    count(node, tmp_path, behaviour, PER_USER, 20)
    assert 2 < behaviour.most_busy <= 8


def test_session_that_cannot_be_closed_is_counted(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(logs_out="never")
    assert count(node, tmp_path, behaviour, PER_USER, 3).left_behind == 4


def test_error_on_the_way_leaves_no_session(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(fails_after=6)
    with pytest.raises(CannotLook) as error:
        count(node, tmp_path, behaviour, PER_USER, 20)
    assert behaviour.most_alive == 6
    assert not behaviour.sessions
    assert "could not be closed" not in str(error.value)


def test_error_tells_of_sessions_left_behind(node: Node, tmp_path: Path) -> None:
    behaviour = Behaviour(fails_after=6, logs_out="never")
    with pytest.raises(CannotLook, match="6 sessions could not be closed again"):
        count(node, tmp_path, behaviour, PER_USER, 20)


class Patience:
    """An event that is set once it has been asked often enough."""

    def __init__(self, times: int) -> None:
        self.times = times

    def is_set(self) -> bool:
        self.times -= 1
        return self.times < 0


def test_stopped_run_leaves_no_session(node: Node, tmp_path: Path) -> None:
    behaviour, access = Behaviour(), access_to(node)
    patient = cast("threading.Event", Patience(5))
    stopped = type(access)(access.environment, access.deployment, 1.0, patient)
    with pytest.raises(Interrupted):
        count(node, tmp_path, behaviour, PER_USER, 20, access=stopped)
    assert behaviour.most_alive == 5
    assert not behaviour.sessions


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (Behaviour(accounts={"admin": "other"}), AuthenticationRejected),
        (Behaviour(has_form=False), Unsupported),
        (Behaviour(is_open=True), UnexpectedAnswer),
    ],
)
def test_what_cannot_be_counted(
    node: Node, tmp_path: Path, behaviour: Behaviour, error: type[CannotLook]
) -> None:
    with pytest.raises(error):
        count(node, tmp_path, behaviour, PER_USER, 10)
    assert behaviour.logins.total() <= 1


def test_it_is_intrusive_and_says_how_much() -> None:
    probe = WebSessions(node_with_free(443), TOTAL, 100)
    assert probe.intrusive == "web_sessions"
    assert probe.connections()[0].most >= 7 * 101
