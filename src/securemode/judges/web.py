"""What the web interface says about DEPLOY-05, WIZ-10, WIZ-11, WIZ-21 and WIZ-22."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING

from securemode.observations.web import LoginBy, Page, SessionLimit
from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.observations.web import (
        AdministratorLoginSeen,
        HttpAnswer,
        HttpAnswersSeen,
        WebSessionsSeen,
    )
    from securemode.verdicts import Judgement

REFERRER_POLICY, HSTS = "referrer-policy", "strict-transport-security"
ONLY_ADMINISTRATORS = "only the configured administrator gets in"
CHECK = {
    LoginBy.PASSWORD: (
        "check credentials.web of the environment, then the account in the product."
    ),
    LoginBy.CERTIFICATE: (
        "check credentials.client_certificate of the environment, then the directory."
    ),
}


def only_the_administrator_gets_in(seen: AdministratorLoginSeen) -> Judgement:
    """DEPLOY-05: the protected page opens after the right login, and only then."""
    saw = (
        f"right {seen.by}: {seen.right_password}, wrong {seen.by}: {seen.wrong_password}, "
        f"no login: {seen.without_login}"
    )
    saw += "" if seen.logged_out else "; the session could not be closed again"
    if seen.without_login.page is Page.CONTENT:
        what = f"shows {seen.protected_path} without login"
    elif seen.wrong_password.page is Page.CONTENT:
        what = f"lets an administrator in with a wrong {seen.by}"
    elif seen.right_password.page is not Page.CONTENT:
        return deviates(
            "does not let the configured administrator in",
            expected=ONLY_ADMINISTRATORS,
            saw=saw,
            next_step=CHECK[seen.by],
        )
    else:
        return holds("lets only the administrator in", expected=ONLY_ADMINISTRATORS, saw=saw)
    return deviates(what, expected=ONLY_ADMINISTRATORS, saw=saw)


def sessions_are_limited(seen: WebSessionsSeen) -> Judgement:
    """WIZ-10 and WIZ-11: of N + 1 sessions N stay alive.

    Fewer than N prove nothing: another limit bit first, or other administrators hold the rest.
    """
    whose = "one user" if seen.limit is SessionLimit.PER_USER else "all users"
    expected = f"{seen.expected} sessions of {whose}"
    saw = f"{seen.alive} alive of {seen.attempted} opened with {_accounts(seen.accounts)}"
    saw += f"; {seen.left_behind} could not be closed again" if seen.left_behind else ""
    if seen.alive > seen.expected:
        return deviates(
            f"keeps {seen.alive} administrator sessions of {whose} alive",
            expected=expected,
            saw=saw,
        )
    if seen.alive == seen.expected:
        return holds(
            f"keeps no more than {seen.expected} administrator sessions of {whose} alive",
            expected=expected,
            saw=saw,
        )
    return unclear(
        f"kept fewer administrator sessions of {whose} alive than its limit allows",
        expected=expected,
        saw=saw,
        next_step=_how_to_reach_the_limit(seen),
    )


def _accounts(number: int) -> str:
    return "1 account" if number == 1 else f"{number} accounts"


def _how_to_reach_the_limit(seen: WebSessionsSeen) -> str:
    if seen.limit is SessionLimit.TOTAL and seen.alive > 0:
        needed = ceil((seen.expected + 1) * seen.accounts / seen.alive)
        logins = "logins" if seen.by is LoginBy.PASSWORD else "logins with certificates"
        return (
            f"give credentials.more_web so many {logins} that there are {needed} accounts: the "
            "limit of one user was reached first."
        )
    return (
        "log out every other session of this user and run again; if the number stays, the security "
        "wizard was given a lower limit."
    )


def referrer_stays_within_origin(seen: HttpAnswersSeen) -> Judgement:
    """WIZ-21: every answer says Referrer-Policy: same-origin, once and nothing else."""
    return _every_answer(
        seen,
        good=lambda answer: _policies(answer) == ["same-origin"],
        shown=lambda answer: ", ".join(_policies(answer)) or "no header",
        header="Referrer-Policy",
        expected="same-origin on every answer",
    )


def https_is_demanded_without_preload(seen: HttpAnswersSeen) -> Judgement:
    """WIZ-22: every answer has Strict-Transport-Security in force, without preload.

    A header without max-age, or with max-age=0, demands nothing (RFC 6797 section 6.1.1).
    """
    return _every_answer(
        seen,
        good=_demands_https_without_preload,
        shown=lambda answer: " and ".join(answer.values(HSTS)) or "no header",
        header="Strict-Transport-Security",
        expected="the header on every answer, in force, without preload",
    )


def _every_answer(
    seen: HttpAnswersSeen,
    *,
    good: Callable[[HttpAnswer], bool],
    shown: Callable[[HttpAnswer], str],
    header: str,
    expected: str,
) -> Judgement:
    wrong = [answer for answer in seen.answers if not good(answer)]
    if wrong:
        return deviates(
            f"sends {len(wrong)} of {len(seen.answers)} HTTPS answers without the right {header}",
            expected=expected,
            saw="; ".join(f"{one.request} ({one.status}): {shown(one)}" for one in wrong),
        )
    values = dict.fromkeys(shown(answer) for answer in seen.answers)
    return holds(
        f"sends the right {header} on every HTTPS answer",
        expected=expected,
        saw=f"{' / '.join(values)} on {len(seen.answers)} answers",
    )


def _policies(answer: HttpAnswer) -> list[str]:
    return [
        policy.strip().lower()
        for value in answer.values(REFERRER_POLICY)
        for policy in value.split(",")
    ]


def _demands_https_without_preload(answer: HttpAnswer) -> bool:
    directives = {
        name.strip().lower(): argument.strip().strip('"')
        for value in answer.values(HSTS)
        for name, _, argument in (part.partition("=") for part in re.split("[;,]", value))
    }
    age = directives.get("max-age", "")
    return age.isdecimal() and int(age) > 0 and "preload" not in directives
