"""Pages for backups, snapshots and packet captures: what they do, and for whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from securemode_lab.appliance.permissions import AUDITING, READ_WRITE, Permission

if TYPE_CHECKING:
    import requests

    from lab.management.conftest import ManagementNode

BACKUPS = "/admin/platform/backup/"
SNAPSHOTS = "/admin/platform/snapshot/"
CAPTURES = "/admin/platform/packetcapture/"
AUDIT_LOG = "/admin/platform/auditlog/"
PAGES = {
    BACKUPS: (Permission.BACK_UP, Permission.DOWNLOAD_BACKUPS),
    SNAPSHOTS: (Permission.SNAPSHOT, Permission.SNAPSHOT),
    CAPTURES: (Permission.CAPTURE_PACKETS, Permission.DOWNLOAD_CAPTURES),
}
"""Page, and the permissions to make and to download."""
FORM = {"action": "create", "passphrase": "secret", "limit": "1"}
BEGINNING = {SNAPSHOTS: b"\x1f\x8b", CAPTURES: b"\xd4\xc3\xb2\xa1"}


def _browser(node: ManagementNode, *permissions: Permission) -> requests.Session:
    """Somebody with these permissions beside those to log in."""
    usual = {Permission.IS_ADMINISTRATOR, Permission.WEB_INTERFACE}
    rows = node.store.rows("permission")
    held = [row["id"] for row in rows if row["name"] in usual.union(permissions)]
    name = f"person{len(node.store.rows('role'))}"
    role = node.store.insert("role", {"name": name, "permissions": held})
    node.add_person(name, int(role))
    browser = node.browser()
    node.log_in(browser, name, f"password of {name}")
    return browser


def _get(node: ManagementNode, browser: requests.Session, path: str) -> requests.Response:
    return browser.get(node.url + path, timeout=10, allow_redirects=False)


def _links(text: str, page: str) -> list[str]:
    return re.findall(rf'href="({re.escape(page)}download/[^"]+)"', text)


@pytest.mark.parametrize("page", PAGES)
def test_a_file_is_made_listed_and_downloaded(node: ManagementNode, page: str) -> None:
    browser = _browser(node, *PAGES[page])
    assert _links(_get(node, browser, page).text, page) == []
    answer = node.post(browser, page, **FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, page)

    (link,) = _links(_get(node, browser, page).text, page)
    file = _get(node, browser, link)

    assert file.status_code == 200
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.content.startswith(BEGINNING.get(page, b""))
    assert file.content


@pytest.mark.parametrize("page", [BACKUPS, CAPTURES])
def test_a_file_is_deleted(node: ManagementNode, page: str) -> None:
    browser = _browser(node, *PAGES[page])
    node.post(browser, page, **FORM)
    (link,) = _links(_get(node, browser, page).text, page)
    name = link.rstrip("/").rpartition("/")[2]
    assert node.post(browser, page, action="delete", name=name).status_code == 302

    assert _links(_get(node, browser, page).text, page) == []
    assert _get(node, browser, link).status_code == 404
    again = node.post(browser, page, action="delete", name=name)
    assert (again.status_code, "There is no such file" in again.text) == (200, True)


def test_backups_of_page_and_api_are_the_same(node: ManagementNode) -> None:
    browser = _browser(node, *PAGES[BACKUPS])
    node.post(browser, BACKUPS, action="create", passphrase="secret")
    (row,) = node.get("/api/admin/configuration/v1/system_backup/")["objects"]
    archive = _get(node, browser, f"{BACKUPS}download/{row['filename']}/").content
    assert len(archive) == row["size"]
    node.ask("DELETE", row["resource_uri"])
    assert row["filename"] not in _get(node, browser, BACKUPS).text


@pytest.mark.parametrize(("passphrase", "text"), [("", "required"), ("x" * 1001, "at most 1000")])
def test_a_backup_needs_a_passphrase(node: ManagementNode, passphrase: str, text: str) -> None:
    browser = _browser(node, *PAGES[BACKUPS])
    answer = node.post(browser, BACKUPS, action="create", passphrase=passphrase)
    assert text in answer.text
    assert _links(answer.text, BACKUPS) == []


@pytest.mark.parametrize("page", PAGES)
def test_whoever_has_no_permission_sees_the_menu_and_nothing_else(
    node: ManagementNode, page: str
) -> None:
    auditor = _browser(node, *AUDITING)
    node.post(auditor, page, **FORM)
    (link,) = _links(_get(node, auditor, page).text, page)
    others = _browser(node, *set(READ_WRITE).difference(PAGES[page]))
    assert f'href="{page}"' in _get(node, others, "/admin/").text
    token = others.cookies["csrftoken"]
    for answer in (
        _get(node, others, page),
        _get(node, others, link),
        others.post(
            node.url + page,
            {**FORM, "csrfmiddlewaretoken": token},
            headers={"Referer": node.url + page},
            timeout=10,
        ),
    ):
        assert (answer.status_code, "Access denied" in answer.text) == (403, True)
    assert len(_links(_get(node, auditor, page).text, page)) == 1


@pytest.mark.parametrize("page", [BACKUPS, CAPTURES])
def test_to_make_and_to_download_are_two_permissions(node: ManagementNode, page: str) -> None:
    make, fetch = PAGES[page]
    maker, fetcher = _browser(node, make), _browser(node, fetch)
    assert node.post(maker, page, **FORM).status_code == 302
    shown = _get(node, maker, page).text
    assert "Create" in shown
    assert _links(shown, page) == []
    shown = _get(node, fetcher, page).text
    assert "Create" not in shown
    (link,) = _links(shown, page)
    assert _get(node, fetcher, link).status_code == 200
    assert _get(node, maker, link).status_code == 403
    assert node.post(fetcher, page, **FORM).status_code == 403


def test_logs_are_refused_without_permission(node: ManagementNode) -> None:
    answer = _get(node, _browser(node, Permission.BACK_UP), AUDIT_LOG)
    assert (answer.status_code, "Access denied" in answer.text) == (403, True)
    assert _get(node, _browser(node, Permission.VIEW_LOGS), AUDIT_LOG).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, AUDIT_LOG])
def test_refusal_is_a_variant_on_pages_too(node: ManagementNode, path: str) -> None:
    node.web.vary("role_refusal", "401")
    answer = _get(node, _browser(node), path)
    assert (answer.status_code, "Access denied" in answer.text) == (401, True)


@pytest.mark.parametrize("page", PAGES)
def test_a_form_from_elsewhere_is_refused(node: ManagementNode, page: str) -> None:
    browser = _browser(node, *PAGES[page])
    fields = {**FORM, "csrfmiddlewaretoken": "x" * 64}
    _get(node, browser, page)
    referer = {"Referer": node.url + page}
    answer = browser.post(node.url + page, fields, headers=referer, timeout=10)
    assert answer.status_code == 403
    assert _links(_get(node, browser, page).text, page) == []


def test_an_unknown_action_does_nothing(node: ManagementNode) -> None:
    browser = _browser(node, *PAGES[SNAPSHOTS])
    for action in ("delete", "explode", ""):
        assert "no such action" in node.post(browser, SNAPSHOTS, action=action, name="x").text


@pytest.mark.parametrize("page", PAGES)
def test_without_session_there_is_the_login_form(node: ManagementNode, page: str) -> None:
    answer = node.ask("GET", page, auth=None)
    assert answer.headers["Location"] == f"/admin/login/?next={page}"
    assert node.ask("GET", f"{page}download/x/", auth=None).status_code == 302
    assert node.ask("GET", page).status_code == 302
