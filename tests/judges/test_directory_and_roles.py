"""The directory, revocation, roles in action, idle sessions: what is seen, what is said of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from securemode.judges.directory import (
    directory_accepts_the_bind,
    mapped_groups_exist_and_are_custom,
)
from securemode.judges.ocsp import certificate_is_not_revoked, responder_answers
from securemode.judges.role_actions import idle_session_ends, role_is_allowed, role_is_refused
from securemode.observations.directory import (
    DirectoryBindSeen,
    DirectoryGroup,
    DirectoryGroupsSeen,
    GroupState,
    Secured,
)
from securemode.observations.ocsp import Revocation, RevocationSeen
from securemode.observations.role_actions import (
    Action,
    ActionSeen,
    Effect,
    GuideRole,
    IdleSessionSeen,
    RoleActionsSeen,
)
from securemode.verdicts import Verdict

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
BOUND = DirectoryBindSeen(
    server="ldap", port=636, secured=Secured.LDAPS, trusted=True, bound=True, base_found=True
)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, PASS),
        ({"secured": Secured.START_TLS, "port": 389}, PASS),
        ({"secured": Secured.NOT, "trusted": False, "bound": None}, FAIL),
        ({"trusted": False, "bound": None, "trouble": "self-signed"}, FAIL),
        ({"bound": False, "base_found": None}, FAIL),
        ({"base_found": False}, FAIL),
    ],
)
def test_bind(change: dict[str, Any], verdict: Verdict) -> None:
    seen = replace(BOUND, **change)
    assert directory_accepts_the_bind(seen).verdict is verdict
    adapter = TypeAdapter(DirectoryBindSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def found(sid: str = "S-1-5-21-1-2-3-1104", *names: str) -> DirectoryGroup:
    return DirectoryGroup(dn="cn=g,dc=x", state=GroupState.FOUND, names=names, sid=sid)


@pytest.mark.parametrize(
    ("group", "verdict", "saw"),
    [
        (found(), PASS, "RID 1104"),
        (found(""), PASS, "no SID"),
        (found("S-1-5-21-1-2-3-1000"), PASS, "RID 1000"),
        (found("S-1-5-21-1-2-3-999"), FAIL, "RID 999"),
        (found("S-1-5-21-1-2-3-512"), FAIL, "RID 512"),
        (found("S-1-5-32-544"), FAIL, "S-1-5-32-544"),
        (found("", "Domain Admins"), FAIL, '"Domain Admins"'),
        (DirectoryGroup(dn="g", state=GroupState.MISSING), FAIL, "no such object"),
        (DirectoryGroup(dn="g", state=GroupState.NO_GROUP), FAIL, "it is no group"),
        (DirectoryGroup(dn="g", state=GroupState.HIDDEN), UNCLEAR, "g"),
    ],
)
def test_groups(group: DirectoryGroup, verdict: Verdict, saw: str) -> None:
    seen = DirectoryGroupsSeen(bind=BOUND, groups=(found(), group))
    judgement = mapped_groups_exist_and_are_custom(seen)
    assert judgement.verdict is verdict
    assert saw in judgement.saw


def test_a_missing_group_proves_nothing_where_even_the_base_is_not_seen() -> None:
    bind = replace(BOUND, base_found=False)
    group = DirectoryGroup(dn="g", state=GroupState.MISSING)
    seen = DirectoryGroupsSeen(bind=bind, groups=(group,))
    assert mapped_groups_exist_and_are_custom(seen).verdict is UNCLEAR


GOOD = RevocationSeen(
    responder="http://ocsp/",
    subject="CN=mgmt",
    serial="2a",
    issuer="CN=ca",
    answer="successful",
    status=Revocation.GOOD,
    authentic=True,
    current=True,
)


@pytest.mark.parametrize(
    ("change", "certificate", "responder"),
    [
        ({}, PASS, PASS),
        ({"status": Revocation.REVOKED}, FAIL, PASS),
        ({"status": Revocation.UNKNOWN}, FAIL, PASS),
        ({"authentic": False, "trouble": "not signed"}, FAIL, FAIL),
        ({"current": False, "trouble": "old"}, FAIL, FAIL),
        ({"answer": "unauthorized", "status": Revocation.NO_ANSWER}, FAIL, FAIL),
        ({"issuer": "", "answer": "", "status": Revocation.NO_ANSWER}, FAIL, UNCLEAR),
    ],
)
def test_revocation(change: dict[str, Any], certificate: Verdict, responder: Verdict) -> None:
    seen = replace(GOOD, **change)
    assert certificate_is_not_revoked(seen).verdict is certificate
    assert responder_answers(seen).verdict is responder


def tried(*effects: Effect, web: bool = True, api: bool = True) -> RoleActionsSeen:
    actions = zip(Action, effects, strict=False)
    return RoleActionsSeen(
        role=GuideRole.READ_ONLY,
        username="viewer",
        web_login=web,
        api_login=api,
        actions=tuple(ActionSeen(action=action, effect=effect) for action, effect in actions),
    )


NO, YES, ODD, NOWHERE = Effect.REFUSED, Effect.DONE, Effect.UNCLEAR, Effect.NOT_FOUND


@pytest.mark.parametrize(
    ("seen", "refused", "allowed"),
    [
        (tried(NO, NO, NO, NO, NO, NO), PASS, FAIL),
        (tried(YES, YES, YES, YES, YES, YES), FAIL, PASS),
        (tried(NO, NO, NO, NO, NO, YES), FAIL, FAIL),
        (tried(NO, NO, ODD), UNCLEAR, FAIL),
        (tried(NO, NOWHERE), UNCLEAR, FAIL),
        (tried(NOWHERE, NOWHERE), UNCLEAR, UNCLEAR),
        (tried(YES, NOWHERE), FAIL, UNCLEAR),
        (tried(YES, YES, api=False), UNCLEAR, PASS),
        (tried(YES, NO, api=False), UNCLEAR, UNCLEAR),
        (tried(), UNCLEAR, UNCLEAR),
        (tried(NO, NO, web=False), UNCLEAR, UNCLEAR),
        (tried(NO, NO, api=False), UNCLEAR, UNCLEAR),
        (tried(NO, NO, web=False, api=False), UNCLEAR, UNCLEAR),
    ],
)
def test_roles(seen: RoleActionsSeen, refused: Verdict, allowed: Verdict) -> None:
    assert role_is_refused(seen).verdict is refused
    assert role_is_allowed(seen).verdict is allowed
    adapter = TypeAdapter(RoleActionsSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_what_was_not_tried_comes_first() -> None:
    saw = role_is_refused(tried(NO, NOWHERE)).saw
    assert saw.startswith("May generate system snapshot: no way to it found; May view logs")


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [(True, False, PASS), (True, True, FAIL), (False, False, UNCLEAR)],
)
def test_idle_session(*, before: bool, after: bool, verdict: Verdict) -> None:
    seen = IdleSessionSeen(idle_s=615.0, alive_before=before, alive_after=after, logged_out=True)
    assert idle_session_ends(seen).verdict is verdict
