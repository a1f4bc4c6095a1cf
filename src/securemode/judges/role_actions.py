"""What an account of each role really did, for ROLE-01 to 03, and an idle session for GLOBAL-16."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.role_actions import Effect
from securemode.verdicts import Judgement, deviates, holds, statement, unclear

if TYPE_CHECKING:
    from securemode.observations.role_actions import ActionSeen, IdleSessionSeen, RoleActionsSeen

BY_HAND = "log in with this role and try it by hand."


def role_is_refused(seen: RoleActionsSeen) -> Judgement:
    """ROLE-01, ROLE-02: the account gets in, and each action that it could try is refused."""
    expected = "every action of the auditor refused"
    if lost := _without_control(seen, expected):
        return lost
    done = [one for one in seen.actions if one.effect is Effect.DONE]
    if done:
        return deviates(
            f'lets the role "{seen.role.value}" do what is the auditor\'s',
            expected=expected,
            saw=_shown(done),
        )
    said = f'refuses the role "{seen.role.value}" what is the auditor\'s'
    return _unless_unclear(seen, said, expected)


def role_is_allowed(seen: RoleActionsSeen) -> Judgement:
    """ROLE-03: the auditor gets in, and each action that was tried is done."""
    expected = "every action of the auditor done"
    all_done = bool(seen.actions) and all(one.effect is Effect.DONE for one in seen.actions)
    if not all_done and (lost := _without_control(seen, expected)):
        return lost  # an action that is done needs no other proof of the account
    refused = [one for one in seen.actions if one.effect is Effect.REFUSED]
    if refused:
        return deviates(
            f'refuses the role "{seen.role.value}" what is its own',
            expected=expected,
            saw=_shown(refused),
        )
    return _unless_unclear(seen, f'lets the role "{seen.role.value}" do what is its own', expected)


def _without_control(seen: RoleActionsSeen, expected: str) -> Judgement | None:
    missing = [
        name
        for name, works in (
            ("the Administrator interface", seen.web_login),
            ("the Management API", seen.api_login),
        )
        if not works
    ]
    if not missing:
        return None
    return unclear(
        f'does not let the account of the role "{seen.role.value}" in',
        expected=f"{expected}, and the account let in",
        saw=f"{seen.username} gets neither into {' nor '.join(missing)}"
        if len(missing) > 1
        else f"{seen.username} does not get into {missing[0]}",
        next_step="correct credentials.roles, and see that the account has this role and no other.",
    )


def _unless_unclear(seen: RoleActionsSeen, said: str, expected: str) -> Judgement:
    """The good judgement, where there was a clear way to every action; the rest is for a person."""
    missed = [one for one in seen.actions if one.effect in {Effect.UNCLEAR, Effect.NOT_FOUND}]
    if missed or not seen.actions:
        return unclear(
            f'does not show all of what the role "{seen.role.value}" may do',
            expected=expected,
            saw=_shown([*missed, *(one for one in seen.actions if one not in missed)]),
            next_step=BY_HAND,
        )
    return holds(said, expected=expected, saw=_shown(list(seen.actions)))


def _shown(actions: list[ActionSeen]) -> str:
    return "; ".join(
        f"{one.action.value}: {one.effect.value}"
        + (f" ({one.request}: {one.detail})" if one.detail else "")
        for one in actions
    )


def idle_session_ends(seen: IdleSessionSeen) -> Judgement:
    """GLOBAL-16: a session that was alive is not, once it has been idle for the site's time."""
    expected = f"an idle session ended after {seen.idle_s / 60:.1f} minutes"
    if not seen.alive_before:
        return unclear(
            "shows no session that could end",
            expected=expected,
            saw="a login that opens no page",
            next_step="see DEPLOY-05.",
        )
    return statement(
        good=not seen.alive_after,
        what="ends an idle session",
        otherwise="keeps an idle session alive",
        expected=expected,
        saw="the page is still shown" if seen.alive_after else "the page is shown no more",
    )
