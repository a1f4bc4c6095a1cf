from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.web import (
    https_is_demanded_without_preload,
    only_the_administrator_gets_in,
    referrer_stays_within_origin,
    sessions_are_limited,
)
from securemode.observations.web import SessionLimit
from securemode.plugin.steps import judgement, observation
from securemode.probes.web import AdministratorLogin, HttpAnswers
from securemode.probes.web_sessions import WebSessions

if TYPE_CHECKING:
    from securemode.environment.site import Site
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node


@observation("an administrator logs in, with a wrong and with the right password")
def administrator_logs_in(node: Node) -> AdministratorLogin:
    return AdministratorLogin(node)


@judgement("only the right password opens the Administrator interface")
def only_the_right_password_opens(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(only_the_administrator_gets_in)


@observation("one administrator session more than the total limit is opened")
def sessions_of_all_users(node: Node, site: Site) -> WebSessions:
    return WebSessions(node, SessionLimit.TOTAL, site.web_sessions.total)


@observation("one administrator session more than the limit of one user is opened")
def sessions_of_one_user(node: Node, site: Site) -> WebSessions:
    return WebSessions(node, SessionLimit.PER_USER, site.web_sessions.per_user)


@judgement("no more sessions stay alive than the limit allows")
def no_more_sessions_stay_alive(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(sessions_are_limited)


@observation("every sort of HTTPS answer is fetched")
def every_sort_of_answer(node: Node) -> HttpAnswers:
    return HttpAnswers(node)


@judgement("each of them says that the referrer stays within the origin")
def each_keeps_the_referrer(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(referrer_stays_within_origin)


@judgement("each of them demands HTTPS without preload")
def each_demands_https(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(https_is_demanded_without_preload)
