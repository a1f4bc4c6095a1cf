"""CBA-02 to CBA-04, LAST-03 and GLOBAL-14: who gets in by certificate, and what others see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.configuration import the_only_row
from securemode.observations.client_certificates import Door
from securemode.observations.web import Page
from securemode.verdicts import Judgement, Verdict, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.client_certificates import (
        ClientCertificateAccessSeen,
        DoorAnswer,
        LoginPageSeen,
        Visit,
    )
    from securemode.observations.configuration import ConfigurationRows

REFUSING = frozenset({400, 401, 403})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NO_ACCESS = "neither a login page nor content, at any door"


def access_is_refused(seen: ClientCertificateAccessSeen) -> Judgement:
    """CBA-02 and CBA-04: no door opens, while the administrator's certificate opens them.

    How a product refuses is not stated: a TLS alert, a closed connection, 400, 401, 403, or a
    redirect that never leads to a page are all refusals.
    """
    who = seen.visit.presented.value
    saw = str(seen.visit)
    opened = [one for one in seen.visit.doors if one.page is not Page.NOTHING]
    if opened:
        return deviates(
            f"opens with {who}: {', '.join(one.door.value for one in opened)}",
            expected=NO_ACCESS,
            saw=saw,
        )
    if seen.control is None or not _is_let_in(seen.control):
        return unclear(
            f"refuses {who}, but the administrator's certificate as well",
            expected=f"{NO_ACCESS}; the administrator's certificate opens both",
            saw=f"{saw}; control: {seen.control or 'none'}",
            next_step="see CBA-03: without a certificate that is let in, refusals say nothing.",
        )
    odd = [one for one in seen.visit.doors if not _is_refusal(one)]
    if odd:
        return unclear(
            f"gives no clear answer to {who}",
            expected="a TLS alert, 400, 401, 403, or a redirect that leads nowhere",
            saw=saw,
        )
    return holds(f"refuses {who}", expected=NO_ACCESS, saw=f"{saw}; control: {seen.control}")


def _is_refusal(answer: DoorAnswer) -> bool:
    return bool(answer.ended_by) or answer.status in REFUSING | REDIRECTS


def _is_let_in(visit: Visit) -> bool:
    shown = {one.door: one.page for one in visit.doors}
    return all(shown.get(door) is Page.CONTENT for door in (Door.START_PAGE, Door.API))


def access_is_given(seen: ClientCertificateAccessSeen) -> Judgement:
    """CBA-03: the certificate opens Administrator interface and API."""
    who = seen.visit.presented.value
    expected = "access to the Administrator interface and the API"
    if _is_let_in(seen.visit):
        return holds(f"lets {who} in", expected=expected, saw=_with_leaving(seen))
    return deviates(
        f"does not let {who} in",
        expected=expected,
        saw=_with_leaving(seen),
        next_step="compare the identity in the certificate with the directory, and see whether its "
        "issuer is among the trusted authorities.",
    )


def last_resort_opens(seen: ClientCertificateAccessSeen) -> Judgement:
    """LAST-03: the last-resort certificate opens the Administrator interface."""
    who = seen.visit.presented.value
    expected = "access to the Administrator interface"
    shown = {one.door: one.page for one in seen.visit.doors}
    if shown.get(Door.START_PAGE) is Page.CONTENT:
        return holds(f"lets {who} in", expected=expected, saw=_with_leaving(seen))
    return deviates(f"does not let {who} in", expected=expected, saw=_with_leaving(seen))


def _with_leaving(seen: ClientCertificateAccessSeen) -> str:
    return f"{seen.visit}{'' if seen.logged_out else '; the session could not be closed again'}"


def banner_is_shown(
    page: LoginPageSeen,
    settings: ConfigurationRows,
    authentication: ConfigurationRows,
    *,
    site_text: str | None,
) -> Judgement:
    """GLOBAL-14: the login page shows the banner, the site's where it states one.

    Where a client certificate is required, there is no login page that could show it.
    """
    rows = the_only_row(settings), the_only_row(authentication)
    for row in rows:
        if isinstance(row, Judgement):
            return row
    configured, mode = (row if isinstance(row, dict) else {} for row in rows)
    wanted = site_text or str(configured.get("logon_banner") or "")
    expected = f'"{_short(wanted)}" before login' if wanted else "some text before login"
    if not page.has_form:
        return _without_form(page, mode.get("client_certificate"), expected)
    if not wanted:
        return deviates("shows no login banner", expected=expected, saw="none is configured")
    if _collapsed(wanted) in page.text:
        return holds("shows the login banner", expected=expected, saw=f'"{_short(wanted)}"')
    return deviates(
        "does not show the login banner on its login page",
        expected=expected,
        saw=f'"{_short(page.text)}"',
    )


def _without_form(page: LoginPageSeen, mode: object, expected: str) -> Judgement:
    saw = f"no login form (status {page.status})" if page.status else "a refused TLS handshake"
    if mode in {"CN", "UPN"}:
        return Judgement(
            Verdict.NOT_APPLICABLE,
            "has no login page, because a client certificate is required",
            expected,
            f"{saw}; Require client certificate is {mode}",
        )
    return unclear(
        "shows no login page",
        expected=expected,
        saw=f"{saw}; Require client certificate is {mode}",
        next_step="look at the login page with a browser.",
    )


def _collapsed(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    short = _collapsed(text)
    return f"{short[:80]}…" if len(short) > 80 else short  # noqa: PLR2004 - fits on a line
