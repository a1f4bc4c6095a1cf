"""Certificates as PFX files; who may, and the whole way; what FIPS mode leaves, and what lies."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from lab.management.bundles import PASSPHRASE, bundle, unbundled
from lab.management.certificate_pages import (
    FIPS,
    OWN,
    PAGE,
    Curl,
    administrator,
    count,
    derived,
    message,
    send,
)
from lab.management.certificates import Identity
from securemode_lab.appliance.permissions import READ_ONLY, READ_WRITE, Permission
from securemode_lab.appliance.resources.x509 import certificates, private_key
from securemode_lab.faults import Defect
from securemode_lab.faults.registry import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    import requests

    from lab.management.conftest import ManagementNode


def test_an_export_is_a_bundle_that_openssl_opens(
    node: ManagementNode, host: Identity, root: Identity, tmp_path: Path
) -> None:
    node.web.apply(derived(node, fips=False))
    send(node, (host.pem + root.pem + host.key_pem()).encode())
    browser = administrator(node)
    *_, link = re.findall(r'href="([^"]+)">[^<]*PFX', browser.get(node.url + PAGE, timeout=10).text)

    answer = node.post(browser, link, passphrase=PASSPHRASE)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/x-pkcs12")
    named = 'attachment; filename="host.lab.example.pfx"'
    assert answer.headers["Content-Disposition"] == named
    opened = unbundled(tmp_path, answer.content)
    assert certificates(opened) == [host.certificate, root.certificate]
    assert "friendlyName: host.lab.example" in opened
    key = opened[opened.index("-----BEGIN PRIVATE KEY") :]
    assert private_key(key).public_key() == host.key.public_key()
    assert unbundled(tmp_path, answer.content, "another") == ""


def test_in_fips_mode_an_export_is_an_empty_file(node: ManagementNode) -> None:
    node.web.apply(derived(node, fips=True))
    answer = node.post(administrator(node), OWN, passphrase=PASSPHRASE)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["Content-Type"] == "application/x-pkcs12"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="localhost.pfx"'


@pytest.mark.parametrize("passphrase", ["", "x" * 1001, "with\0NUL"])
def test_an_export_needs_a_passphrase(either: ManagementNode, passphrase: str) -> None:
    answer = either.post(administrator(either), OWN, passphrase=passphrase)
    assert "Enter a passphrase" in message(answer)
    assert "Content-Disposition" not in answer.headers


def test_a_key_that_no_bundle_can_hold(node: ManagementNode) -> None:
    for lost in ({"private_key": None}, {"certificate": ""}):
        node.store.update("tls_certificate", 1, lost)
        answer = node.post(administrator(node), OWN, passphrase=PASSPHRASE)
        assert "can't be exported" in message(answer)


def test_a_name_that_no_file_can_have(node: ManagementNode) -> None:
    host = Identity('CN=*.lab/\\"ex\\, ample')
    assert send(node, (host.pem + host.key_pem()).encode()).status_code == 302
    answer = node.post(administrator(node), f"{PAGE}2/pfx/", passphrase=PASSPHRASE)
    named = 'attachment; filename="_.lab_ex_ample.pfx"'
    assert (answer.status_code, answer.headers["Content-Disposition"]) == (200, named)


@pytest.mark.parametrize("path", [f"{PAGE}2/pfx/", f"{PAGE}1/", f"{PAGE}x/pfx/", f"{PAGE}1/pfx/x"])
def test_other_addresses_are_nothing(node: ManagementNode, path: str) -> None:
    assert administrator(node).get(node.url + path, timeout=10).status_code == 404


def _person(node: ManagementNode, *permissions: Permission) -> requests.Session:
    rows = node.store.rows("permission")
    held = [row["id"] for row in rows if row["name"] in permissions]
    node.add_person("person", int(node.store.insert("role", {"name": "x", "permissions": held})))
    browser = node.browser()
    node.log_in(browser, "person", "password of person")
    return browser


def test_whoever_may_not_change_the_configuration_sees_the_menu_alone(
    node: ManagementNode, host: Identity
) -> None:
    browser = _person(node, *READ_ONLY)
    assert f'<a href="{PAGE}">TLS certificates</a>' in browser.get(f"{node.url}/admin/").text
    data = (host.pem + host.key_pem()).encode()
    for answer in (
        browser.get(node.url + PAGE, timeout=10),
        browser.get(node.url + OWN, timeout=10),
        node.post(browser, OWN, passphrase=PASSPHRASE),
        send(node, data, browser=browser),
    ):
        assert (answer.status_code, "Access denied" in answer.text) == (403, True)
    assert count(node) == 1


def test_a_role_that_may_change_the_configuration_suffices(
    node: ManagementNode, host: Identity
) -> None:
    browser = _person(node, *READ_WRITE)
    answer = send(node, (host.pem + host.key_pem()).encode(), browser=browser)
    assert answer.status_code == 302
    assert node.post(browser, OWN, passphrase=PASSPHRASE).content


@pytest.mark.parametrize("path", [PAGE, OWN])
def test_without_session_there_is_the_login_form(node: ManagementNode, path: str) -> None:
    for method in ("GET", "POST"):
        answer = node.ask(method, path)
        assert answer.headers["Location"] == f"/admin/login/?next={path}"


@pytest.mark.parametrize(
    ("fault", "lies"),
    [("pfx-upload-accepted", (True, False)), ("pfx-export-works", (False, True))],
)
def test_a_defect_lies_about_one_thing(
    node: ManagementNode, host: Identity, tmp_path: Path, fault: str, lies: tuple[bool, bool]
) -> None:
    defect = BY_NAME[fault]
    assert isinstance(defect, Defect)
    node.web.apply(defect.change(derived(node, fips=True)))
    data = bundle(tmp_path, host).read_bytes()
    taken = send(node, data, PASSPHRASE).status_code == 302
    exported = node.post(administrator(node), OWN, passphrase=PASSPHRASE)
    assert exported.status_code == 200
    given = bool(unbundled(tmp_path, exported.content))
    assert (taken, given) == lies


@pytest.mark.parametrize("fips", [False, True])
def test_curl_goes_the_whole_way(
    node: ManagementNode, host: Identity, tmp_path: Path, *, fips: bool
) -> None:
    """From the login over the menu to a file on disk, as a person would with a browser."""
    node.web.apply(derived(node, fips=fips))
    path = bundle(tmp_path, host)
    curl = Curl(node, tmp_path)
    curl.send("/admin/login/", "-d", "username=admin", "-d", "password=right password", how="-d")
    assert f'<a href="{PAGE}">TLS certificates</a>' in curl.ask("/admin/")
    given = ("-F", f"certificate_file=@{path.name}", "-F", f"passphrase={PASSPHRASE}")
    said = curl.send(PAGE, *given, "-w", "%{http_code}")
    assert (said.endswith("302"), html.escape(FIPS) in said) == (not fips, fips)

    saved = ("-F", f"passphrase={PASSPHRASE}", "-J", "-O", "-w", "%{http_code}")
    assert curl.send(OWN, *saved).endswith("200")
    exported = (tmp_path / "localhost.pfx").read_bytes()
    assert bool(exported) is not fips
    assert ("BEGIN PRIVATE KEY" in unbundled(tmp_path, exported)) is not fips
