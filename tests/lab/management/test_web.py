"""The web interface: login form, sessions on the wire, headers, pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.behaviour import Behaviour, ClosedPorts, Headers, Tls

if TYPE_CHECKING:
    import requests

    from lab.management.conftest import ManagementNode

START = "/admin/conferencingstatus/deploymentgraph/deployment_graph/"
LOGIN = "/admin/login/"


def _apply(node: ManagementNode, **changes: object) -> None:
    tls = Tls(frozenset({"TLSv1_2"}), "", "", "")
    answers = Answers()
    values: dict[str, object] = {
        "closed_ports": ClosedPorts.DROP,
        "sip_udp": None,
        "sip_tcp": answers.sip_tcp_port,
        "sip_tls": answers.sip_tls_port,
        "h323": False,
        "ssh": False,
        "ssh_logins": False,
        "https": tls,
        "sip": tls,
        **changes,
    }
    node.web.apply(Behaviour(**values))  # type: ignore[arg-type]


def test_login_leads_to_the_start_page_with_a_guarded_cookie(node: ManagementNode) -> None:
    browser = node.browser()
    answer = node.log_in(browser)

    assert (answer.status_code, answer.headers["Location"]) == (302, START)
    cookie = next(
        value for value in answer.raw.headers.getlist("Set-Cookie") if "sessionid" in value
    )
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "HttpOnly", "Path=/", "SameSite=Lax", "Secure",
    }  # fmt: skip
    assert node.is_in(browser)
    assert browser.get(node.url + START, timeout=10).status_code == 200


def test_wrong_password_shows_the_form_again(node: ManagementNode) -> None:
    browser = node.browser()
    answer = node.log_in(browser, password="wrong")

    assert answer.status_code == 200
    assert 'class="errorlist' in answer.text
    assert 'name="csrfmiddlewaretoken"' in answer.text
    assert "sessionid" not in browser.cookies
    assert not node.is_in(browser)


@pytest.mark.parametrize("path", ["/admin/", START, "/admin/unknown/", "/admin/platform/schema/"])
def test_protected_pages_lead_to_the_login_form(node: ManagementNode, path: str) -> None:
    answer = node.ask("GET", f"{path}?x=1", auth=None)

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{LOGIN}?next={path}%3Fx%3D1"


def test_root_leads_to_the_interface(node: ManagementNode) -> None:
    answer = node.ask("GET", "/", auth=None)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


@pytest.mark.parametrize(
    ("following", "location"),
    [
        ("/admin/platform/schema/", "/admin/platform/schema/"),
        ("https://evil.example/", START),
        ("//evil.example/", START),
        ("/\\evil.example/", START),
        ("", START),
    ],
)
def test_next_stays_on_this_site(node: ManagementNode, following: str, location: str) -> None:
    answer = node.log_in(node.browser(), next=following)

    assert answer.headers["Location"] == location


def test_banner_is_shown_as_text(node: ManagementNode) -> None:
    node.store.update("global", 1, {"logon_banner": "For <b>authorised</b> use & nothing else"})

    page = node.ask("GET", LOGIN, auth=None).text

    assert "For &lt;b&gt;authorised&lt;/b&gt; use &amp; nothing else" in page
    assert "<b>" not in page


def test_site_banner_is_on_every_page(node: ManagementNode) -> None:
    node.store.update("global", 1, {"site_banner": "LAB <x>"})
    browser = node.browser()
    node.log_in(browser)

    assert "LAB &lt;x&gt;" in node.ask("GET", LOGIN, auth=None).text
    for path in ("/admin/", "/admin/platform/schema/", "/admin/logout/"):
        assert "LAB &lt;x&gt;" in browser.get(node.url + path, timeout=10).text


def _post(node: ManagementNode, browser: requests.Session, token: str, **headers: str) -> int:
    fields = {"username": "admin", "password": "right password", "csrfmiddlewaretoken": token}
    address = node.url + LOGIN
    return browser.post(
        address, fields, headers=headers, timeout=10, allow_redirects=False
    ).status_code


def test_forms_from_elsewhere_are_refused(node: ManagementNode) -> None:
    browser = node.browser()
    ours = {"Referer": node.url + LOGIN}

    assert _post(node, browser, "x" * 64, **ours) == 403
    page = browser.get(node.url + LOGIN, timeout=10).text
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w{64})"', page)
    assert found is not None
    assert _post(node, browser, "x" * 64, **ours) == 403
    assert _post(node, browser, found[1]) == 403
    assert _post(node, browser, found[1], Referer="https://evil.example/") == 403
    assert _post(node, browser, found[1], **ours) == 302


def test_logout_ends_the_session(node: ManagementNode) -> None:
    browser = node.browser()
    node.log_in(browser)
    cookie = browser.cookies["sessionid"]

    browser.get(f"{node.url}/admin/logout/", timeout=10)
    browser.cookies.set("sessionid", cookie)

    assert not node.is_in(browser)
    assert len(node.web.sessions) == 0


def test_idle_session_ends_and_a_used_one_does_not(node: ManagementNode) -> None:
    node.store.update("global", 1, {"management_session_timeout": 10})
    browser = node.browser()
    node.log_in(browser)

    for _ in range(3):
        node.clock.advance(minutes=9.9)
        assert node.is_in(browser)
    node.clock.advance(minutes=10)
    assert not node.is_in(browser)


def test_without_timeout_nobody_is_logged_out(node: ManagementNode) -> None:
    node.store.update("global", 1, {"session_timeout_enabled": False})
    browser = node.browser()
    node.log_in(browser)
    node.clock.advance(minutes=100_000)

    assert node.is_in(browser)


def test_session_over_the_limit_is_refused(node: ManagementNode) -> None:
    _apply(node, sessions_per_user=2)
    browsers = [node.browser() for _ in range(3)]

    answers = [node.log_in(browser) for browser in browsers]

    assert [answer.status_code for answer in answers] == [302, 302, 200]
    assert "maximum number" in answers[2].text
    assert [node.is_in(browser) for browser in browsers] == [True, True, False]


def test_session_over_the_limit_may_end_the_oldest(node: ManagementNode) -> None:
    _apply(node, sessions_total=2)
    node.web.vary("session_limit", "evict")
    browsers = [node.browser() for _ in range(3)]
    for browser in browsers:
        node.log_in(browser)

    assert [node.is_in(browser) for browser in browsers] == [False, True, True]


def test_api_requests_are_no_sessions(node: ManagementNode) -> None:
    _apply(node, sessions_total=1)
    for _ in range(3):
        assert node.ask("GET", "/api/admin/configuration/v1/global/").status_code == 200

    assert node.log_in(node.browser()).status_code == 302


@pytest.mark.parametrize("defect", ["sessions_unlimited_total", "sessions_unlimited_per_user"])
def test_defect_lifts_one_limit(node: ManagementNode, defect: str) -> None:
    _apply(node, **{defect.replace("_unlimited", ""): 1})
    node.web.defects.add(defect)
    browsers = [node.browser() for _ in range(2)]

    for browser in browsers:
        node.log_in(browser)

    assert all(node.is_in(browser) for browser in browsers)


def test_defects_of_the_login(node: ManagementNode) -> None:
    node.web.defects.add("login_refuses_right_password")
    assert node.log_in(node.browser()).status_code == 200
    node.web.defects.clear()
    node.web.defects.add("login_accepts_wrong_password")
    assert node.log_in(node.browser(), password="wrong").status_code == 302
    assert node.log_in(node.browser(), username="nobody", password="wrong").status_code == 200


def test_restart_ends_every_session(node: ManagementNode) -> None:
    browser = node.browser()
    node.log_in(browser)
    node.web.restart()

    assert not node.is_in(browser)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (LOGIN, 200),
        ("/admin/", 302),
        ("/nothing", 404),
        ("/api/admin/configuration/v1/global/", 401),
        ("/api/admin/configuration/v1/nothing/", 404),
        ("/oauth/token/", 405),
    ],
)
def test_every_answer_carries_the_headers(node: ManagementNode, path: str, status: int) -> None:
    values = (("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"))
    _apply(node, headers=Headers(values))

    answer = node.ask("GET", path, auth=None)

    assert answer.status_code == status
    assert dict(values).items() <= dict(answer.headers).items()
    assert "Python" not in answer.headers["Server"]


def test_failure_of_our_own_is_a_500_with_the_headers(
    node: ManagementNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    _apply(node, headers=Headers((("X-Frame-Options", "DENY"),)))
    monkeypatch.setattr(node.store, "rows", lambda _resource: 1 / 0)

    answer = node.ask("GET", "/api/admin/configuration/v1/global/")

    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (500, "DENY")
    assert set(answer.json()) == {"error_message"}
    assert node.web.log.entries()[-1]["status"] == 500


def test_roles_decide_who_comes_in_and_who_sees_the_logs(node: ManagementNode) -> None:
    log = "/admin/logview/log/administrator/"
    node.add_person("reader", 1)
    node.add_person("stranger")
    browser = node.browser()

    assert node.log_in(node.browser(), "stranger", "password of stranger").status_code == 200
    assert node.log_in(browser, "reader", "password of reader").status_code == 302
    assert LOGIN in browser.get(node.url + log, timeout=10).text
    rows = node.store.rows("permission")
    left = [row["id"] for row in rows if row["name"] != "May view logs"]
    node.store.update("role", 1, {"permissions": left})
    node.log_in(browser, "reader", "password of reader")
    browser.cookies.clear()
    node.log_in(browser, "reader", "password of reader")
    answer = browser.get(node.url + log, timeout=10)
    assert (answer.status_code, "Access denied" in answer.text) == (403, True)
