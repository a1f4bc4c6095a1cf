"""The API client in client-certificate mode."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from infinity.server import Asked, Reply, page, serving
from peers.pki import Holder, issued
from securemode.environment.models import KeyPair, Login
from securemode.environment.secret import Secret
from securemode.errors import AuthenticationRejected, CannotLook
from securemode.infinity.client import ManagementApi

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = Login(username="admin", password=Secret("password"))
NGINX_SAYS = b"<center>No required SSL certificate was sent</center>"


class Site:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.authority = issued("site CA", is_authority=True)
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(self.authority.pem)
        self.server = issued("mgmt", self.authority, dns_names=("mgmt.lab.example",))
        self.admin = self.pair("admin", self.authority)

    def pair(self, name: str, issuer: Holder | None) -> KeyPair:
        return issued(name, issuer).pair(self.directory, name)

    def tls(self) -> ssl.SSLContext:
        pair = self.server.pair(self.directory, "server")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        context.load_verify_locations(self.ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def api(self, url: str, identity: KeyPair | None, login: Login | None = LOGIN) -> ManagementApi:
        return ManagementApi(
            url,
            login,
            verify=False,
            server_name="mgmt.lab.example",
            identity=identity,
            pause=lambda _: None,
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_the_certificate_takes_the_place_of_the_password(site: Site) -> None:
    with serving(lambda _: page({"id": 1}), site.tls()) as server:
        assert site.api(server.url, site.admin, login=None).list("global") == [{"id": 1}]
    assert "Authorization" not in server.requests[0].headers


def test_both_are_shown_while_the_mode_is_not_known(site: Site) -> None:
    with serving(lambda _: page({"id": 1}), site.tls()) as server:
        site.api(server.url, site.admin).list("global")
    assert server.requests[0].headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("presented", ["nothing", "self-signed"])
def test_a_handshake_that_the_node_refuses(site: Site, presented: str) -> None:
    identity = site.pair("stranger", None) if presented == "self-signed" else None
    with serving(lambda _: page(), site.tls()) as server, pytest.raises(CannotLook) as caught:
        site.api(server.url, identity).list("global")
    assert server.requests == []
    if isinstance(caught.value, AuthenticationRejected):
        assert "credentials.client_certificate" in caught.value.remedy


def test_a_page_that_asks_for_a_certificate_is_a_rejection() -> None:
    with serving(lambda _: Reply(400, NGINX_SAYS)) as server:
        api = ManagementApi(server.url, LOGIN)
        with pytest.raises(AuthenticationRejected) as caught:
            api.list("global")
        assert api.is_up()
    assert "credentials.client_certificate" in caught.value.remedy


def test_a_rejection_is_tried_once_more_over_a_new_connection(site: Site) -> None:
    def answer(asked: Asked) -> Reply:
        del asked
        return Reply(403) if len(server.requests) == 1 else page({"id": 1})

    with serving(answer, site.tls()) as server:
        assert site.api(server.url, site.admin).list("global") == [{"id": 1}]
    assert len(server.requests) == 2


def test_a_password_that_is_rejected_is_not_tried_again() -> None:
    with (
        serving(lambda _: Reply(401)) as server,
        pytest.raises(AuthenticationRejected, match="401"),
    ):
        ManagementApi(server.url, LOGIN).list("global")
    assert len(server.requests) == 1
