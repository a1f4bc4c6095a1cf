from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.judges.web import (
    https_is_demanded_without_preload,
    only_the_administrator_gets_in,
    referrer_stays_within_origin,
    sessions_are_limited,
)
from securemode.observations.web import (
    AdministratorLoginSeen,
    HttpAnswer,
    HttpAnswersSeen,
    Page,
    PageView,
    PlainHttp,
    SessionLimit,
    WebSessionsSeen,
)
from securemode.verdicts import Verdict

CONTENT, FORM, NOTHING = (
    PageView(status, page) for status, page in zip((200, 200, 403), Page, strict=True)
)
MORE_ACCOUNTS = (
    "give credentials.more_web so many logins that there are 11 accounts: the limit of one "
    "user was reached first."
)
OTHER_SESSIONS = (
    "log out every other session of this user and run again; if the number stays, the security "
    "wizard was given a lower limit."
)


@pytest.mark.parametrize(
    ("without", "wrong", "right", "verdict", "what"),
    [
        (FORM, FORM, CONTENT, Verdict.PASS, "lets only the administrator in"),
        (NOTHING, NOTHING, CONTENT, Verdict.PASS, "lets only the administrator in"),
        (
            FORM,
            CONTENT,
            CONTENT,
            Verdict.FAIL,
            "lets an administrator in with a wrong password",
        ),
        (CONTENT, CONTENT, CONTENT, Verdict.FAIL, "shows /start/ without login"),
        (FORM, FORM, FORM, Verdict.FAIL, "does not let the configured administrator in"),
        (FORM, FORM, NOTHING, Verdict.FAIL, "does not let the configured administrator in"),
    ],
)
def test_only_the_administrator_gets_in(
    without: PageView, wrong: PageView, right: PageView, verdict: Verdict, what: str
) -> None:
    judgement = only_the_administrator_gets_in(
        AdministratorLoginSeen(
            protected_path="/start/",
            without_login=without,
            wrong_password=wrong,
            right_password=right,
            logged_out=True,
            certificate_was_verified=True,
        )
    )
    assert (judgement.verdict, judgement.what) == (verdict, what)
    assert judgement.expected == "only the configured administrator gets in"
    assert judgement.saw == f"right password: {right}, wrong password: {wrong}, no login: {without}"


def sessions(limit: SessionLimit, expected: int, accounts: int, alive: int) -> WebSessionsSeen:
    return WebSessionsSeen(
        limit=limit,
        expected=expected,
        accounts=accounts,
        attempted=expected + 1,
        alive=alive,
        left_behind=0,
        certificate_was_verified=True,
    )


@pytest.mark.parametrize(
    ("observed", "verdict", "what", "saw", "next_step"),
    [
        (
            sessions(SessionLimit.PER_USER, 10, 1, 10),
            Verdict.PASS,
            "keeps no more than 10 administrator sessions of one user alive",
            "10 alive of 11 opened with 1 account",
            "",
        ),
        (
            sessions(SessionLimit.TOTAL, 100, 11, 101),
            Verdict.FAIL,
            "keeps 101 administrator sessions of all users alive",
            "101 alive of 101 opened with 11 accounts",
            "",
        ),
        (
            sessions(SessionLimit.TOTAL, 100, 1, 10),
            Verdict.INCONCLUSIVE,
            "kept fewer administrator sessions of all users alive than its limit allows",
            "10 alive of 101 opened with 1 account",
            MORE_ACCOUNTS,
        ),
        (
            sessions(SessionLimit.PER_USER, 10, 1, 9),
            Verdict.INCONCLUSIVE,
            "kept fewer administrator sessions of one user alive than its limit allows",
            "9 alive of 11 opened with 1 account",
            OTHER_SESSIONS,
        ),
    ],
)
def test_sessions_are_limited(
    observed: WebSessionsSeen, verdict: Verdict, what: str, saw: str, next_step: str
) -> None:
    judgement = sessions_are_limited(observed)
    assert (judgement.verdict, judgement.what) == (verdict, what)
    assert (judgement.saw, judgement.next_step) == (saw, next_step)


@given(st.integers(1, 200), st.integers(0, 201), st.sampled_from(SessionLimit))
def test_only_a_limit_that_was_reached_passes(
    expected: int, alive: int, limit: SessionLimit
) -> None:
    verdict = sessions_are_limited(sessions(limit, expected, 1, alive)).verdict
    assert (verdict is Verdict.PASS) == (alive == expected)
    assert (verdict is Verdict.FAIL) == (alive > expected)


def answers(name: str, *values: tuple[str, ...]) -> HttpAnswersSeen:
    return HttpAnswersSeen(
        answers=tuple(
            HttpAnswer(
                request=f"GET /{number}", status=200, headers=tuple((name, one) for one in sent)
            )
            for number, sent in enumerate(values)
        ),
        unanswered=(),
        plain_http=PlainHttp(answer="refused"),
    )


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (("same-origin",), ""),
        ((" Same-Origin ",), ""),
        ((), "no header"),
        (("no-referrer",), "no-referrer"),
        (("same-origin, unsafe-url",), "same-origin, unsafe-url"),
        (("same-origin", "unsafe-url"), "same-origin, unsafe-url"),
    ],
)
def test_referrer_stays_within_origin(sent: tuple[str, ...], shown: str) -> None:
    judgement = referrer_stays_within_origin(answers("referrer-policy", ("same-origin",), sent))
    if shown:
        assert judgement.verdict is Verdict.FAIL
        assert judgement.what == "sends 1 of 2 HTTPS answers without the right Referrer-Policy"
        assert judgement.saw == f"GET /1 (200): {shown}"
    else:
        assert judgement.verdict is Verdict.PASS
        assert judgement.what == "sends the right Referrer-Policy on every HTTPS answer"
        assert judgement.saw == "same-origin on 2 answers"
    assert judgement.expected == "same-origin on every answer"


@pytest.mark.parametrize(
    ("sent", "good"),
    [
        (("max-age=31536000",), True),
        (("max-age=31536000; includeSubDomains",), True),
        (('MAX-AGE="1"',), True),
        ((), False),
        (("max-age=31536000; includeSubDomains; preload",), False),
        (("max-age=31536000;PreLoad",), False),
        (("max-age=31536000", "preload"), False),
        (("max-age=0",), False),
        (("includeSubDomains",), False),
        (("max-age=soon",), False),
        (("max-age=1; x=preloaded",), True),
    ],
)
def test_https_is_demanded_without_preload(sent: tuple[str, ...], *, good: bool) -> None:
    judgement = https_is_demanded_without_preload(answers("strict-transport-security", sent))
    assert judgement.verdict is (Verdict.PASS if good else Verdict.FAIL)
    assert (" and ".join(sent) or "no header") in judgement.saw
