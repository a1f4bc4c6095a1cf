"""What the product does with the services of its site."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.services.conftest import API
from securemode_lab.services import authority, papers

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.services.conftest import Site

LOCATION = f"{API}system_location/1/"


def _until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def _login(site: Site, role: str) -> dict[str, str]:
    found: dict[str, str] = site.lab.document["credentials"]["roles"][role]
    return found


def _status(site: Site, method: str = "GET", body: object = None, **more: Any) -> int:
    return site.ask(method, LOCATION, body, **more)[0]


def test_files_are_for_their_owner_alone(site: Site) -> None:
    folder = Path(site.root).parent
    files = list(folder.iterdir())
    assert len(files) == 2 + 2 * 3 + 2 * 7 + 2 * 4
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_people_of_the_directory_log_in_with_their_roles(site: Site) -> None:
    assert _status(site, login=_login(site, "read_only")) == 200
    assert _status(site, "PATCH", {"mtu": 1400}, login=_login(site, "read_only")) == 403
    assert _status(site, "PATCH", {"mtu": 1400}, login=_login(site, "read_write")) == 202
    assert _status(site, login=_login(site, "read_only") | {"password": "wrong"}) == 401
    assert _status(site, login=_login(site, "read_only") | {"password": ""}) == 401
    assert _status(site, login={"username": "*", "password": "x"}) == 401
    bound = site.asked()["ldap"]
    assert f"CN=operator,OU=People,{site.services['ldap']['base_dn']}" in bound
    assert "" in bound


@pytest.mark.parametrize(
    "change",
    [
        {"ldap_server": ""},
        {"ldap_bind_password": "wrong"},
        {"ldap_base_dn": "dc=elsewhere"},
        {"ldap_user_search_filter": "(uid={username}"},
    ],
    ids=str,
)
def test_a_directory_configured_wrongly_lets_nobody_in(site: Site, change: Any) -> None:
    site.write("PATCH", "authentication/1/", change)
    assert _status(site, login=_login(site, "read_write")) == 401
    assert _status(site, login=site.lab.document["credentials"]["web"]) == 200


def test_a_directory_is_not_trusted_without_its_authority(site: Site) -> None:
    web = site.lab.document["credentials"]["web"]
    for number in (1, 2):
        assert site.ask("DELETE", f"{API}ca_certificate/{number}/", login=web)[0] == 204
    _until(lambda: _status(site, login=_login(site, "read_write")) == 401, "it is still trusted")


@pytest.mark.parametrize("server", ["lab.example", "address"])
def test_a_directory_is_found_by_domain_and_by_address(site: Site, server: str) -> None:
    address = site.services["ldap"]["address"]
    changes = {"ldap_server": address if server == "address" else server}
    site.write("PATCH", "authentication/1/", changes)
    assert _status(site, login=_login(site, "read_write")) == 200


def test_every_node_asks_for_the_time_with_the_key_and_for_its_name(site: Site) -> None:
    nodes = [site.lab.management, *site.lab.conferencing]
    site.lab.done("restart", node="conf1")
    expected = {(node["ipv4"], key) for node in nodes for key in (11, 12)}

    def keyed() -> set[tuple[str, int]]:
        return {(a, k) for server in site.asked()["ntp"] for a, k, right in server if right}

    _until(lambda: keyed() >= expected, "a node did not ask with its key")
    assert all([node["fqdn"], "A"] in server for server in site.asked()["dns"] for node in nodes)


def test_nothing_is_asked_twice_without_a_reason(site: Site) -> None:
    def asked() -> list[int]:
        return [len(server) for server in site.asked()["ntp"]]

    _until(lambda: min(asked()) >= len([site.lab.management, *site.lab.conferencing]), "not asked")
    time.sleep(0.3)
    before = site.asked()["ntp"]
    site.write("PATCH", "global/1/", {"logon_banner": "Keep out"})
    time.sleep(0.3)
    assert site.asked()["ntp"] == before


@pytest.mark.parametrize(
    ("transport", "port", "form"),
    [("udp", 514, "rfc3164"), ("tcp", 514, "rfc5424"), ("tls", 6514, "rfc5424")],
)
def test_login_attempts_arrive_at_the_collector(
    site: Site, transport: str, port: int, form: str
) -> None:
    address = "syslog.lab.example" if transport == "tls" else site.services["syslog"]["address"]
    changes = {"transport": transport, "port": port, "proto_format": form, "address": address}
    site.write("PATCH", "syslog_server/1/", changes)
    name = f'who"ever{time.time_ns()}\n'

    def found() -> list[dict[str, Any]]:
        told = [line for line in site.received() if name[8:-1] in line["message"]]
        return [line for line in told if line["transport"] == transport]

    def arrived() -> bool:
        _status(site, login={"username": name, "password": "x"})
        return bool(found())

    _until(arrived, "no message arrived")
    line = found()[0]
    assert line["address"] == site.lab.management["ipv4"]
    assert "failed" in line["message"]
    assert "\n" not in line["message"]


def test_conferencing_nodes_log_through_their_location(site: Site) -> None:
    before = len(site.received())
    site.lab.done("restart", node="conf2")
    own = site.lab.conferencing[1]["ipv4"]
    _until(
        lambda: [line for line in site.received()[before:] if line["address"] == own],
        "conf2 did not say that it started",
    )


def _refused(status: int) -> bool:
    return status in (0, 400, 401, 403)


@pytest.mark.parametrize("mode", ["CN", "UPN"])
@pytest.mark.parametrize("variant", ["400", "403", "alert"])
def test_client_certificates(site: Site, mode: str, variant: str) -> None:
    site.lab.done("variant", name="client_certificate", value=variant)
    site.write("PATCH", "authentication/1/", {"client_certificate": mode})
    administrator = site.identity("administrator")
    _until(lambda: _status(site, identity=administrator) == 200, "the administrator stays out")
    patch = {"mtu": 1400}
    assert _status(site, "PATCH", patch, identity=site.identity("administrator")) == 202
    assert _status(site, identity=site.identity("read_only")) == 200
    assert _status(site, "PATCH", patch, identity=site.identity("read_only")) == 403
    web = site.lab.document["credentials"]["web"]
    expected = 0 if variant == "alert" else int(variant)
    assert _status(site, login=web) == expected
    assert site.ask("GET", "/admin/login/")[0] == expected
    for name in ("unknown", "expired", "revoked", "other_ca"):
        assert _refused(_status(site, identity=site.identity(name))), name
    for name in ("expired", "other_ca"):
        assert _status(site, identity=site.identity(name)) == expected, name


def test_the_responder_is_asked_about_client_certificates(site: Site) -> None:
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
    pem = Path(site.identity("administrator")["certificate"]).read_bytes()
    serial = f"{x509.load_pem_x509_certificate(pem).serial_number:X}"
    assert _status(site, identity=site.identity("administrator")) == 200
    assert serial in site.asked()["ocsp"]


def test_a_revoked_certificate_comes_in_where_nobody_is_asked(site: Site) -> None:
    site.write("PATCH", "global/1/", {"ocsp_state": "OFF"})
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
    assert _status(site, identity=site.identity("revoked")) == 200


def test_the_last_resort_is_the_local_administrator(site: Site, tmp_path: Path) -> None:
    from dataclasses import replace  # noqa: PLC0415
    from datetime import timedelta  # noqa: PLC0415

    order = replace(authority.person("admin"), authority=True, ends=timedelta(days=3650))
    made = authority.self_signed(replace(order, purposes=()), rsa.generate_private_key(65537, 2048))
    identity = papers.write_pair(tmp_path, "admin", made)
    web = site.lab.document["credentials"]["web"]
    path = "/api/admin/command/v1/platform/certificates_import/"
    assert site.ask("POST", path, {"bundle": made.pem}, login=web)[0] == 202
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
    _until(
        lambda: _status(site, "PATCH", {"mtu": 1400}, identity=identity) == 202,
        "the local administrator stays out",
    )
