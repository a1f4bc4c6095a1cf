"""CBA-02 to CBA-04, LAST-03 and GLOBAL-14: what is said of who gets in."""

from __future__ import annotations

from typing import Any

import pytest

from securemode.judges import client_certificates as judges
from securemode.observations.client_certificates import (
    ClientCertificateAccessSeen,
    Door,
    DoorAnswer,
    LoginPageSeen,
    Presented,
    Visit,
)
from securemode.observations.configuration import ConfigurationRows
from securemode.observations.web import Page
from securemode.verdicts import Verdict

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
ALERT, CLOSED = "alert certificate required", "closed"
LET_IN = (200, 200, 200)


def visit(*answers: int | str | Page, presented: Presented = Presented.NONE) -> Visit:
    """Answers of login page, start page and API: a status, how TLS ended, or what is shown."""
    doors = []
    for door, answer in zip(Door, answers, strict=True):
        shown = answer if isinstance(answer, Page) else Page.NOTHING
        shown = Page.CONTENT if answer == 200 else shown
        is_status = isinstance(answer, int)
        status = answer if isinstance(answer, int) else 200 * isinstance(answer, Page)
        ended = "" if is_status or isinstance(answer, Page) else str(answer)
        doors.append(DoorAnswer(door=door, page=shown, status=status, ended_by=ended))
    return Visit(presented=presented, doors=tuple(doors))


def seen(one: Visit, control: Visit | None) -> ClientCertificateAccessSeen:
    return ClientCertificateAccessSeen(
        visit=one, control=control, logged_out=True, certificate_was_verified=True
    )


@pytest.mark.parametrize(
    ("answers", "control", "verdict"),
    [
        ((ALERT, ALERT, ALERT), LET_IN, PASS),
        ((CLOSED, ALERT, CLOSED), LET_IN, PASS),
        ((400, 400, 400), LET_IN, PASS),
        ((403, 302, 401), LET_IN, PASS),
        ((403, 403, 200), LET_IN, FAIL),
        ((Page.LOGIN_FORM, 403, 401), LET_IN, FAIL),
        ((403, 200, 401), LET_IN, FAIL),
        ((403, Page.LOGIN_FORM, 401), LET_IN, FAIL),
        ((ALERT, ALERT, ALERT), (ALERT, ALERT, ALERT), UNCLEAR),
        ((403, 403, 403), (302, 200, 403), UNCLEAR),
        ((400, 400, 400), None, UNCLEAR),
        ((404, 403, 403), LET_IN, UNCLEAR),
        ((500, 500, 500), LET_IN, UNCLEAR),
    ],
)
def test_refusals(
    answers: tuple[Any, ...], control: tuple[Any, ...] | None, verdict: Verdict
) -> None:
    judgement = judges.access_is_refused(
        seen(visit(*answers), visit(*control) if control else None)
    )
    assert judgement.verdict is verdict


@pytest.mark.parametrize(
    ("answers", "api_too", "verdict"),
    [
        (LET_IN, True, PASS),
        ((302, 200, 200), True, PASS),
        ((302, 200, 403), True, FAIL),
        ((302, 200, 403), False, PASS),
        ((ALERT, ALERT, ALERT), False, FAIL),
        ((Page.LOGIN_FORM, Page.LOGIN_FORM, 200), False, FAIL),
    ],
)
def test_access(answers: tuple[Any, ...], api_too: bool, verdict: Verdict) -> None:  # noqa: FBT001
    judge = judges.access_is_given if api_too else judges.last_resort_opens
    assert judge(seen(visit(*answers), None)).verdict is verdict


def rows(resource: str, **row: Any) -> ConfigurationRows:
    return ConfigurationRows(resource, "2026-01-01T00:00:00Z", served=True, rows=(row,))


def page(text: str = "", *, has_form: bool = True, status: int = 200) -> LoginPageSeen:
    return LoginPageSeen(status=status, has_form=has_form, text=text)


NO_FORM, NO_TLS = page(has_form=False, status=400), page(has_form=False, status=0)


@pytest.mark.parametrize(
    ("login_page", "configured", "mode", "site_text", "verdict"),
    [
        (page("Pexip Keep out now"), "Keep  out", "NO", None, PASS),
        (page("Pexip Keep out now"), "Keep out", "NO", "Keep\nout", PASS),
        (page("Pexip Keep out now"), "Keep out", "NO", "Stay away", FAIL),
        (page("Pexip"), "Keep out", "NO", None, FAIL),
        (page("Pexip"), "", "NO", None, FAIL),
        (page("Pexip Keep out"), "Keep out", "CN", None, PASS),
        (NO_FORM, "Keep out", "CN", None, Verdict.NOT_APPLICABLE),
        (NO_TLS, "Keep out", "UPN", None, Verdict.NOT_APPLICABLE),
        (NO_FORM, "Keep out", "NO", None, UNCLEAR),
    ],
)
def test_banner(
    login_page: LoginPageSeen,
    configured: str,
    mode: str,
    site_text: str | None,
    verdict: Verdict,
) -> None:
    judgement = judges.banner_is_shown(
        login_page,
        rows("global", logon_banner=configured),
        rows("authentication", client_certificate=mode),
        site_text=site_text,
    )
    assert judgement.verdict is verdict
