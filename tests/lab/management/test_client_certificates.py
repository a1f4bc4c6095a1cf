"""Administrators who identify themselves by certificate: no form, no password, no other way in."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from lab.management.certificates import Identity

if TYPE_CHECKING:
    from pathlib import Path

    import requests

    from lab.management.conftest import ManagementNode

GLOBAL = "/api/admin/configuration/v1/global/1/"
PATHS = ["/admin/", "/admin/login/", GLOBAL]


@pytest.fixture
def root() -> Identity:
    return Identity("CN=Root", ca=True)


def _require(node: ManagementNode, root: Identity, by: str) -> None:
    node.store.insert("ca_certificate", {"certificate": root.pem})
    changes = {"client_certificate": by, "source": "LDAP+LOCAL"}
    node.store.update("authentication", 1, changes)
    node.context.load_verify_locations(cadata=node.web.client_authorities)
    node.context.verify_mode = ssl.CERT_OPTIONAL


def _ask(node: ManagementNode, path: str, cert: tuple[str, str] | None) -> requests.Response:
    return node.ask("GET", path, cert=cert, auth=None)


def test_no_certificate_is_asked_for_by_default(node: ManagementNode, root: Identity) -> None:
    node.store.insert("ca_certificate", {"certificate": root.pem})

    assert node.web.client_authorities == ""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("variant", "status"), [("400", 400), ("403", 403)])
def test_without_certificate_there_is_nothing(
    node: ManagementNode, root: Identity, path: str, variant: str, status: int
) -> None:
    _require(node, root, "UPN")
    node.web.vary("client_certificate", variant)

    for auth in (None, node.auth):
        answer = node.ask("GET", path, auth=auth)
        assert answer.status_code == status
        assert "csrfmiddlewaretoken" not in answer.text


@pytest.mark.parametrize(
    ("by", "names"), [("UPN", ("CN=whoever", "admin")), ("CN", ("CN=admin", "whoever"))]
)
def test_identity_opens_interface_and_api(
    node: ManagementNode, root: Identity, tmp_path: Path, by: str, names: tuple[str, str]
) -> None:
    _require(node, root, by)
    name, principal = names
    cert = Identity(name, root, upn=principal).files(tmp_path)

    assert _ask(node, GLOBAL, cert).json()["id"] == 1
    page = _ask(node, "/admin/", cert)
    assert page.status_code == 200
    assert "sessionid" in page.headers["Set-Cookie"]
    assert _ask(node, "/admin/login/", cert).status_code == 302


def test_unknown_identity_is_refused(node: ManagementNode, root: Identity, tmp_path: Path) -> None:
    _require(node, root, "UPN")
    cert = Identity("CN=admin", root, upn="stranger").files(tmp_path)

    assert [_ask(node, path, cert).status_code for path in PATHS] == [400, 400, 400]


def test_certificate_without_the_name_is_refused(
    node: ManagementNode, root: Identity, tmp_path: Path
) -> None:
    _require(node, root, "UPN")
    cert = Identity("CN=admin", root).files(tmp_path)

    assert _ask(node, GLOBAL, cert).status_code == 400


def test_another_sort_of_name_is_no_principal_name(
    node: ManagementNode, root: Identity, tmp_path: Path
) -> None:
    _require(node, root, "UPN")
    kind = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.5")
    cert = Identity("CN=admin", root, upn="admin", upn_type=kind).files(tmp_path)

    assert _ask(node, GLOBAL, cert).status_code == 400


def test_roles_hold_for_certificates_too(
    node: ManagementNode, root: Identity, tmp_path: Path
) -> None:
    node.add_person("reader", 1)
    _require(node, root, "UPN")
    cert = Identity("CN=x", root, upn="reader").files(tmp_path)

    assert _ask(node, GLOBAL, cert).status_code == 200
    answer = node.ask("PATCH", GLOBAL, json={"enable_ssh": False}, cert=cert, auth=None)
    assert answer.status_code == 403


def _cookie(answer: requests.Response) -> str:
    return answer.headers["Set-Cookie"].partition(";")[0]


def test_a_session_begins_with_any_page_and_ends_with_logout(
    node: ManagementNode, root: Identity, tmp_path: Path
) -> None:
    _require(node, root, "CN")
    cert = Identity("CN=admin", root).files(tmp_path)
    missing = _ask(node, "/admin/nothing/", cert)
    assert (missing.status_code, len(node.web.sessions)) == (404, 1)
    headers = {"Cookie": _cookie(missing)}
    page = node.ask("GET", "/admin/", cert=cert, auth=None, headers=headers)
    assert (page.status_code, "Set-Cookie" in page.headers) == (200, False)
    node.ask("GET", "/admin/logout/", cert=cert, auth=None, headers=headers)
    assert len(node.web.sessions) == 0
    _ask(node, "/admin/logout/", cert)
    assert len(node.web.sessions) == 0


def test_a_file_is_downloaded_without_a_session(
    node: ManagementNode, root: Identity, tmp_path: Path
) -> None:
    snapshot = node.ask("POST", "/api/admin/command/v1/platform/snapshot/", json={}).json()
    _require(node, root, "CN")
    cert = Identity("CN=admin", root).files(tmp_path)
    address = snapshot["data"]["download_uri"]
    assert _ask(node, address, cert).status_code == 200
    assert len(node.web.sessions) == 0
    assert node.ask("GET", address).status_code == 400
    assert _ask(node, address, None).status_code == 400
