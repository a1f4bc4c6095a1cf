from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.role_actions import idle_session_ends, role_is_allowed, role_is_refused
from securemode.observations.role_actions import GuideRole
from securemode.plugin.steps import judgement, observation
from securemode.probes.idle_session import IdleSession
from securemode.probes.probe import not_reviewed
from securemode.probes.role_actions import (
    AuditorCreations,
    AuditorViews,
    RoleRefusals,
    account_of,
)

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.probes.probe import Probe, Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node

GIVE_ACCOUNT = "state an account with this role, and no other, in credentials.roles."


def with_account(probe: Probe, role: GuideRole, environment: Environment) -> Probe | Withheld:
    if account_of(role, environment.credentials) is None:
        reason = f'the environment gives no account of the role "{role.value}".'
        return not_reviewed(reason, next_step=GIVE_ACCOUNT)
    return probe


@observation('an account of the role "{role}" tries what is the auditor\'s', role=GuideRole)
def account_tries(node: Node, environment: Environment, role: GuideRole) -> Probe | Withheld:
    return with_account(RoleRefusals(node, role), role, environment)


@judgement("each action is refused")
def each_action_refused(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(role_is_refused)


@observation("an account of the auditor looks at logs and packet captures")
def auditor_looks(node: Node, environment: Environment) -> Probe | Withheld:
    return with_account(AuditorViews(node), GuideRole.AUDITOR, environment)


@observation("an account of the auditor makes a snapshot and a backup")
def auditor_makes(node: Node, environment: Environment) -> Probe | Withheld:
    return with_account(AuditorCreations(node), GuideRole.AUDITOR, environment)


@judgement("each action is done")
def each_action_done(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(role_is_allowed)


@observation("an administrator session is left idle for the session timeout")
def session_left_idle(node: Node, site: Site) -> IdleSession:
    return IdleSession(node, site.session_timeout_minutes)


@judgement("the session has ended")
def session_has_ended(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(idle_session_ends)
