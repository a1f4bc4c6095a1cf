"""Client-certificate mode as a real nginx does it: which certificates open what."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from peers.access import LOOPBACK, access_to, node_with_free, program, wait_until
from peers.pki import issued
from securemode.environment.models import NodeSettings, RefusedCertificates
from securemode.errors import AuthenticationRejected, Unsupported
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementApi
from securemode.judges.client_certificates import access_is_given, access_is_refused
from securemode.observations.client_certificates import ClientCertificateAccessSeen, Presented
from securemode.probes.client_certificates import ClientCertificateAccess
from securemode.probes.login_page import LoginPage
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.environment.models import Environment, KeyPair
    from securemode.probes.probe import Access

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
FORM = (
    "<p>Keep <b>out</b></p><script>x()</script>"
    '<form><input name="user"><input type="password"></form>'
)
API = '{"meta": {"next": null}, "objects": [{"id": 1}]}'
LIST = "/api/admin/configuration/v1/global/"
CONFIGURATION = """
daemon off; worker_processes 1; error_log {directory}/error.log; pid {directory}/nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  map $ssl_client_s_dn $known {{ "CN=admin" 1; default 0; }}
  map "$ssl_client_verify$known" $inside {{ "SUCCESS1" 1; default 0; }}
  server {{
    listen {address}:{port} ssl;
    ssl_certificate {directory}/server.pem; ssl_certificate_key {directory}/server.key;
    ssl_client_certificate {directory}/ca.pem; ssl_verify_client {verify}; ssl_verify_depth 3;
    default_type text/html;
    location / {{ if ($inside = 0) {{ return 403; }} return 200 "<p>conferences</p>"; }}
    location /api/ {{ {api} }}
    location = /admin/login/ {{ {login} }}
  }}
}}
"""
GUARDED_API = f"if ($inside = 0) {{ return 401; }} return 200 '{API}';"
GUARDED_LOGIN = "if ($inside = 0) { return 403; } return 302 /admin/;"
SHOWN_LOGIN = f"return 200 '{FORM}';"


class Site:
    """A PKI, and nginx in front of what it protects."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.node = node_with_free(443)
        self.root = issued("site root", is_authority=True)
        self.authority = issued("site CA", self.root, is_authority=True)
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(self.root.pem)
        issued("node", self.root, dns_names=("node.lab.example",)).pair(directory, "server")
        expired = issued("admin", self.authority, days=(-9, -1))
        self.more: dict[str, Any] = {
            "client_certificate": self.pair("admin"),
            "refused_certificates": RefusedCertificates(
                unknown=self.pair("stranger"),
                expired=expired.pair(directory, "expired", self.authority),
            ),
        }

    def pair(self, name: str) -> KeyPair:
        return issued(name, self.authority).pair(self.directory, name, self.authority)

    @property
    def environment(self) -> Environment:
        node = NodeSettings(name="node", ipv4=LOOPBACK, fqdn="node.lab.example")
        offset = self.node.port_offset
        return self.access.environment.with_deployment(management_node=node, port_offset=offset)

    @property
    def access(self) -> Access:
        return access_to(self.node, ca_file=self.ca_file, more=self.more)

    @contextlib.contextmanager
    def nginx(
        self, verify: str = "on", api: str = GUARDED_API, login: str = GUARDED_LOGIN
    ) -> Iterator[None]:
        path = self.directory / "nginx.conf"
        values = {"directory": self.directory, "address": LOOPBACK, "port": self.node.port(443)}
        path.write_text(CONFIGURATION.format(verify=verify, api=api, login=login, **values))
        command = [program("nginx"), "-c", str(path), "-p", str(self.directory)]
        command += ["-e", str(self.directory / "error.log")]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(self._listens)
            yield
        finally:
            server.terminate()
            server.wait(30)

    def _listens(self) -> bool:
        with socket.socket() as sock:
            sock.settimeout(0.5)
            return sock.connect_ex((LOOPBACK, self.node.port(443))) == 0

    def look(self, presented: Presented) -> ClientCertificateAccessSeen:
        return ClientCertificateAccess(target=self.node, presented=presented).look(self.access)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


REFUSED = [one for one in Presented if "administrator" not in one and "last" not in one]


@pytest.mark.parametrize("verify", ["on", "optional"])
def test_who_gets_in(site: Site, verify: str) -> None:
    with site.nginx(verify):
        for presented in REFUSED:
            seen = site.look(presented)
            assert access_is_refused(seen).verdict is PASS, str(seen)
            assert seen.certificate_was_verified
        let_in = site.look(Presented.ADMINISTRATOR)
    assert access_is_given(let_in).verdict is PASS, str(let_in)
    adapter = TypeAdapter(ClientCertificateAccessSeen)
    assert adapter.validate_json(adapter.dump_json(let_in)) == let_in


@pytest.mark.parametrize(
    ("verify", "api", "login", "presented"),
    [
        ("optional", f"return 200 '{API}';", GUARDED_LOGIN, Presented.NONE),
        ("optional", GUARDED_API, SHOWN_LOGIN, Presented.NONE),
        ("optional_no_ca", f"return 200 '{API}';", GUARDED_LOGIN, Presented.SELF_SIGNED),
        ("optional_no_ca", f"return 200 '{API}';", GUARDED_LOGIN, Presented.UNTRUSTED),
        ("on", f"return 200 '{API}';", GUARDED_LOGIN, Presented.UNKNOWN),
    ],
)
def test_a_door_that_is_left_open(
    site: Site, verify: str, api: str, login: str, presented: Presented
) -> None:
    with site.nginx(verify, api, login):
        assert access_is_refused(site.look(presented)).verdict is FAIL


def test_refusing_everybody_proves_nothing(site: Site) -> None:
    with site.nginx(api="return 401;"):
        assert access_is_refused(site.look(Presented.NONE)).verdict is UNCLEAR
        assert access_is_given(site.look(Presented.ADMINISTRATOR)).verdict is FAIL


def test_what_the_environment_lacks(site: Site) -> None:
    with pytest.raises(Unsupported, match="does not give the last-resort certificate"):
        site.look(Presented.LAST_RESORT)


def test_made_certificates_are_gone_afterwards(
    site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("made")
    monkeypatch.setattr("tempfile.tempdir", str(place))
    with site.nginx():
        site.look(Presented.UNTRUSTED)
    assert not list(place.iterdir())


def test_the_api_by_certificate_and_without(site: Site) -> None:
    environment = site.environment
    identity = environment.credentials.client_certificate
    stranger = environment.credentials.refused_certificates.unknown
    with site.nginx():
        assert management_api(ManagementApi, environment).list("global") == [{"id": 1}]
        by_certificate = management_api(ManagementApi, environment, identity=identity)
        assert by_certificate.list("global") == [{"id": 1}]
        with pytest.raises(AuthenticationRejected):
            management_api(ManagementApi, environment, identity=stranger).list("global")
        site.more["client_certificate"] = None
        with pytest.raises(AuthenticationRejected) as caught:
            management_api(ManagementApi, site.environment).list("global")
    assert "credentials.client_certificate" in caught.value.remedy


def test_the_login_page(site: Site) -> None:
    probe = LoginPage(target=site.node)
    with site.nginx("optional", login=SHOWN_LOGIN):
        seen = probe.look(site.access)
    assert (seen.status, seen.has_form, seen.text) == (200, True, "Keep out")
    with site.nginx("on"):
        seen = probe.look(site.access)
    assert (seen.status, seen.has_form) == (400, False)
