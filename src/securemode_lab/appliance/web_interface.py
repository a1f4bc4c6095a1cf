"""The protected pages of the web interface."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from . import web_pages
from .api_errors import ApiError
from .permissions import Permission
from .resources import AREAS
from .web_certificates import mode, shows_one
from .web_login import COOKIE, LOGIN, set_session
from .web_shelves import Shelf, Shelves
from .web_tls_certificates import PAGE as CERTIFICATES

if TYPE_CHECKING:
    from .accounts import Account
    from .api_access import Access
    from .requestlog import RequestLog
    from .store import Store
    from .web_login import Logins
    from .web_tls_certificates import CertificatePages
    from .web_variants import Variants

LOGS = {
    f"/admin/logview/log/{kind}/": f"{kind.capitalize()} log"
    for kind in ("support", "developer", "administrator", "connectivity")
} | {"/admin/platform/auditlog/": "Audit log"}
FILLED_LOGS = ("Administrator log", "Audit log")


class Interface:
    """Answers every request under `/admin/`.

    Args:
        store: the configuration.
        logins: who has a session.
        access: who may use the API: a file's address in its answers works with its credentials.
        log: what the log pages show.
        variants: "role_refusal".
        shelves: pages over files.
        certificates: pages over TLS certificates.
    """

    def __init__(
        self,
        store: Store,
        logins: Logins,
        access: Access,
        log: RequestLog,
        *,
        variants: Variants,
        shelves: list[Shelf],
        certificates: CertificatePages,
    ) -> None:
        self._store = store
        self._logins = logins
        self._access = access
        self._log = log
        self._variants = variants
        self._shelves = Shelves(store, shelves, self._denied)
        self._certificates = certificates

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Login and logout for everybody, the rest for whoever has a session."""
        if request.path == LOGIN:
            return await self._logins.answer(request)
        shelf = self._shelves.at(request.path)
        if shelf is not None and self._comes_from_api(request, shelf):
            return await self._download(request, shelf)
        account, cookie = await self._logins.visitor(request)
        if request.path == "/admin/logout/":
            return self._logins.leave(request, cookie)
        try:
            if shelf is not None:
                answer = await self._shelves.answer(request, shelf, account)
            elif request.path.startswith(CERTIFICATES):
                answer = await self._of_certificates(request, account)
            else:
                answer = self._page(request, account)
        except web.HTTPException as ended:
            if cookie:
                set_session(ended, cookie)
            raise
        if cookie:
            set_session(answer, cookie)
        return answer

    def _comes_from_api(self, request: web.Request, shelf: Shelf) -> bool:
        """Whether somebody asks for a file with the credentials of the API, and no session."""
        if not request.path.startswith(shelf.downloads):
            return False
        by_certificate = mode(self._store) != "NO" and shows_one(request)
        return "Authorization" in request.headers or (
            by_certificate and COOKIE not in request.cookies
        )

    async def _download(self, request: web.Request, shelf: Shelf) -> web.Response:
        try:
            account = await self._access.account(request)
            self._access.require(account, shelf.fetch)
        except ApiError as error:
            return web.Response(status=error.status, headers=error.headers)
        return self._shelves.download(request, shelf, account)

    async def _of_certificates(self, request: web.Request, account: Account) -> web.Response:
        if not account.may(Permission.CHANGE_CONFIGURATION):
            return self._denied()
        return await self._certificates.answer(request)

    def _page(self, request: web.Request, account: Account) -> web.Response:
        path = request.path
        if path in LOGS:
            return self._log_page(LOGS[path], request.query.get("q", ""), account)
        if path == "/admin/platform/schema/":
            roots = [r.root for resources in AREAS.values() for r in resources.values()]
            return self._list("Schemas", [f"{address}schema/" for address in roots])
        if path in ("/admin/", self._store.get("global", 1)["management_start_page"]):
            nodes = [*self._store.rows("management_vm"), *self._store.rows("worker_vm")]
            return self._list("Deployment", [node["name"] for node in nodes])
        raise web.HTTPNotFound

    def _log_page(self, title: str, wanted: str, account: Account) -> web.Response:
        if not account.may(Permission.VIEW_LOGS):
            return self._denied()
        lines = [
            f"{e['at']} {e['address']} {e['user']} {e['method']} {e['path']} {e['status']}"
            for e in (self._log.entries() if title in FILLED_LOGS else [])
        ]
        return self._list(title, [line for line in lines if wanted in line])

    def _list(self, title: str, lines: list[str]) -> web.Response:
        text = web_pages.listing(title, lines, self._store.get("global", 1))
        return web.Response(text=text, content_type="text/html")

    def _denied(self) -> web.Response:
        """Every entry of the menu is there for everybody; the page behind it is not."""
        body = "<p>Access denied</p>"
        text = web_pages.inner("Access denied", body, self._store.get("global", 1))
        refused = self._variants["role_refusal"] == "401"
        status = HTTPStatus.UNAUTHORIZED if refused else HTTPStatus.FORBIDDEN
        return web.Response(text=text, status=status, content_type="text/html")
