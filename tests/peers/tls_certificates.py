"""A page of TLS certificates in the manner of Django: a form for files, exports, and the API."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from email import message_from_bytes
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificate

from infinity.server import Reply, page
from peers.access import ADMINISTRATOR
from peers.roles import FORM

if TYPE_CHECKING:
    from email.message import Message

    from infinity.server import Asked

API = "/api/admin/configuration/v1/tls_certificate/"
START, PAGE, IMPORT = "/admin/start/", "/admin/certs/", "/admin/certs/import/"
LOGIN, LOGOUT = "/admin/login/", "/admin/logout/"
TOKEN = '<input type="hidden" name="csrfmiddlewaretoken" value="t">'
UPLOAD = (
    f'<form method="post" enctype="multipart/form-data">{TOKEN}<input type="file" name="blob">'
    '<input type="password" name="secret"><input type="submit" name="_go" value="Go"></form>'
)
EXPORT = f'<form method="post">{TOKEN}<input type="password" name="phrase"></form>'


@dataclass
class CertificatesPage:
    """How the product behaves, and what it has; callable with what it is asked."""

    is_fips: bool = True
    takes_pem: bool = True
    menu: str = f'<p><a href="{PAGE}">TLS  certificates</a></p>'
    has_import_page: bool = False
    bundle_status: int = 200
    keeps: bool = False
    ends_sessions: bool = False
    export: Reply | None = None
    certificates: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    exported: list[bytes] = field(default_factory=list)
    uploads: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path.partition("?")[0]
        self.asked.append(f"{asked.method} {path}")
        if path.startswith(API):
            return self._api(asked, path)
        if path == LOGIN and asked.method == "POST":
            return self._log_in(asked)
        cookies = SimpleCookie(asked.headers.get("Cookie", ""))
        session = cookies["sessionid"].value if "sessionid" in cookies else ""
        if path == LOGOUT:
            self.sessions.discard(session)
            return Reply(302, headers={"Set-Cookie": "sessionid=; Max-Age=0; Path=/"})
        if session not in self.sessions:
            return Reply(200, FORM.encode(), {"Set-Cookie": "csrftoken=t; Path=/", **_HTML})
        if asked.method == "POST" and path not in asked.headers.get("Referer", ""):
            return Reply(403, b"no Referer")
        return self._page(asked, path)

    def _log_in(self, asked: Asked) -> Reply:
        given = {name: one[0] for name, one in parse_qs(asked.body.decode()).items()}
        if (given["username"], given["password"]) != ADMINISTRATOR:
            return Reply(200, FORM.encode(), _HTML)
        cookie = secrets.token_hex(4)
        self.sessions.add(cookie)
        return Reply(302, headers={"Location": START, "Set-Cookie": f"sessionid={cookie}; Path=/"})

    def _api(self, asked: Asked, path: str) -> Reply:
        if asked.method == "DELETE":
            if self.keeps:
                return Reply(403)
            return Reply(204 if self.certificates.pop(int(path.split("/")[-2]), None) else 404)
        return page(
            *(
                {"id": key, "resource_uri": f"{API}{key}/", "certificate": pem.decode()}
                for key, (pem, _) in self.certificates.items()
            )
        )

    def _page(self, asked: Asked, path: str) -> Reply:
        if path == START:
            return _shown(self.menu)
        if path.endswith("/pfx/"):
            return self._exports(asked, int(path.split("/")[-3]))
        has_form = path == (IMPORT if self.has_import_page else PAGE)
        if path not in {PAGE, IMPORT}:
            return Reply(404)
        if asked.method == "POST":
            return self._takes(asked)
        form = UPLOAD if has_form else '<a href="import/">Import files</a>'
        links = "".join(f'<a href="{key}/pfx/">As PFX</a>' for key in self.certificates)
        return _shown(self.menu + form + links)

    def _takes(self, asked: Asked) -> Reply:
        parts = _parts(asked)
        self.uploads.append({name: content for name, (_, content) in parts.items()})
        name, content = parts["blob"]
        if parts["csrfmiddlewaretoken"][1] != b"t":
            return Reply(403)
        if name.endswith(".pfx"):
            if self.ends_sessions:
                self.sessions.clear()
                return Reply(302, headers={"Location": f"{LOGIN}?next={PAGE}"})
            if self.is_fips:
                said = '<ul class="errorlist"><li>Not in <b>FIPS</b> mode<br></ul><p>more</p>'
                return _shown(said + UPLOAD, self.bundle_status)
            key, certificate, _ = pkcs12.load_key_and_certificates(content, parts["secret"][1])
            assert certificate is not None
            assert key is not None
            self._keep(certificate.public_bytes(Encoding.PEM), b"")
        elif self.takes_pem:
            self._keep(content, content)
        else:
            return _shown('<p class="errornote">no</p>' + UPLOAD)
        return Reply(302, headers={"Location": PAGE})

    def _keep(self, certificate: bytes, key: bytes) -> None:
        self.certificates[max(self.certificates, default=0) + 1] = (certificate, key)

    def _exports(self, asked: Asked, key: int) -> Reply:
        if asked.method == "GET":
            return _shown(self.menu + EXPORT)
        pem, private = self.certificates[key]
        phrase = parse_qs(asked.body.decode())["phrase"][0]
        bundle = b"" if self.is_fips else _bundle(pem, private, phrase)
        self.exported.append(bundle)
        return self.export or Reply(200, bundle, {"Content-Type": "application/x-pkcs12"})


_HTML = {"Content-Type": "text/html; charset=utf-8"}


def _shown(html: str, status: int = 200) -> Reply:
    return Reply(status, html.encode(), _HTML)


def _bundle(pem: bytes, private: bytes, phrase: str) -> bytes:
    key, certificate = load_pem_private_key(private, None), load_pem_x509_certificate(pem)
    secret = BestAvailableEncryption(phrase.encode())
    return pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, secret)  # type: ignore[arg-type]


def _parts(asked: Asked) -> dict[str, tuple[str, bytes]]:
    """File name and content of each part of a multipart form."""
    head = f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode()
    message = message_from_bytes(head + asked.body)
    assert message.is_multipart()
    return dict(map(_part, message.get_payload()))


def _part(part: Message) -> tuple[str, tuple[str, bytes]]:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    name = part.get_param("name", header="Content-Disposition")
    return str(name), (part.get_filename() or "", content)
