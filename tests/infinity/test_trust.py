"""Who answers is verified by name; where nothing is trusted on purpose, nothing warns either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infinity.pki import self_signed, server_context
from infinity.server import page, serving
from securemode.environment.models import Login
from securemode.environment.secret import Secret
from securemode.errors import UnexpectedAnswer
from securemode.infinity.client import ManagementApi

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

LOGIN = Login(username="admin", password=Secret("password"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pki") / "node.pem"
    return self_signed(path, "mgmt.lab.example", "192.0.2.1")


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    return server_context(certificate)


def test_a_trusted_certificate_with_the_nodes_name(tls: ssl.SSLContext, certificate: Path) -> None:
    with serving(lambda _: page({"id": 1}), tls) as server:
        api = ManagementApi(server.url, LOGIN, str(certificate), server_name="mgmt.lab.example")
        assert api.list("global") == [{"id": 1}]


@pytest.mark.parametrize("name", ["", "other.lab.example"])
def test_a_trusted_certificate_of_somebody_else(
    name: str, tls: ssl.SSLContext, certificate: Path
) -> None:
    with serving(lambda _: page(), tls) as server:
        api = ManagementApi(server.url, LOGIN, str(certificate), server_name=name)
        with pytest.raises(UnexpectedAnswer, match="fails at the TLS handshake") as caught:
            api.list("global")
    assert server.requests == []
    assert "trust.ca_file" in caught.value.remedy


def test_an_untrusted_certificate(tls: ssl.SSLContext) -> None:
    with serving(lambda _: page(), tls) as server:
        api = ManagementApi(server.url, LOGIN, server_name="mgmt.lab.example")
        with pytest.raises(UnexpectedAnswer, match="fails at the TLS handshake"):
            api.list("global")
    assert server.requests == []


@pytest.mark.filterwarnings("error")
def test_a_lab_where_certificates_prove_nothing(tls: ssl.SSLContext) -> None:
    with serving(lambda _: page({"id": 1}), tls) as server:
        api = ManagementApi(server.url, LOGIN, verify=False, server_name="mgmt.lab.example")
        assert api.list("global") == [{"id": 1}]
