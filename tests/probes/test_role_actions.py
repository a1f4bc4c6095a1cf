"""Roles in action and idle sessions, on products that are right, wrong and in trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infinity.server import Reply
from peers.access import ADMINISTRATOR, access_to, login, node_with_free
from peers.services import deployed
from peers.web import Behaviour, interface
from securemode.environment.models import RoleLogins
from securemode.errors import AuthenticationRejected, CannotLook, Interrupted
from securemode.judges.role_actions import idle_session_ends, role_is_allowed, role_is_refused
from securemode.observations.role_actions import Effect, GuideRole
from securemode.probes import idle_session
from securemode.probes.idle_session import IdleSession
from securemode.probes.role_actions import AuditorCreations, AuditorViews, RoleRefusals
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from infinity.server import Asked
    from securemode.probes.probe import Access

from peers.roles import product

ROLES = RoleLogins(
    read_only=login("viewer", "v"), read_write=login("operator", "o"), auditor=login("auditor", "a")
)


@pytest.mark.parametrize("refusal", [403, 401, 200])
@pytest.mark.parametrize("role", [GuideRole.READ_ONLY, GuideRole.READ_WRITE])
def test_roles_that_are_refused(tmp_path: Path, refusal: int, role: GuideRole) -> None:
    with deployed(tmp_path, answer=product(refusal=refusal)) as site:
        access = site.with_credentials(roles=ROLES)
        seen = RoleRefusals(site.node, role).look(access)
    assert len({one.action for one in seen.actions}) == 6
    assert {one.effect for one in seen.actions} == {Effect.REFUSED}
    assert role_is_refused(seen).verdict is Verdict.PASS


def test_a_role_that_may_too_much(tmp_path: Path) -> None:
    everybody = frozenset({"viewer", "operator", "auditor"})
    with deployed(tmp_path, answer=product(open_to=everybody)) as site:
        access = site.with_credentials(roles=ROLES)
        seen = RoleRefusals(site.node, GuideRole.READ_ONLY).look(access)
    assert {one.effect for one in seen.actions} == {Effect.DONE}
    assert role_is_refused(seen).verdict is Verdict.FAIL


def test_the_auditor(tmp_path: Path) -> None:
    with deployed(tmp_path, answer=product()) as site:
        access = site.with_credentials(roles=ROLES)
        views = AuditorViews(site.node).look(access)
        assert not [asked for asked in site.web.requests if "/command/" in asked.path]
        makes = AuditorCreations(site.node).look(access)
    assert role_is_allowed(views).verdict is Verdict.PASS
    assert role_is_allowed(makes).verdict is Verdict.PASS
    assert (len(views.actions), len(makes.actions)) == (3, 3)


def test_what_makes_something_needs_permission() -> None:
    assert AuditorCreations.intrusive == "role_actions"
    assert AuditorViews.intrusive is None
    assert RoleRefusals.intrusive == "role_actions"


def test_without_a_menu_some_ways_are_not_found(tmp_path: Path) -> None:
    with deployed(tmp_path, answer=product(menu="start")) as site:
        access = site.with_credentials(roles=ROLES)
        seen = RoleRefusals(site.node, GuideRole.READ_ONLY).look(access)
    assert sum(one.effect is Effect.NOT_FOUND for one in seen.actions) == 3
    assert role_is_refused(seen).verdict is Verdict.INCONCLUSIVE


def test_an_account_that_is_not_let_in_proves_nothing(tmp_path: Path) -> None:
    with deployed(tmp_path, answer=product()) as site:
        roles = ROLES.model_copy(update={"read_only": login("stranger", "s")})
        access = site.with_credentials(roles=roles)
        with pytest.raises(AuthenticationRejected, match="does not let stranger in"):
            RoleRefusals(site.node, GuideRole.READ_ONLY).look(access)


@pytest.mark.parametrize(
    "reply", [Reply(500), Reply(429), Reply(200, b"garbage"), Reply(200, b"x", cut=1), Reply(404)]
)
def test_a_product_in_trouble(tmp_path: Path, reply: Reply) -> None:
    with deployed(tmp_path, answer=lambda _: reply) as site:
        access = site.with_credentials(roles=ROLES)
        with pytest.raises(CannotLook):
            RoleRefusals(site.node, GuideRole.READ_ONLY).look(access)


@pytest.mark.parametrize("status", [500, 429, 400])
def test_a_command_in_trouble_is_no_refusal(tmp_path: Path, status: int) -> None:
    sound = product()

    def answer(asked: Asked) -> Reply:
        return Reply(status) if "/command/" in asked.path else sound(asked)

    with deployed(tmp_path, answer=answer) as site:
        access = site.with_credentials(roles=ROLES)
        seen = RoleRefusals(site.node, GuideRole.READ_ONLY).look(access)
        commands = [asked for asked in site.web.requests if "/command/" in asked.path]
    assert role_is_refused(seen).verdict is Verdict.INCONCLUSIVE
    assert len(commands) == 2


@pytest.fixture
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_session, "SECONDS_A_MINUTE", 0.02)
    monkeypatch.setattr(idle_session, "MARGIN_S", 0.3)


@pytest.mark.parametrize(("ends", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_idle_sessions(
    tmp_path: Path,
    in_no_time: None,
    monkeypatch: pytest.MonkeyPatch,
    *,
    ends: bool,
    verdict: Verdict,
) -> None:
    node, behaviour, waiting = node_with_free(443), Behaviour(), idle_session._wait

    def idle(seconds: float, access: Access) -> None:
        waiting(seconds, access)
        if ends:
            behaviour.sessions.clear()

    monkeypatch.setattr(idle_session, "_wait", idle)
    with interface(node.port(443), tmp_path, behaviour) as ca_file:
        access = access_to(node, web=ADMINISTRATOR, ca_file=ca_file)
        seen = IdleSession(node, 10).look(access)
    assert idle_session_ends(seen).verdict is verdict
    assert behaviour.sessions == {}


def test_an_idle_session_is_closed_when_the_run_is_stopped(
    tmp_path: Path, in_no_time: None
) -> None:
    node, behaviour = node_with_free(443), Behaviour()
    with interface(node.port(443), tmp_path, behaviour) as ca_file:
        access = access_to(node, ca_file=ca_file)
        access.cancelled.set()
        with pytest.raises(Interrupted):
            IdleSession(node, 10).look(access)
    assert behaviour.sessions == {}
