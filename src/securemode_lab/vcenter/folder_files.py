"""Files of datastores over HTTPS: `/folder/<path>?dcPath=<datacenter>&dsName=<datastore>`."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from aiohttp import web
from pyVmomi import vim

if TYPE_CHECKING:
    from securemode_lab.vcenter.sessions import Session
    from securemode_lab.vcenter.vcenter import VCenter

COOKIE = "vmware_soap_session"
_PRIVILEGE = "Datastore.Browse"
_TYPES = {".png": "image/png"}


class FolderFiles:
    """Serves the files of a vCenter's datastores to whoever is logged in and may browse them."""

    def __init__(self, vcenter: VCenter) -> None:
        self._vcenter = vcenter

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        path = "/folder/{path:.+}"
        return [
            web.get(path, self._get, allow_head=True),
            web.put(path, self._put),
            web.delete(path, self._delete),
        ]

    async def _get(self, request: web.Request) -> web.Response:
        path, files = self._opened(request)
        if path not in files:
            raise web.HTTPNotFound
        suffix = path[path.rfind(".") :]
        kind = _TYPES.get(suffix, "application/octet-stream")
        return web.Response(body=files[path], content_type=kind)

    async def _put(self, request: web.Request) -> web.Response:
        path, files = self._opened(request)
        status = 200 if path in files else 201
        files[path] = await request.read()
        return web.Response(status=status)

    async def _delete(self, request: web.Request) -> web.Response:
        path, files = self._opened(request)
        if files.pop(path, None) is None:
            raise web.HTTPNotFound
        return web.Response(status=204)

    def _opened(self, request: web.Request) -> tuple[str, dict[str, bytes]]:
        """The path on its datastore, and what is there, for whoever may see it."""
        session = self._session(request)
        path = request.match_info["path"]
        permitted = session is not None and session.account.may(_PRIVILEGE)
        user = session.user if session else ""
        self._vcenter.log.add(user, request.method, "folder", path, wrote=request.method != "GET")
        if session is None:
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="VMware"'})
        if not permitted:
            raise web.HTTPForbidden
        inventory = self._vcenter.inventory
        place = request.query.get("dcPath", "")
        if place and place not in [dc.read("name") for dc in inventory.of(vim.Datacenter)]:
            raise web.HTTPNotFound
        try:
            store = inventory.named(vim.Datastore, request.query.get("dsName", ""))
        except LookupError:
            raise web.HTTPNotFound from None
        files: dict[str, bytes] = store.kept["files"]
        return path, files

    def _session(self, request: web.Request) -> Session | None:
        """By the cookie of the API, or by name and password."""
        sessions = self._vcenter.sessions
        cookie = request.cookies.get(COOKIE, "").strip('"')
        if cookie:
            return sessions.of(cookie)
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(encoded).decode().partition(":")
            session = sessions.login(name, password)
        except (binascii.Error, UnicodeDecodeError, vim.fault.InvalidLogin):
            return None
        sessions.end(session)
        return session
