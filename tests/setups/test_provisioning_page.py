from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

import pytest

from infinity.server import Asked, Reply, serving
from peers.pki import issued
from securemode.errors import Refused, UnexpectedAnswer
from securemode.probes.probe import Access
from securemode.setups.provisioning_page import PORT, hand_over
from securemode.targets import Deployment, Node, Role
from setups.surroundings import environment

if TYPE_CHECKING:
    from pathlib import Path

XML = "<config><secret>canary</secret></config>"
FORM = b"""<html><form action="/configure" method="POST" enctype="multipart/form-data">
<input type="hidden" name="csrf" value="t0ken"><input type="file" name="configuration">
<input type="submit" value="Upload"></form></html>"""


class Page:
    """What a new node shows on its provisioning port."""

    def __init__(self, page: bytes = FORM, taken: Reply | None = None, moved: str = "") -> None:
        self.page = page
        self.taken = taken or Reply(200, b"<p>Configuring</p>")
        self.moved = moved
        self.uploads: list[Asked] = []

    def __call__(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            self.uploads.append(asked)
            return self.taken
        if self.moved and asked.path == "/":
            return Reply(302, b"", {"Location": self.moved})
        return Reply(200, self.page, {"Content-Type": "text/html"})


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    files = issued("localhost").pair(tmp_path, "page")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    return context


def at(port: int) -> tuple[Node, Access]:
    node = Node(name="conf1", role=Role.CONFERENCING, ipv4="127.0.0.1", port_offset=port - PORT)
    deployment = Deployment(management=node)
    return node, Access(environment(), deployment, 2.0, threading.Event())


def deliver(page: Page, tls: ssl.SSLContext) -> None:
    with serving(page, tls=tls) as server:
        node, access = at(int(server.url.rpartition(":")[2]))
        hand_over(node, XML, access)


@pytest.mark.parametrize("moved", ["", "/provision/"])
def test_the_configuration_is_uploaded_by_the_form_that_takes_a_file(
    tls: ssl.SSLContext, moved: str
) -> None:
    page = Page(moved=moved)
    deliver(page, tls)
    (upload,) = page.uploads
    assert upload.path == "/configure"
    assert b'name="configuration"; filename="conf1.xml"' in upload.body
    assert XML.encode() in upload.body
    assert b'name="csrf"\r\n\r\nt0ken' in upload.body


def test_another_page_gets_nothing(tls: ssl.SSLContext) -> None:
    page = Page(b"<html><form method='post'><input name='username'></form></html>")
    with pytest.raises(UnexpectedAnswer, match="no form that takes a file"):
        deliver(page, tls)
    assert page.uploads == []


@pytest.mark.parametrize(
    "taken",
    [
        Reply(400, b"<p class='errornote'>Not a configuration</p>", {"Content-Type": "text/html"}),
        Reply(200, b"<p class='errornote'>Not a configuration</p>", {"Content-Type": "text/html"}),
    ],
)
def test_a_refusal_is_told_without_the_secret(tls: ssl.SSLContext, taken: Reply) -> None:
    with pytest.raises(UnexpectedAnswer, match="Not a configuration") as refused:
        deliver(Page(taken=taken), tls)
    assert "canary" not in str(refused.value)


def test_a_node_that_shows_no_page_refuses(tls: ssl.SSLContext) -> None:
    with serving(Page(), tls=tls) as server:
        port = int(server.url.rpartition(":")[2])
    node, access = at(port)
    with pytest.raises(Refused):
        hand_over(node, XML, access)
