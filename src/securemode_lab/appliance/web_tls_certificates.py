"""The page for TLS certificates: upload of PEM and PKCS#12 files, export as PFX.

Its addresses and fields are the lab's own: the product's are not public.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from aiohttp import web

from . import web_csrf, web_pages
from .api_errors import ApiError, first_sentence
from .requestlog import WROTE
from .resources import CONFIGURATION
from .resources.bundles import BadFile, from_pem, from_pkcs12, is_pkcs12, to_pkcs12
from .store import NoSuchRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .api_rows import Rows
    from .resources.fields import Row
    from .store import Store

    Form = Mapping[str, str | bytes | bytearray | web.FileField]

PAGE = "/admin/platform/tlscertificate/"
TITLE = "TLS certificates"
FILE = "certificate_file"
PASSPHRASE = "passphrase"
RESOURCE = "tls_certificate"
MOST_BYTES = 1024 * 1024
LONGEST_PASSPHRASE = 1000
_EXPORT = re.compile(re.escape(PAGE) + r"([0-9]{1,9})/pfx/")
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Pkcs12:
    """What is done with PKCS#12, which needs algorithms that FIPS mode does not approve.

    Attributes:
        uploads: whether bundles are taken.
        exports: whether an exported bundle has content, or is an empty file.
    """

    uploads: bool = True
    exports: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """What one page has of its own; all but the title is HTML.

    Attributes:
        title, content: of the page.
        action, inputs, button: of its form, which ends with a passphrase.
    """

    title: str
    content: str
    action: str
    inputs: str
    button: str


class CertificatePages:
    """The list of TLS certificates with its form, and the form to export each.

    Whoever calls has made sure that the visitor may change the configuration.

    Args:
        store: the configuration.
        rows: creates what is uploaded, by the same rules as the API.

    Attributes:
        pkcs12: set by the node's behaviour.
    """

    def __init__(self, store: Store, rows: Rows) -> None:
        self._store = store
        self._rows = rows
        self.pkcs12 = Pkcs12()

    async def answer(self, request: web.Request) -> web.Response:
        """A page, an upload, or an exported file.

        Raises:
            web.HTTPException: there is no such page, or the form is not from one of our own.
        """
        if request.path == PAGE:
            return await self._upload(request) if _is_sent(request) else self._list(request)
        export = _EXPORT.fullmatch(request.path)
        if export is None:
            raise web.HTTPNotFound
        try:
            row = self._store.get(RESOURCE, int(export[1]))
        except NoSuchRow:
            raise web.HTTPNotFound from None
        return await self._export(request, row) if _is_sent(request) else self._ask(request, row)

    async def _upload(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        try:
            values = self._fields(_content(form), _text(form, PASSPHRASE))
            await self._rows.create(CONFIGURATION[RESOURCE], values)
        except BadFile as bad:
            return self._list(request, str(bad))
        except ApiError as error:
            return self._list(request, first_sentence(error))
        request[WROTE] = True
        return web.Response(status=302, headers={"Location": PAGE})

    def _fields(self, data: bytes, passphrase: str) -> Row:
        if not is_pkcs12(data):
            return from_pem(data, passphrase)
        if not self.pkcs12.uploads:
            raise BadFile("PKCS#12 bundles can't be uploaded in FIPS mode.")
        return from_pkcs12(data, passphrase)

    async def _export(self, request: web.Request, row: Row) -> web.Response:
        passphrase = _text(await self._form(request), PASSPHRASE)
        if not 1 <= len(passphrase) <= LONGEST_PASSPHRASE or "\0" in passphrase:
            text = f"Enter a passphrase of at most {LONGEST_PASSPHRASE} characters."
            return self._ask(request, row, text)
        try:
            bundle = to_pkcs12(row, passphrase) if self.pkcs12.exports else b""
        except BadFile as bad:
            return self._ask(request, row, str(bad))
        name = _NOT_IN_FILE_NAMES.sub("_", row["subject_name"]) or RESOURCE
        headers = {"Content-Disposition": f'attachment; filename="{name}.pfx"'}
        return web.Response(body=bundle, headers=headers, content_type="application/x-pkcs12")

    async def _form(self, request: web.Request) -> Form:
        try:
            form = await request.post()
        except (ValueError, LookupError):
            raise web.HTTPBadRequest from None
        reason = web_csrf.refusal(request, form)
        if reason:
            page = web_pages.csrf_refusal(reason, self._settings())
            raise web.HTTPForbidden(text=page, content_type="text/html")
        return form

    def _list(self, request: web.Request, error: str = "") -> web.Response:
        items = "\n".join(
            f"<li>{escape(row['subject_name'])}, issued by {escape(row['issuer_name'])}, "
            f"valid until {row['end_date']}: "
            f'<a href="{PAGE}{row["id"]}/pfx/">Export as PFX</a></li>'
            for row in self._store.rows(RESOURCE)
        )
        sheet = _Sheet(
            title=TITLE,
            content=f"<ul>\n{items}\n</ul>",
            action=PAGE,
            inputs='<label for="id_file">Certificate and private key (PEM or PKCS#12):</label>\n'
            f'<input type="file" name="{FILE}" required id="id_file">\n'
            '<label for="id_passphrase">Passphrase, if there is one:</label>\n',
            button="Upload",
        )
        return self._page(request, sheet, error)

    def _ask(self, request: web.Request, row: Row, error: str = "") -> web.Response:
        sheet = _Sheet(
            title="Export as PFX",
            content=f"<p>{escape(row['subject_name'])}</p>",
            action=request.path,
            inputs='<label for="id_passphrase">Passphrase of the file:</label>\n',
            button="Export",
        )
        return self._page(request, sheet, error)

    def _page(self, request: web.Request, sheet: _Sheet, error: str) -> web.Response:
        token = web_csrf.token_of(request)
        notice = f'<ul class="errorlist"><li>{escape(error)}</li></ul>' if error else ""
        form = (
            f'<form action="{sheet.action}" method="post" enctype="multipart/form-data">\n'
            f'<input type="hidden" name="{web_csrf.FIELD}" value="{token}">\n{sheet.inputs}'
            f'<input type="password" name="{PASSPHRASE}" autocomplete="off" id="id_passphrase">\n'
            f'<input type="submit" value="{sheet.button}">\n</form>'
        )
        body = f"{notice}\n{sheet.content}\n{form}"
        page = web_pages.inner(sheet.title, body, self._settings())
        answer = web.Response(text=page, content_type="text/html")
        web_csrf.set_token(answer, token)
        return answer

    def _settings(self) -> Row:
        return self._store.get("global", 1)


def _is_sent(request: web.Request) -> bool:
    return request.method == "POST"


def _text(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _content(form: Form) -> bytes:
    """What is in the file; a browser sends a part without file name where nobody chose one."""
    upload = form.get(FILE)
    if not isinstance(upload, web.FileField):
        raise BadFile("Choose a file.")
    content = upload.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadFile("The file is longer than a certificate with its key can be.")
    return content
